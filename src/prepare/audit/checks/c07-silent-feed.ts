// C07: which unit is silent where its peers speak?
import { betaBinomialSilence, silences, type BetaBinomial } from '../../../tools/statistics/beta-binomial.ts';
import { wilson } from '../../../tools/statistics/intervals.ts';
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { textAt } from '../cells.ts';
import { tierOf, whole, type Check, type DepartmentRate, type Desk } from '../check.ts';
import { countOf, independent, percent, share, tidy } from '../judging.ts';
import type { EvidenceRow, Finding, Threshold, Unit } from '../model.ts';
import { rawOf } from '../plan.ts';
import { observationKinds } from '../tables.ts';
import { feedFields, feedTypes } from '../type-fields.ts';
import { unknownUnit } from '../units.ts';

/** A unit is named when the probability that its silence is nothing but chance is at most this. */
const mostFalse = 0.02;

/** With fewer people a unit is not judged, as in every department and month of the catalogue. */
const fewestPeople = 10;

export const silentFeed: Check = {
  id: 'C07',
  name: 'Silent feed',
  asks: 'Is there a facility or department where the value, or a whole kind of record, never comes, though its peers have it?',
  family: 'completeness',
  about: 'element',
  formula: `For every element, and for every kind of record (resource type, and of Observations the categories laboratory and vital-signs). A unit that an element which means the whole kind has named is not named again. n: facilities and departments that speak, or are silent beyond chance. k: those that speak. Silent: not one of its m patients or encounters has it. Chance: the probability of that if the unit were like its peers and had at least a tenth of what they have on average (less is as good as silent), from a beta-binomial distribution fitted to the units that speak (zero-truncated maximum likelihood), so that peers that differ among themselves make silence less surprising: B(α, β+m) / B(α, β), cut off below that tenth; encounters of one patient count once. With ten units or more the share of silent ones is estimated too, and a unit of ${fewestPeople} people or more is named where the probability of a false alarm, given its silence, is at most ${percent(mostFalse)}; with fewer units, where chance × units is. A department of a silent facility is not named again.`,
  threshold: { bound: 'at-least', value: 1 },
  source: 'Zero events in m trials: Hanley & Lippman-Hand, JAMA 1983;249:1743-1745. Over-dispersion: Skellam, J R Stat Soc B 1948;10:257-261. False alarms: Efron, Large-Scale Inference, 2010, chapter 5; Newton et al., Biostatistics 2004;5:155-176.',
  limits: 'A unit may rightly not do it (no lactate in an eye clinic): the unit is named, a person decides. Units too small to tell are counted, not named: in the project\'s simulation of 150 hospitals with 3 to 2,000 stays, fed at a mean of 85 %, every silent one of at least 50 stays was named and under 2 % of those named were not silent; where fed hospitals differ from next to nothing to nearly all, still more than 85 % of them, and under 5 %. A unit that has it for under a tenth as many as its peers may be named too, when it happens to show none. A feed that is rare everywhere hides its silent ones. Each element is judged by itself: with many elements, add their false-alarm probabilities. Records without an encounter are counted by patient, and a patient of two facilities speaks for both.',
  weight: 'element',
  async find(desk) {
    const findings: Finding[] = [];
    for (const element of desk.elements) {
      const mine = desk.completeness.filter((finding) => finding.element === element.id && finding.unit.facility !== null && finding.unit.facility !== unknownUnit && finding.unit.department !== unknownUnit && finding.unit.month === null && finding.unit.clinician === null);
      const units = mine.map((finding) => ({ unit: finding.unit, ...byPatient(finding), rows: finding.rows }));
      findings.push(...judge({ element: element.id, resource: element.resource, name: element.name, subjects: element.per, tier: tierOf(silentFeed, element), promised: { bound: 'at-least', value: element.threshold, from: 'charter' } }, units));
    }
    // A unit that an element which means the whole kind, or the kind's type, has named already is not named again.
    const said = new Set(desk.elements.flatMap((element) => (element.codes.length === 0 && !element.where ? findings.filter((finding) => finding.element === element.id).map(({ resource, unit }) => placeOf(resource, unit)) : [])));
    for (const resource of feedTypes) {
      if ((desk.resources[resource] ?? 0) === 0) continue;
      for (const kind of [undefined, ...(resource === 'Observation' ? observationKinds : [])]) {
        const fresh = (await silentKind(desk, resource, kind)).filter(({ unit }) => unit.facility === null || !said.has(placeOf(resource, unit)));
        findings.push(...fresh);
        for (const { unit } of fresh) said.add(placeOf(resource, unit));
      }
    }
    return findings;
  },
};

