// Which column of a CSV file is which field of a record, and how is its text read?
import type { LineIn } from '../intake.ts';

type What = LineIn['what'];
type Kind = 'text' | 'time' | 'number' | 'truth' | 'slug';
interface Field {
  kind: Kind;
  needed?: true;
  /** Names a column may have, without regard to case, blanks, dashes and underscores. */
  names: readonly string[];
}

const time = (...names: string[]): Field => ({ kind: 'time', names });
const text = (...names: string[]): Field => ({ kind: 'text', names });
const slug = (...names: string[]): Field => ({ kind: 'slug', names });
const number = (...names: string[]): Field => ({ kind: 'number', names });
const truth = (...names: string[]): Field => ({ kind: 'truth', names });
const needed = (field: Field): Field => ({ ...field, needed: true });
const key = needed(text('key', 'decision_id', 'prediction_id', 'alert_id', 'inference_id', 'id'));
const at = needed(time('at', 'time', 'timestamp', 'datetime', 'created_at', 'event_time', 'date'));
const user = text('user', 'user_id', 'clinician', 'provider', 'provider_id');

/** The fields a column may fill, of each sort of record; `output.score` is a field of a field. */
export const fields: Readonly<Record<What, Readonly<Record<string, Field>>>> = {
  decision: {
    key, at: { ...at, names: [...at.names, 'scored_at', 'alert_time', 'prediction_time', 'fired_at'] }, subject: needed(text('subject', 'patient', 'patient_id', 'subject_id', 'mrn', 'pat_id', 'person_id')),
    version: needed(text('version', 'model_version', 'model')), askedAt: time('asked_at', 'requested_at'), shownAt: time('shown_at', 'displayed_at'), encounter: text('encounter', 'encounter_id', 'visit', 'visit_id', 'csn', 'hadm_id'), user,
    facility: slug('facility', 'hospital', 'site'), department: slug('department', 'dept', 'unit', 'ward'), 'output.class': slug('class', 'output_class', 'category'), 'output.score': number('score', 'risk', 'probability', 'prediction'),
    'output.label': text('label', 'result'), 'output.critical': truth('critical'), disposition: text('disposition', 'status'), rule: slug('rule'), arm: slug('arm', 'group'), momentAt: time('moment_at', 'due_at', 'decision_time'),
  },
  feedback: { key, at, act: needed(text('act', 'action', 'response', 'feedback')), user, 'reason.code': text('reason', 'reason_code', 'override_reason'), 'reason.text': text('reason_text', 'comment'), edited: number('edited', 'edit_share'), dwellMs: number('dwell_ms') },
  outcome: { key, at, name: needed(slug('name', 'outcome')), positive: needed(truth('positive', 'happened', 'label', 'value')), acted: truth('acted'), value: number('amount') },
  use: { key, at, touch: needed(text('touch', 'event', 'action')), user, ms: number('ms', 'duration_ms') },
};

/** Where a field’s text comes from: a column by its name, or one text for every row. */
export type Source = { column: string } | { always: string };
export type Mapping = Readonly<Record<string, Source>>;

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** A sensible first mapping: each field takes the first column that has one of its names; each column is taken once. */
export function guessMapping(what: What, columns: readonly string[]): Mapping {
  const free = new Map(columns.map((column) => [plain(column), column]));
  const mapping: Record<string, Source> = {};
  for (const [field, { names }] of Object.entries(fields[what])) {
    const name = names.map(plain).find((one) => free.has(one));
    if (name === undefined) continue;
    mapping[field] = { column: free.get(name)! };
    free.delete(name);
  }
  return mapping;
}

/**
 * A mapping as it is written in a command or an address: `key=alert_id,output.score=risk,version:=2.3.0`, where `:=`
 * gives one text for every row, and `:=` with nothing behind it leaves the field open although a column has its name. A
 * comma in a name is written `\\,`. Throws RangeError, naming what is wrong.
 */
