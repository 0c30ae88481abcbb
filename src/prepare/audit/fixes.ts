// What should be repaired first?
import type { Element } from '../../spine/deployments/model.ts';
import { count } from './judging.ts';
import type { AuditDocument, Finding } from './model.ts';

type Fix = AuditDocument['fixes'][number];

const todo: Record<string, string> = {
  C01: 'Ask the source why the field is empty in these resources, and send it.',
  C02: 'Find out for these patients or encounters whether the value was not measured, not recorded, or not exported; then repair that step.',
  C03: 'Send nothing instead of a placeholder, or the reason in dataAbsentReason.',
  C04: 'Map the local codes to the system the model reads, or name the local codes in the charter.',
  C05: 'Compare how the worst and the best facility record it, and bring the worst up before going live there.',
  C06: 'Ask what changed in the named months (a new system, an interface that stopped), and load what was missed.',
  C07: 'Check the interface of the named units first: silence is usually a feed that was never connected.',
  C08: 'Ask what changed in the recent months: a form, an interface, a habit; until it is found the model runs on less and less.',
  F01: 'Export the damaged files again.',
  F02: 'Have the export fill what US Core asks for, or drop the profile it claims.',
  F03: 'Have the export fill what R4 demands.',
  F04: 'Map the codes to those FHIR allows.',
  F05: 'Correct ids and system addresses in the mapping; references to them change with them.',
  F06: 'Correct the mapping: a list where FHIR has one value is read as nothing.',
  F07: 'Correct the dates at the source or in the mapping.',
  F08: 'Convert to the expected UCUM unit in the mapping, or add the unit to the charter if the model understands it.',
  F09: 'Correct the code or the system it claims.',
  F10: 'Export the missing targets, or repair the references.',
  P01: 'Look at the rows: a wrong unit or a slipped decimal point is repaired in the mapping, a wrong reading at the device.',
  P02: 'Look at the rows: a slip of the decimal point, a second unit, or another patient\'s value.',
  P03: 'Look at the rows: mostly a time zone, a late entry or a merged patient.',
  P04: 'Look at the rows: a slipped year or a planned time taken for an event.',
  P05: 'Correct the birth date or the date of the event.',
  P06: 'Look at the rows: exchanged fields, a merged patient, or a stay that was never closed.',
  P07: 'Ask how the value is taken: read from a device, or rounded by hand.',
  P08: 'Look at the rows: mostly a wrong unit in the mapping.',
  D01: 'Export each resource once.',
  D02: 'Find out which interface sends twice, and drop the second.',
  D03: 'Find out whether two interfaces send the same measurement.',
  D04: 'Merge the patients in the master patient index.',
  D05: 'Have the master patient index look at the pairs.',
  L01: 'Review the listed patients with the clinicians who know them, and have the codes added; a model that reads codes does not see these patients.',
  L02: 'Ask the clinicians whether the condition is missing or the medicine is given for something else.',
  L03: 'Agree who looks after the problem list, and when.',
  L04: 'Carry long-standing diagnoses of stays to the problem list.',
  L05: 'Have the laboratory interface send the order\'s reference.',
  M01: 'Add the standard code beside the local one.',
  M02: 'Map the most frequent local codes first; they stand in the rows.',
  M03: 'Write the units as UCUM codes in the mapping.',
  M04: 'Look at the proposed pairs: if they are the same test, map the local code.',
  I01: 'Send the medical record number with its system; repair identifiers that fail their check digit.',
  I02: 'Complete names, birth dates and gender at registration.',
  I03: 'Look at the rows: an event under the wrong encounter, or a time zone.',
  I04: 'Look at the rows: a transfer that was never closed, or two patients merged.',
  B01: 'Ask why the group is recorded less, and measure the model\'s performance there by itself.',
  B02: 'Have the vendor show performance in patients like these, or measure it before going live.',
  B03: 'Leave out or rebuild features that read care instead of illness.',
  T01: 'Shorten the way to the record, or have the model wait: late values are not there when it runs.',
  T02: 'Have values written when they are taken, or leave the element out of what is decided at once.',
  T03: 'Find out what slows the way to the record.',
  T04: 'Move the decision, or leave the element out: it is not there when the model runs.',
  V01: 'Compare how the units record it.',
  V02: 'Look at forms and training, not at persons: the rates depend on who records.',
  V03: 'Compare how the departments record it.',
  V04: 'Ask the named facilities what they do otherwise.',
  V05: 'Find out whether patients, devices or mappings changed; if the model was fitted before, check its calibration.',
  S01: 'Draw the audit again from production, and record who drew it, from where and when.',
  S02: 'Ask for the missing kinds of record; without an audit trail nobody can see who changed what.',
};

