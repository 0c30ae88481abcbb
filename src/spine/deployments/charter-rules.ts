// What must hold in a charter beyond its shape?
import type { Charter } from './charter.ts';
import type { DataSection } from './charter-data.ts';

export interface Breach {
  severity: 'error' | 'warning';
  path: (string | number)[];
  says: string;
  next: string;
}

/** What the rules need to know of FHIR. Handed in, because the parser lives where DuckDB does and a browser has none. */
export interface FhirWords {
  resourceTypes: ReadonlySet<string>;
  /** What is wrong with a FHIRPath on this resource type, one sentence; null where it can be read. */
  pathTrouble(path: string, resource: string): string | null;
}

/** Everything that contradicts itself in a charter of the right shape. */
export function breaches(of: Charter, fhir: FhirWords): Breach[] {
  return [
    ...twice(of), ...dataBreaches(of.data, fhir), ...metrics(of), ...moneyOf(of), ...days(of), ...places(of), ...silent(of),
  ];
}

const error = (path: (string | number)[], says: string, next: string): Breach => ({ severity: 'error', path, says, next });
const warning = (path: (string | number)[], says: string, next: string): Breach => ({ severity: 'warning', path, says, next });

function twice(of: Charter): Breach[] {
  const lists: [(string | number)[], string, readonly string[]][] = [
    [['decision', 'outputs'], 'id', of.decision.outputs.map((one) => one.id)],
    [['claims'], 'id', of.claims.map((one) => one.id)],
    [['sla'], 'id', of.sla.map((one) => one.id)],
    [['training', 'behaviours'], 'id', of.training.behaviours.map((one) => one.id)],
  ];
  const metricIds = [...of.adoption.map((one) => one.id), ...of.value.map((one) => one.id)];
  const inMetrics = of.value.flatMap((one, i) =>
    metricIds.indexOf(one.id) < of.adoption.length + i ? [error(['value', i, 'id'], `\`${one.id}\` already names another metric.`, 'Give this one an id of its own.')] : [],
  );
  const inAdoption = repeats(['adoption'], 'id', of.adoption.map((one) => one.id));
  return [...lists.flatMap(([path, field, names]) => repeats(path, field, names)), ...inAdoption, ...inMetrics];
}

const repeats = (path: (string | number)[], field: string, names: readonly string[]): Breach[] =>
  names.flatMap((name, i) => {
    const first = names.indexOf(name);
    return first < i ? [error([...path, i, field], `\`${name}\` is there twice; number ${first + 1} of this list has the same ${field}.`, `Give each its own ${field}, or remove one.`)] : [];
  });

/** What contradicts itself in the data section alone; paths begin with `data`. */
export function dataBreaches(of: DataSection, fhir: FhirWords): Breach[] {
  const found = [...repeats(['data', 'elements'], 'id', of.elements.map((one) => one.id)), ...repeats(['data', 'noteTypes'], 'name', of.noteTypes.map((one) => one.name))];
  of.elements.forEach((element, i) => {
    const at = (...rest: (string | number)[]) => ['data', 'elements', i, ...rest];
    if (!fhir.resourceTypes.has(element.resource)) {
      found.push(error(at('resource'), `FHIR R4 has no resource \`${element.resource}\`${near(element.resource, fhir.resourceTypes)}.`, 'Use a resource type of FHIR R4; its list is at https://hl7.org/fhir/R4/resourcelist.html.'));
    } else {
      const paths: [string, string | undefined][] = [['path', element.path], ['where', element.where], ['datePath', element.datePath]];
      if (element.codes.length > 0) paths.push(['codePath', element.codePath]);
      for (const [field, path] of paths) {
        const trouble = path === undefined ? null : fhir.pathTrouble(path, element.resource);
        if (trouble) found.push(error(at(field), `\`${path}\` is no path the audit can read: ${trouble}`, 'Use the FHIRPath subset of SQL on FHIR, e.g. `value.ofType(Quantity).value`.'));
      }
    }
    const { low, high } = element.range ?? {};
    if (low !== undefined && high !== undefined && low > high) found.push(error(at('range'), `The range runs from ${low} down to ${high}.`, 'Swap low and high.'));
    if (element.range && element.units.length === 0) found.push(warning(at('range'), 'A range without a unit is compared with values in any unit.', 'Name the unit of the range first in `units`.'));
    if (element.window.anchor === 'any-time' && (element.window.before ?? element.window.after)) found.push(error(at('window'), 'A window needs something to be counted from; `any-time` has no anchor.', 'Set `anchor` to encounter-start or encounter-end, or leave before and after out.'));
    if (element.tier === 'critical' && element.threshold < 0.5) found.push(warning(at('threshold'), `A critical element that may be missing in ${Math.round((1 - element.threshold) * 100)} % of cases is hardly critical.`, 'Raise the threshold or lower the tier.'));
  });
  for (const [unit, path] of Object.entries(of.unitPaths)) {
    const trouble = fhir.pathTrouble(path, 'Encounter');
    if (trouble) found.push(error(['data', 'unitPaths', unit], `\`${path}\` is no path the audit can read: ${trouble}`, 'Give a FHIRPath from Encounter, e.g. `serviceProvider`.'));
  }
  for (const [check, { atLeast, atMost }] of Object.entries(of.thresholds))
    if ((atLeast === undefined) === (atMost === undefined)) found.push(error(['data', 'thresholds', check], 'A threshold is either `atLeast` or `atMost`.', 'Give one of the two.'));
  const { from, to } = of.population;
  if (from && to && from > to) found.push(error(['data', 'population', 'to'], `This day (${to}) lies before the beginning (${from}).`, 'Correct one of the days.'));
  return found;
}

