// Does what was measured hold the line of a criterion, and if nobody can say so, why not?
import { ageInDays, evidenceRank, roomOf, scopeSays, standing, type Change, type Declared, type Measurement, type PlaceNames, type Scope } from '../measures/model.ts';
import { amount, thresholdSays, whole as inWords, type BareState, type Condition, type Criterion, type PathName, type Reading, type Threshold, type Verdict } from './model.ts';

/** What a criterion is judged against, beside the measurements. */
export interface Context {
  /** The instant of the judgement; later measurements are not seen. */
  asOf: string;
  path: PathName;
  /** Every measure of the house and of the playbook, by id. */
  measures: ReadonlyMap<string, Declared>;
  /** The facilities the charter names, by slug; none: it names none. */
  facilities: readonly string[];
  departments: readonly { facility: string; department: string }[];
  /** What facilities and departments are called, for the sentences; none: their short names. */
  places?: PlaceNames | undefined;
  /** Null: not known; then every condition applies. */
  productClass: 'clinical' | 'administrative' | null;
  monthsLive: number | null;
  changes: readonly Change[];
}

/** From best to worst. Where all must hold, the worst decides: a broken line before one that nobody can see. */
const severity: Record<BareState, number> = { met: 0, undecided: 1, stale: 2, 'not-measurable': 3, 'not-met': 4 };

/**
 * The verdict on one criterion.
 *
 * All conditions must hold; of alternatives, one. Per measurement, in this order:
 * 1. no value, fewer cases than asked, or a class of evidence too weak (E0 for a safety criterion): **not measurable**;
 * 2. too old, or measured before a change it depends on: **stale**;
 * 3. the estimate does not hold the line: **not met**;
 * 4. safety criteria only: an end of the interval does not hold it, or there is no interval and the count is not
 *    declared complete: **undecided**;
 * 5. otherwise **met**.
 * This is the house rule of `tools/statistics/verdict.ts`, with age, class and units of the hospital added.
 * Widening an interval never turns a verdict into met, nor does taking a measurement away.
 */
export function judge(criterion: Criterion, measurements: readonly Measurement[], context: Context): Verdict {
  const seen = byMeasure(measurements);
  const readings: Reading[] = [];
  const decisive: number[] = [];
  criterion.conditions.forEach((part, group) => {
    const alternatives = 'anyOf' in part ? part.anyOf : [part];
    const first = readings.length;
    for (const condition of alternatives)
      if (applies(condition, context)) readings.push(read(condition, criterion, 'anyOf' in part ? group : null, seen, context));
    if (readings.length > first) decisive.push(indexOfBest(readings, first));
  });
  const deciding = decisive.reduce<number | null>((worst, index) => (worst === null || severityOf(readings[index]) > severityOf(readings[worst]) ? index : worst), null);
  const reading = deciding === null ? undefined : readings[deciding];
  if (!reading)
    return { state: 'not-measurable', without: 'not-measurable', because: 'None of its conditions applies yet: the clock since go-live has not begun.', next: 'Nothing before go-live.', alarm: false, deciding: null, readings: [] };
  return { state: reading.state, without: reading.state, because: sentence(reading, context.places), next: nextOf(reading, criterion), alarm: readings.some((one) => one.alarm), deciding, readings };
}

/** The verdict under a waiver: what is not met reads waived, and keeps saying what it would read without. */
export const underWaiver = (verdict: Verdict, waiver: { reason: string; expires: string } | undefined): Verdict =>
  !waiver || verdict.state === 'met' ? verdict : { ...verdict, state: 'waived', because: `Waived until ${waiver.expires}: ${waiver.reason} Without the waiver: ${verdict.because}` };

/** The line that counts on this path. */
export const lineOf = (condition: Condition, path: PathName): Threshold => (path === 'full' ? condition.needs : (condition.onPath[path] ?? condition.needs));

