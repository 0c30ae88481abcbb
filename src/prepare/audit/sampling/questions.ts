// What are two people asked about each drawn record, with the chart open?
import type { DataSection } from '../../../spine/deployments/model.ts';
import { sayWindow } from '../window.ts';
import type { Question, RecordKind, SampleDocument, SampledRecord } from './sample-words.ts';

export const answers = {
  yes: 'Yes',
  no: 'No',
  'not-applicable': 'Not applicable',
  'cannot-tell': 'Cannot tell',
} as const;
export type Answer = keyof typeof answers;
export const answerNames = Object.keys(answers) as [Answer, ...Answer[]];

const slugOf = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'note';

/** Two questions per element, one per note type, one about the problem list. */
export function questionsOf(data: DataSection, of: RecordKind): Question[] {
  const record = of === 'encounter' ? 'this encounter' : 'this patient';
  return [
    ...data.elements.flatMap((element): Question[] => [
      { id: `${element.id}.in-chart`, element: element.id, kind: 'in-chart', asks: `Is there a value of “${element.name}” in the chart?`, hint: `Looked for ${sayWindow(element)}. Write down the value${element.units[0] ? ` in ${element.units[0]}` : ''}.` },
      { id: `${element.id}.same`, element: element.id, kind: 'same', asks: `Is what the export has of “${element.name}” what the chart says?`, hint: 'Same value, unit and time.' },
    ]),
    ...data.noteTypes.map((note): Question => ({ id: `note.${slugOf(note.name)}`, element: null, kind: 'note', asks: `Is there a note of type “${note.name}” for ${record} in the chart?`, hint: 'Written for it, not copied from another.' })),
    { id: 'problem-list', element: null, kind: 'problem-list', asks: 'Does the problem list name what the chart shows?', hint: 'Nothing important missing, nothing resolved left standing.' },
  ];
}

/** The questions that are asked about this record: whether a value is the same only where the export has one. */
export const askedOf = (record: Pick<SampledRecord, 'found'>, questions: readonly Question[]): Question[] =>
  questions.filter((one) => one.kind !== 'same' || (record.found[one.element!]?.k ?? 0) > 0);

export const drawnOf = (sample: Pick<SampleDocument, 'records'>): SampledRecord[] => sample.records.filter(({ drawn }) => drawn);