const placeOf = (resource: string | null, { facility, department }: Unit): string => JSON.stringify([resource, facility, department]);


interface Counts {
  unit: Unit;
  n: number;
  k: number;
  rows: EvidenceRow[];
}

interface About {
  element: string | null;
  resource: string;
  name: string;
  subjects: string;
  tier: Finding['tier'];
  promised: Threshold;
}

/** Encounters of one patient are one: their share, on as many observations as there are patients. */
function byPatient({ n, k, figures }: Finding): { n: number; k: number } {
  const worth = Math.min(n, figures['patients'] ?? n);
  return { n: worth, k: (k ?? 0) === 0 ? 0 : Math.min(worth, Math.max(1, Math.round(((k ?? 0) / n) * worth))) };
}

function judge(about: About, units: readonly Counts[]): Finding[] {
  if (units.length === 0) return [];
  const threshold: Threshold = { bound: 'at-least', value: 1, from: 'default' };
  const named: Finding[] = [];
  const silentFacilities = new Set<string>();
  let speaking = 0;
  let small = 0;
  let expectedFalse = 0;
  for (const level of ['facility', 'department'] as const) {
    const these = units.filter(({ unit, n }) => (unit.department === null) === (level === 'facility') && n > 0);
    if (these.length < 2) continue;
    const { peers, silences: found } = silences(these);
    if (!peers) continue;
    for (const [i, one] of these.entries()) {
      const silence = found[i];
      if (!silence) { speaking++; continue; }
      if (one.unit.department !== null && silentFacilities.has(one.unit.facility!)) continue;
      if (one.n < fewestPeople || silence.falseAlarm > mostFalse) { small++; continue; }
      if (one.unit.department === null) silentFacilities.add(one.unit.facility!);
      expectedFalse += silence.falseAlarm;
      named.push(nameOf(about, one, peers, silence));
    }
  }
  const judged = speaking + named.length;
  // Whether a unit is silent was tested unit by unit: none silent is met, without an interval over units.
  const overall = share({
    check: 'C07', element: about.element, resource: about.resource, unit: whole, moments: independent(speaking, judged), threshold, tier: judged === 0 ? 'context' : about.tier, minimumN: 1,
    says: () =>
      judged === 0
        ? `${about.name}: no unit has peers to compare it with.`
        : `${about.name}: ${named.length === 0 ? `none of ${countOf(judged, 'unit')} is silent` : `${named.length} of ${countOf(judged, 'unit')} ${named.length === 1 ? 'is' : 'are'} silent: ${named.slice(0, 5).map(({ unit }) => unit.department ?? unit.facility).join(', ')}${named.length > 5 ? ' …' : ''}; ${sayChance(expectedFalse)} of them would be expected by chance`}.${small > 0 ? ` ${countOf(small, 'more unit')} without any ${small === 1 ? 'is' : 'are'} too small to tell.` : ''}`,
    figures: { silent: named.length, tooSmall: small, expectedFalseAlarms: tidy(expectedFalse) },
  });
  return [{ ...overall, verdict: judged === 0 ? 'not-measurable' : named.length > 0 ? 'not-met' : 'met' }, ...named];
}

function nameOf(about: About, { unit, n, rows }: Counts, peers: BetaBinomial, { chance, falseAlarm }: { chance: number; falseAlarm: number }): Finding {
  const where = `${unit.department ?? unit.facility}${unit.department ? ` (${unit.facility})` : ''}`;
  return {
    ...share({
      check: 'C07', element: about.element, resource: about.resource, unit, moments: independent(0, n), threshold: about.promised, tier: about.tier, minimumN: 1,
      says: () => `${about.name} is silent in ${where}: none of ${countOf(n, about.subjects)} has it, where ${percent(peers.mean)} of its peers' do; by chance that has a probability of ${sayChance(chance)}${peers.correlation > 0.001 ? ', their differences allowed for' : ''}.`,
      figures: { peers: tidy(peers.mean), correlation: tidy(peers.correlation), chance: tidy(chance), chanceIfAlike: tidy(betaBinomialSilence(n, { mean: peers.mean, correlation: 0 })), falseAlarm: tidy(falseAlarm) },
      rows,
    }),
    verdict: 'not-met',
  };
}

