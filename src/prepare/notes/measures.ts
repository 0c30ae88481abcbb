// Which measures does this room answer for?
import type { Declaration } from '../../spine/measures/measures.ts';

const shared = { evidence: 'E2', freshForDays: 180 } as const;

/** Published by every finished notes audit; see measurements.ts. */
export const notesMeasures: readonly Declaration[] = [
  { ...shared, id: 'audit.copy-forward', asks: 'Which share of the note text is copied forward?', unit: 'proportion', better: 'lower', minimumN: 30, dependsOn: ['feed', 'population'], explains: 'Characters in copied spans ÷ all characters of readable note text of the population, of the whole and of each facility (check U03); n: notes. Interval with patients as clusters.' },
  { ...shared, id: 'audit.templated', asks: 'Which share of the note text comes from templates?', unit: 'proportion', better: 'lower', minimumN: 30, dependsOn: ['feed', 'population'], explains: 'Characters in templated spans ÷ all characters of readable note text of the population, of the whole and of each facility (check U04); n: notes. Fewer than ten patients: not measurable.' },
  { ...shared, id: 'audit.note-types-found', asks: 'Which share of the note types the product depends on is in the feed?', unit: 'proportion', better: 'higher', minimumN: 0, dependsOn: ['feed'], explains: 'Expected note types (the charter’s, critical and important; else those the export is used to) that are there with readable text and not routed elsewhere ÷ expected note types, of the whole and of each facility (check U02).' },
  { ...shared, id: 'notes.stale-chain', asks: 'How many encounters old is the copied text at the 90th percentile?', unit: 'count', better: 'lower', minimumN: 30, dependsOn: ['feed', 'population'], explains: 'Age of copied spans in encounters of the patient, 90th percentile, of the whole (check U07); n: the notes looked at. With fewer than 30 copied spans over the notes instead, where one without a copy counts 0.' },
];