export function parseMapping(what: What, written: string): Mapping {
  const mapping: Record<string, Source> = {};
  for (const part of written.split(/(?<!\\),/).map((one) => one.replaceAll('\\,', ',').trim()).filter((one) => one !== '')) {
    const found = /^([A-Za-z.]+)(?:(=)(.+)|(:=)(.*))$/.exec(part);
    if (!found) throw new RangeError(`\`${part}\` is not field=column or field:=text`);
    const [, field = '', column, name, , text = ''] = found;
    if (!Object.hasOwn(fields[what], field)) throw new RangeError(`there is no field \`${field}\` of ${what}; there are ${Object.keys(fields[what]).join(', ')}`);
    mapping[field] = column === '=' ? { column: name!.trim() } : { always: text.trim() };
  }
  return mapping;
}

/** A mapping as `parseMapping` reads it. Fields that a column's name would fill, and that are not to be filled, are named. */
export function writeMapping(what: What, mapping: Mapping, columns: readonly string[]): string {
  const open = Object.keys(guessMapping(what, columns)).filter((field) => !mapping[field]);
  return [...Object.entries(mapping).sort(([a], [b]) => (a < b ? -1 : 1)).map(([field, source]) => ('column' in source ? `${field}=${source.column}` : `${field}:=${source.always.trim()}`)), ...open.map((field) => `${field}:=`)].map((part) => part.replaceAll(',', '\\,')).join(',');
}

export const fills = (source: Source | undefined): boolean => source !== undefined && ('column' in source || source.always.trim() !== '');

/** What a mapping cannot do for a file with these columns: one sentence each. */
export function faultsOf(what: What, mapping: Mapping, columns: readonly string[]): string[] {
  return [
    ...Object.entries(mapping).flatMap(([field, source]) => ('column' in source && !columns.includes(source.column) ? [`there is no column \`${source.column}\` for ${field}`] : [])),
    ...Object.entries(fields[what]).flatMap(([field, one]) => (one.needed && !fills(mapping[field]) ? [`nothing fills ${field}, which is needed`] : [])),
  ];
}

/** Makes a row a line of a batch. What cannot be read stays as it is, and is refused there with its field. `zone`: of times that have none, e.g. `+01:00`. */
export function lineMaker(what: What, mapping: Mapping, columns: readonly string[], zone: string | null): (cells: readonly string[]) => Record<string, unknown> {
  const sources = Object.entries(mapping).map(([field, source]) => ({ path: field.split('.'), kind: fields[what][field]!.kind, ...('column' in source ? { nth: columns.indexOf(source.column), always: '' } : { nth: -1, always: source.always }) }));
  return (cells) => {
    const line: Record<string, unknown> = { what };
    for (const { path: [outer = '', inner], kind, nth, always } of sources) {
      const cell = nth < 0 ? always : (cells[nth] ?? '');
      // An empty cell is nothing told, but that an outcome is not to be known is told.
      if (cell === '' && !(what === 'outcome' && outer === 'positive')) continue;
      const value = cell === '' ? null : read(kind, cell, zone);
      if (inner === undefined) line[outer] = value;
      else ((line[outer] ??= {}) as Record<string, unknown>)[inner] = value;
    }
    return line;
  };
}

const truths: Readonly<Record<string, boolean>> = { true: true, yes: true, y: true, t: true, '1': true, false: false, no: false, n: false, f: false, '0': false };

function read(kind: Kind, cell: string, zone: string | null): unknown {
  switch (kind) {
    case 'text':
      return cell;
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : cell;
    case 'truth':
      return truths[cell.toLowerCase()] ?? cell;
    case 'slug':
      return cell.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
    case 'time': {
      const [, day, clock, offset] = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d)?$/.exec(cell) ?? [];
      const place = offset ?? zone;
      return day && clock && place ? `${day}T${clock.length === 5 ? `${clock}:00` : clock}${place.length === 5 ? `${place.slice(0, 3)}:${place.slice(3)}` : place}` : cell;
    }
  }
}