/** Whether a value holds a line. `present` is held by any number. */
export function holds(value: number, line: Threshold): boolean {
  if (!Number.isFinite(value)) return false;
  if (line.present) return true;
  if (line.atLeast !== undefined) return value >= line.atLeast;
  if (line.above !== undefined) return value > line.above;
  if (line.atMost !== undefined) return value <= line.atMost;
  if (line.below !== undefined) return value < line.below;
  if (line.equals !== undefined) return value === line.equals;
  return line.between !== undefined && value >= line.between.low && value <= line.between.high;
}

/** How far inside (positive) or outside (negative) the line a value lies, in the measure's unit. */
function margin(value: number, line: Threshold): number {
  if (line.atLeast !== undefined || line.above !== undefined) return value - (line.atLeast ?? line.above ?? 0);
  if (line.atMost !== undefined || line.below !== undefined) return (line.atMost ?? line.below ?? 0) - value;
  if (line.equals !== undefined) return -Math.abs(value - line.equals);
  return line.between ? Math.min(value - line.between.low, line.between.high - value) : 0;
}

const applies = ({ when }: Condition, { productClass, monthsLive }: Context): boolean =>
  !when ||
  ((when.productClass === undefined || productClass === null || when.productClass === productClass) &&
    (when.fromMonth === undefined || (monthsLive !== null && monthsLive >= when.fromMonth)) &&
    (when.toMonth === undefined || (monthsLive !== null && monthsLive < when.toMonth)));

const severityOf = (reading: Reading | undefined): number => (reading ? severity[reading.state] : -1);

function indexOfBest(readings: readonly Reading[], from: number): number {
  let best = from;
  for (let i = from; i < readings.length; i++) if (severityOf(readings[i]) < severityOf(readings[best])) best = i;
  return best;
}

interface Judged {
  scope: Scope;
  measurement: Measurement | null;
  state: BareState;
  because: string;
}

/** The measurements of a deployment by measure: a portfolio judges thousands of conditions on the same ones. */
const indexes = new WeakMap<readonly Measurement[], Map<string, Measurement[]>>();

function byMeasure(measurements: readonly Measurement[]): ReadonlyMap<string, readonly Measurement[]> {
  const known = indexes.get(measurements);
  if (known) return known;
  const index = new Map<string, Measurement[]>();
  for (const one of measurements) {
    const same = index.get(one.measure);
    if (same) same.push(one);
    else index.set(one.measure, [one]);
  }
  indexes.set(measurements, index);
  return index;
}

function read(condition: Condition, criterion: Criterion, alternative: number | null, measurements: ReadonlyMap<string, readonly Measurement[]>, context: Context): Reading {
  const measure = context.measures.get(condition.measure);
  const line = lineOf(condition, context.path);
  const unit = measure?.unit ?? 'count';
  const rows = strongest((measurements.get(condition.measure) ?? []).filter((one) => one.asOf <= context.asOf));
  const scopes = covered(condition, rows, context).map(({ scope, measurement }): Judged =>
    measurement ? { scope, measurement, ...judgeOne(measurement, condition, criterion, measure, line, context) } : { scope, measurement, state: 'not-measurable', because: nothingThere(condition, measure, scope, rows, context.places) },
  );
  const worst = scopes.reduce((a, b) => (worse(b, a, line) ? b : a));
  const { value, interval } = worst.measurement ?? { value: null, interval: null };
  return {
    measure: condition.measure,
    asks: measure?.asks ?? condition.says,
    room: roomOf(condition.measure),
    live: measure?.live ?? false,
    says: condition.says,
    needs: line,
    needsSays: thresholdSays(line, unit),
    over: condition.over,
    alternative,
    unit,
    scope: worst.scope,
    value,
    valueSays: value === null ? '' : amount(value, unit),
    interval,
    n: worst.measurement?.n ?? null,
    asOf: worst.measurement?.asOf ?? null,
    ageDays: worst.measurement ? ageInDays(worst.measurement.asOf, context.asOf) : null,
    class: worst.measurement?.class ?? null,
    source: worst.measurement?.source ?? null,
    explain: worst.measurement?.explain ?? measure?.explains ?? '',
    target: condition.target ?? null,
    alarm: condition.alarm !== undefined && value !== null && beyond(value, condition.alarm, line, measure?.better),
    state: worst.state,
    because: worst.because,
    scopes: scopes.filter((one) => one.measurement).length,
  };
}