/** A unit whose whole feed is dead is silent in every element that feed brings: one thing to repair, told once. */
function oneFeedOnce(fixes: readonly Omit<Fix, 'rank'>[], elements: readonly Element[]): Omit<Fix, 'rank'>[] {
  const order = { critical: 0, important: 1, context: 2 };
  const nameOf = new Map(elements.map(({ id, name }) => [id, name]));
  const resourceOf = new Map(elements.map(({ id, resource }) => [id, resource]));
  const feeds = new Map<string, Omit<Fix, 'rank'>[]>();
  for (const fix of fixes) {
    if (fix.check !== 'C07' || fix.element === null) continue;
    const key = JSON.stringify([resourceOf.get(fix.element), fix.unit]);
    feeds.set(key, [...(feeds.get(key) ?? []), fix]);
  }
  const merged = new Map<Omit<Fix, 'rank'>, Omit<Fix, 'rank'> | null>();
  for (const same of feeds.values()) {
    const [chief, ...others] = [...same].sort((a, b) => order[a.tier] - order[b.tier] || (b.affected ?? 0) - (a.affected ?? 0));
    if (!chief || others.length === 0) continue;
    const names = others.map(({ element }) => nameOf.get(element ?? '') ?? element ?? '');
    merged.set(chief, { ...chief, says: `${chief.says} Silent there as well: ${names.slice(0, 6).join(', ')}${names.length > 6 ? ` and ${names.length - 6} more` : ''}.` });
    for (const other of others) merged.set(other, null);
  }
  return fixes.flatMap((fix) => {
    const now = merged.get(fix);
    return now === null ? [] : [now ?? fix];
  });
}

/** The whole export stands for its units. Where it is fine, the unit with most to repair comes first, and its like behind it. */
function widestFirst(same: readonly Finding[]): [Finding, ...Finding[]] {
  const all = same.find(({ unit }) => unit.facility === null && unit.department === null);
  if (all) return [all];
  const facilities = same.filter(({ unit }) => unit.department === null);
  const level = facilities.length > 0 ? facilities : same;
  const failed = level.filter(({ verdict }) => verdict === 'not-met');
  return [...(failed.length > 0 ? failed : level)].sort((a, b) => (badOf(b) ?? 0) - (badOf(a) ?? 0)) as [Finding, ...Finding[]];
}

/** How many are affected; a spread or a kinship of units affects nobody in particular. */
const badOf = ({ k, n, threshold }: Finding): number | null => (k === null ? null : threshold?.bound === 'at-most' ? k : n - k);
/** Its cases are months, which are not to be compared with patients. */
const countsMonths = (check: string): boolean => check === 'C06';

/** What is nowhere comes first, then a feed that is silent or has stopped, then what is incomplete: whatever else is wrong with data needs data. */
const urgency = ({ check, element }: Pick<Fix, 'check' | 'element'>, nowhere: ReadonlySet<string | null>): number =>
  check === 'C02' ? (nowhere.has(element) ? 3 : 1) : check === 'C06' || check === 'C07' ? 2 : 0;

const most = 6;

function fixOf(finding: Finding, ...likewise: readonly Finding[]): Omit<Fix, 'rank'> {
  const { check, element, unit, tier, verdict, says } = finding;
  const names = likewise.map((one) => one.unit.department ?? one.unit.facility ?? '');
  const kind = unit.department === null ? ['facility', 'facilities'] : ['department', 'departments'];
  const bad = [finding, ...likewise].map(badOf);
  return {
    element, check, unit, tier, blocks: tier === 'critical' || (check === 'S01' && verdict === 'not-met'), affected: countsMonths(check) || bad.every((one) => one === null) ? null : bad.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    says: likewise.length === 0 ? says : `${says} The same in ${count(likewise.length)} more ${kind[likewise.length === 1 ? 0 : 1]}: ${names.slice(0, most).join(', ')}${names.length > most ? ' …' : ''}.`,
    todo: verdict === 'undecided' ? 'Take a larger export: the interval straddles the threshold, so more cases decide.' : (todo[check] ?? 'Look at the rows.'),
  };
}

/** Findings that are not met, one per element and check (the widest unit first), ordered by what unblocks the gate. */
export function fixesOf(findings: readonly Finding[], elements: readonly Element[], absent: AuditDocument['absent']): Fix[] {
  const order = { critical: 0, important: 1, context: 2 };
  const fixes: Omit<Fix, 'rank'>[] = absent.flatMap((absence) => {
    const element = elements.find(({ id }) => id === absence.element);
    if (!element) return [];
    return [{ element: element.id, check: 'C02', unit: { facility: null, department: null, clinician: null, month: null }, tier: element.tier, blocks: element.tier === 'critical', affected: findings.find((finding) => finding.check === 'C02' && finding.element === element.id)?.n ?? null, says: absence.what, todo: absence.means }];
  });
  const gone = new Set(fixes.map(({ element }) => element));
  const alike = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.verdict !== 'not-met' && !(finding.verdict === 'undecided' && finding.tier === 'critical')) continue;
    if (finding.unit.clinician || finding.unit.month || (finding.element && gone.has(finding.element))) continue;
    const key = JSON.stringify([finding.check, finding.element, finding.resource]);
    alike.set(key, [...(alike.get(key) ?? []), finding]);
  }
  for (const same of alike.values()) {
    // A silent unit is always named, by itself.
    if (same[0]?.check === 'C07') for (const finding of same) finding.unit.facility !== null && fixes.push(fixOf(finding));
    else fixes.push(fixOf(...widestFirst(same)));
  }
  return oneFeedOnce(fixes, elements)
    .sort((a, b) => Number(b.blocks) - Number(a.blocks) || order[a.tier] - order[b.tier] || urgency(b, gone) - urgency(a, gone) || (b.affected ?? 0) - (a.affected ?? 0) || (a.check < b.check ? -1 : a.check > b.check ? 1 : 0) || ((a.element ?? '') < (b.element ?? '') ? -1 : 1))
    .map((fix, at) => ({ rank: at + 1, ...fix }));
}