const sayChance = (p: number): string => (p < 1e-12 ? 'less than 10⁻¹²' : p < 0.001 ? p.toExponential(1) : p.toFixed(3));

/** Is a kind of record silent somewhere? By encounter where most records name one, else by patient. */
async function silentKind({ database, types, wanted, departments }: Desk, resource: string, kind?: string): Promise<Finding[]> {
  const columns = wanted[resource] ?? [];
  const [subject, encounter] = feedFields(resource);
  if (subject === undefined || textAt(subject, columns) === null) return [];
  const reference = (place: string) => `ref_id_(${textAt(place, columns) ?? 'NULL::VARCHAR'})`;
  const source = types.includes(resource)
    ? `SELECT p, e FROM ${name(`placed_${resource}`)}${kind === undefined ? '' : ` WHERE kind = ${quote(kind)}`}`
    : `SELECT who.p, enc.e FROM ${rawOf(resource)} r LEFT JOIN who ON who.id = ${reference(subject)} LEFT JOIN enc ON enc.id = ${encounter === undefined ? 'NULL::VARCHAR' : reference(encounter)}`;
  await database.run(`CREATE OR REPLACE TEMP TABLE fed AS SELECT p, e, count(*) AS n FROM (${source}) GROUP BY p, e`);
  const [of] = await database.rows<{ encounter: number; n: number }>('SELECT coalesce(sum(n) FILTER (e IS NOT NULL), 0)::BIGINT AS encounter, coalesce(sum(n), 0)::BIGINT AS n FROM fed');
  if (!of || of.n === 0) return [];
  const subjects = of.encounter * 2 >= of.n ? 'encounter' : 'patient';
  const has = subjects === 'encounter' ? 'SELECT DISTINCT unnest([enc.e, enc.parent]) AS key FROM fed JOIN enc ON enc.e = fed.e' : 'SELECT DISTINCT p AS key FROM fed';
  const rows = await database.rows<{ facility: string; department: string | null; n: number; k: number }>(`WITH has AS (${has}),
    m AS (SELECT DISTINCT unit.facility, unit.department, member.key, member.p, has.key IS NOT NULL AS fed FROM member JOIN unit ON unit.u = member.u LEFT JOIN has ON has.key = member.key
      WHERE member.kind = ${quote(subjects)} AND unit.facility <> ${quote(unknownUnit)}),
    q AS (SELECT facility, department, GROUPING(department) AS g, p, max(fed) AS fed FROM m GROUP BY GROUPING SETS ((facility, p), (facility, department, p)))
    SELECT facility, department, count(*) AS n, count(*) FILTER (fed) AS k FROM q WHERE g = 1 OR department <> ${quote(unknownUnit)} GROUP BY facility, department, g ORDER BY g DESC, facility, department`);
  const units = rows.map(({ facility, department, n, k }) => ({ unit: { ...whole, facility, department }, n, k, rows: [] }));
  const words = kind === undefined ? resource : `${resource} (${kind})`;
  const found = judge({ element: null, resource: words, name: words, subjects: 'patient', tier: 'important', promised: { bound: 'at-least', value: 1, from: 'default' } }, units);
  for (const unit of units) departments.push(rateOf(words, unit, found, units));
  return found;
}

/** A unit's rate, whether it is named or not: whoever was silent must be seen to speak again. Less than a tenth of what all have on average is as good as silent. */
function rateOf(resource: string, { unit, n, k }: Counts, found: readonly Finding[], all: readonly Counts[]): DepartmentRate {
  const same = all.filter((one) => (one.unit.department === null) === (unit.department === null));
  const mean = same.reduce((sum, one) => sum + one.k, 0) / Math.max(1, same.reduce((sum, one) => sum + one.n, 0));
  const interval = wilson(k, n);
  const isNamed = found.some((one) => one.unit.facility === unit.facility && one.unit.department === unit.department);
  return { check: 'C07', element: null, resource, unit, n, k, low: interval?.low ?? null, high: interval?.high ?? null, people: n, verdict: isNamed ? 'not-met' : k === 0 ? 'not-measurable' : k / n < mean / 10 ? 'not-met' : 'met' };
}