/** The type that was probably meant: the same letters in another case, or one that differs by one or two letters. */
function near(wrong: string, types: ReadonlySet<string>): string {
  const best = [...types].map((type) => ({ type, away: editDistance(type.toLowerCase(), wrong.toLowerCase()) })).sort((a, b) => a.away - b.away)[0];
  return best && best.away <= 2 ? `; perhaps \`${best.type}\`` : '';
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

function metrics(of: Charter): Breach[] {
  const found: Breach[] = [];
  of.claims.forEach(({ value, floor, better, unit }, i) => {
    if (floor !== undefined && (better === 'higher' ? floor > value : floor < value)) found.push(error(['claims', i, 'floor'], `The worst acceptable value (${floor}) is better than the promised one (${value}).`, 'Correct one of them, or `better`.'));
    if (unit === 'proportion' && (value < 0 || value > 1)) found.push(error(['claims', i, 'value'], `A proportion lies between 0 and 1, not at ${value}.`, 'Write 92 % as 0.92, or name another unit.'));
  });
  of.sla.forEach(({ atLeast, atMost }, i) => {
    if (atLeast === undefined && atMost === undefined) found.push(error(['sla', i], 'A service level without a number cannot be kept or broken.', 'Give `atLeast` or `atMost`.'));
    if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) found.push(error(['sla', i, 'atMost'], `At least ${atLeast} and at most ${atMost} cannot both hold.`, 'Correct one of them.'));
  });
  for (const part of ['adoption', 'value'] as const)
    of[part].forEach(({ baseline, target, better }, i) => {
      if (baseline && baseline.from > baseline.to) found.push(error([part, i, 'baseline'], `The baseline ends (${baseline.to}) before it begins (${baseline.from}).`, 'Correct the days.'));
      if (baseline && target !== null && (better === 'higher' ? target < baseline.value : target > baseline.value)) found.push(warning([part, i, 'target'], `The target (${target}) is worse than the baseline (${baseline.value}).`, 'Correct the target, the baseline or `better`.'));
    });
  if (of.problem.metric && ![...of.adoption, ...of.value].some((one) => one.id === of.problem.metric)) found.push(error(['problem', 'metric'], `No adoption or value metric has the id \`${of.problem.metric}\`.`, 'Register the metric, or correct the id.'));
  return found;
}

function moneyOf(of: Charter): Breach[] {
  const found: Breach[] = [];
  const { cost } = of.problem;
  if (cost) {
    const { perYear, low, high, quantity, unitValue } = cost;
    const at = (field: string) => ['problem', 'cost', field];
    for (const [field, amount] of [['low', low], ['high', high], ['unitValue', unitValue]] as const)
      if (amount && amount.currency !== perYear.currency) found.push(error(at(field), `This is in ${amount.currency}, the cost in ${perYear.currency}.`, 'Use one currency.'));
    if (low && low.minor > perYear.minor) found.push(error(at('low'), 'The low end of the cost lies above the cost itself.', 'Correct one of them.'));
    if (high && high.minor < perYear.minor) found.push(error(at('high'), 'The high end of the cost lies below the cost itself.', 'Correct one of them.'));
    if ((quantity === undefined) !== (unitValue === undefined)) found.push(error(at(quantity === undefined ? 'unitValue' : 'quantity'), 'A cost is computed from a quantity and the value of one; only one of the two is given.', 'Give both, or neither.'));
    // One per cent leaves room for rounding, not for another number.
    if (quantity && unitValue && Math.abs(quantity * unitValue.minor - perYear.minor) > perYear.minor / 100) found.push(error(at('perYear'), `The quantity times the unit value is ${(quantity * unitValue.minor).toFixed(0)}, not ${perYear.minor} (both in minor units).`, 'Correct one of the three.'));
  }
  const currencies = new Set(of.costs.map((line) => line.firstYear.currency));
  if (currencies.size > 1) found.push(error(['costs'], `The cost lines are in ${[...currencies].join(' and ')}; they cannot be summed.`, 'Use one currency.'));
  return found;
}

function days(of: Charter): Breach[] {
  const spans: [(string | number)[], string | undefined, string | undefined][] = [
    [['pilot', 'to'], of.pilot.from, of.pilot.to],
    [['contract', 'ends'], of.contract.signed, of.contract.ends],
  ];
  return spans.flatMap(([path, from, to]) => (from && to && from > to ? [error(path, `This day (${to}) lies before the beginning (${from}).`, 'Correct one of the days.')] : []));
}

function places(of: Charter): Breach[] {
  return [
    ...repeats(['units'], 'facility', of.units.map((one) => one.facility)),
    ...of.units.flatMap((one, i) => one.departments.flatMap((department, j) => (one.departments.indexOf(department) < j ? [error(['units', i, 'departments', j], `\`${department}\` is listed twice.`, 'Remove one.')] : []))),
  ];
}

/** What a charter may leave open, and what stays undecided as long as it does. */
function silent(of: Charter): Breach[] {
  const found: Breach[] = [];
  if (of.data.elements.length === 0) found.push(warning(['data', 'elements'], 'No data element is named, so the data gate has nothing to measure.', 'List the fields the model reads; `attending audit init FOLDER` proposes them from an export.'));
  if (of.problem.cost === null) found.push(warning(['problem', 'cost'], 'The cost of the problem has not been computed; gate criterion 0.2 stays open.', 'Give hours × rate or denials × value, with a range.'));
  if (of.owner.hoursPerWeek === null) found.push(warning(['owner', 'hoursPerWeek'], 'The owner has no protected hours on record; gate criterion 0.6 stays open.', 'Agree hours per week and write them down.'));
  return found;
}