function judgeOne(of: Measurement, condition: Condition, criterion: Criterion, measure: Declared | undefined, line: Threshold, context: Context): { state: BareState; because: string } {
  const stands = standing(
    of,
    {
      minimumN: Math.max(condition.minimumN ?? 0, measure?.minimumN ?? 0),
      freshForDays: Math.min(condition.maxAgeDays ?? Infinity, measure?.freshForDays ?? 90),
      dependsOn: [...criterion.dependsOn, ...(measure?.dependsOn ?? [])],
    },
    context.asOf,
    context.changes,
  );
  if (stands.state !== 'fresh' || of.value === null) return { state: stands.state === 'fresh' ? 'not-measurable' : stands.state, because: stands.because };
  if (!holds(of.value, line)) return { state: 'not-met', because: '' };
  if (!criterion.safety) return { state: 'met', because: '' };
  if (evidenceRank(of.class) === 0) return { state: 'not-measurable', because: 'Somebody says so (E0), which never satisfies a safety criterion: a document, records or telemetry must.' };
  if (of.interval) return holds(of.interval.low, line) && holds(of.interval.high, line) ? { state: 'met', because: '' } : { state: 'undecided', because: 'The interval straddles the line.' };
  return condition.exact || line.present ? { state: 'met', because: '' } : { state: 'undecided', because: 'There is no interval, so its pessimistic end is not known.' };
}

/** Where one scope has both stronger and weaker evidence, the stronger counts, then the newer. */
function strongest(rows: readonly Measurement[]): Measurement[] {
  const best = new Map<string, Measurement>();
  for (const row of rows) {
    const key = JSON.stringify([row.scope.facility, row.scope.department, row.scope.element ?? null]);
    const before = best.get(key);
    const rank = before ? evidenceRank(row.class) - evidenceRank(before.class) : 1;
    if (!before || rank > 0 || (rank === 0 && row.asOf > before.asOf)) best.set(key, row);
  }
  return [...best.values()];
}

const whole: Scope = { facility: null, department: null };

interface Covered {
  scope: Scope;
  measurement: Measurement | null;
}

/** The units that must hold the line, each with its measurement or with none. Never empty. */
function covered({ over }: Condition, rows: readonly Measurement[], context: Context): Covered[] {
  const ofWhole = rows.filter((row) => row.scope.facility === null && row.scope.department === null);
  const plain = ofWhole.filter((row) => row.scope.element === undefined);
  const each = (some: readonly Measurement[]): Covered[] => some.map((measurement) => ({ scope: measurement.scope, measurement }));
  const orNone = (some: readonly Measurement[], scope: Scope = whole): Covered[] => (some.length > 0 ? each(some) : [{ scope, measurement: null }]);
  if (over === 'deployment') return orNone(plain);
  if (over === 'worst-seen') return orNone(rows);
  if (over === 'every-element') return orNone(rows.filter((row) => row.scope.element !== undefined || plain.includes(row)));
  if (over === 'every-facility') {
    const inFacilities = rows.filter((row) => row.scope.facility !== null && row.scope.department === null);
    // A charter without facilities: the whole must hold the line, and every facility that shows up in the data.
    if (context.facilities.length === 0) return [...orNone(plain), ...each(inFacilities)];
    return context.facilities.flatMap((facility) => {
      const own = inFacilities.filter((row) => same(row.scope.facility, facility));
      // One facility is the whole.
      return orNone(own.length === 0 && context.facilities.length === 1 ? plain : own, { facility, department: null });
    });
  }
  const inDepartments = rows.filter((row) => row.scope.department !== null);
  if (context.departments.length === 0) return [...orNone(plain), ...each(inDepartments)];
  return context.departments.flatMap(({ facility, department }) =>
    orNone(inDepartments.filter((row) => same(row.scope.facility, facility) && same(row.scope.department, department)), { facility, department }),
  );
}

/** A facility is the same by its slug and by its name: `north-campus` and `North Campus`. */
const same = (a: string | null, b: string): boolean => a !== null && slugged(a) === slugged(b);
const slugged = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');

function worse(a: Judged, b: Judged, line: Threshold): boolean {
  if (severity[a.state] !== severity[b.state]) return severity[a.state] > severity[b.state];
  if (a.measurement?.value == null || b.measurement?.value == null) return false;
  return margin(a.measurement.value, line) < margin(b.measurement.value, line);
}

/** The red line lies on the bad side of the line to hold. */
function beyond(value: number, alarm: number, line: Threshold, better: 'higher' | 'lower' | 'neither' = 'neither'): boolean {
  const low = line.atLeast !== undefined || line.above !== undefined || (line.present === true && better === 'higher');
  return low ? value < alarm : value > alarm;
}

function nothingThere(condition: Condition, measure: Declared | undefined, scope: Scope, rows: readonly Measurement[], places: PlaceNames | undefined): string {
  const where = scopeSays(scope, places);
  if (rows.length > 0) return `There is no measurement for ${where === 'whole deployment' ? 'the whole deployment' : where}; there ${rows.length === 1 ? 'is one for another' : `are ${rows.length} for others`}.`;
  if (!measure?.live) return `Attending does not measure this itself yet (${condition.measure}).`;
  return `Nothing was measured yet; ${roomOf(condition.measure)} measures it.`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function sentence(reading: Reading, places: PlaceNames | undefined): string {
  if (reading.value === null) return reading.because;
  const where = scopeSays(reading.scope, places);
  const cases = reading.n === null ? '' : ` (n = ${inWords(reading.n)})`;
  const range = reading.interval ? `, 95 % interval ${amount(reading.interval.low, reading.unit)} to ${amount(reading.interval.high, reading.unit)}` : '';
  const said = `${capital(reading.says)}: ${reading.valueSays}${range}${cases}; needed: ${reading.needsSays}${where === 'whole deployment' ? '' : `, in ${where}`}.`;
  return reading.because ? `${said} ${reading.because}` : said;
}

/** What brings a first number of a room that measures. */
const comesFrom: Readonly<Record<string, string>> = {
  audit: 'Audit the data on the tab Data.', notes: 'Audit the notes on the tab Notes.', deployments: 'Write it into the charter.', decisions: 'Have its decisions recorded: through the gateway, or told.',
  ledger: 'Have its decisions recorded, and counted at their source.', gateway: 'Connect it on the tab Gateway.', gates: 'It comes with time.',
};

function nextOf(reading: Reading, criterion: Criterion): string {
  if (reading.state === 'met') return '';
  if (reading.state === 'stale') return `Measure again in ${reading.room}.`;
  if (reading.state === 'undecided') return reading.interval ? 'Measure more cases; the interval then narrows.' : `Have ${reading.room} publish it with an interval.`;
  if (reading.state === 'not-met') return `${reading.unit === 'yes' ? 'Make it so' : `Bring it to ${reading.needsSays}`}, or ask for a waiver with a reason and an end.`;
  if (reading.value !== null && reading.class === 'E0') return 'Supply a document, or let the house compute it.';
  if (reading.value !== null) return 'Measure more cases.';
  if (reading.live) return comesFrom[reading.room] ?? `It is measured in: ${reading.room}.`;
  return criterion.safety ? 'Until then attest it with a document; a mere word does not count here.' : 'Until then attest it with a reason, better with a document.';
}
