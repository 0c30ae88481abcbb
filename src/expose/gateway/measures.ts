// Which numbers about the gateway can a gate ask for?
import type { Declaration } from '../../spine/measures/measures.ts';
import type { NewMeasurement } from '../../spine/measures/model.ts';
import { days, shift } from '../../tools/base/clock.ts';
import type { Db } from '../../tools/server/database.ts';
import { clusteredShare } from '../../tools/statistics/design-effect.ts';
import { connection as connectionSchema } from './connection.ts';
import { feedsIn, learnt } from './feeds.ts';
import { checks, findingsOf, type Finding } from './installation.ts';
import { policy as policySchema } from './policy.ts';
import * as records from './records.ts';

/** Days of traffic that a gate looks at. */
const window = 28;
/** Days of answers that are looked at for their version; one that was told of late drops out after them. */
const versionWindow = 7;
/** A version that is told within so many days before it answers otherwise was announced. */
const announcedFor = days(30);

/** Computed when asked, from the facts, the policy and the database itself. */
export const gatewayMeasures: readonly Declaration[] = [
  {
    id: 'gateway.unannounced-versions', asks: 'How many version changes came unannounced?', unit: 'count', better: 'lower', evidence: 'E3', minimumN: 0, freshForDays: 7, dependsOn: ['model-version'], evaluate: unannouncedVersions,
    explains: `Versions that answered in the last ${versionWindow} days before anybody had put the deployment on them, and changes of the vendor’s discovery in the last ${window} without a new version told in the 30 days before or since. n: decisions.`,
  },
  {
    id: 'gateway.contextual-fires', asks: 'Which share of the alerts fires in excluded contexts?', unit: 'proportion', better: 'lower', evidence: 'E3', minimumN: 30, freshForDays: 30, dependsOn: ['model-version', 'threshold'], evaluate: contextualFires,
    explains: `Outputs shown in the last ${window} days where a suppression rule of the policy holds (its sample that is shown anyway), or outside the facilities and departments of the deployment ÷ all shown. Not measurable where no rule and no place tells which contexts are excluded. Interval widened where several concern one patient.`,
  },
  {
    id: 'decisions.unprepared-exposure', asks: 'Which share of the exposures ran on unprepared production data?', unit: 'proportion', better: 'higher', evidence: 'E3', minimumN: 1, freshForDays: 30, dependsOn: ['feed'], evaluate: unpreparedExposure,
    explains: `Outputs shown in the last ${window} days that came through the gateway, whose input went to the AI byte for byte as the record system sent it ÷ all shown. What was told by other ways may be unprepared as well; nothing here shows it, so it does not count. Interval widened where several concern one patient.`,
  },
  {
    id: 'adoption.override-reasons', asks: 'Which share of the overrides has a reason?', unit: 'proportion', better: 'higher', evidence: 'E3', minimumN: 20, freshForDays: 60, dependsOn: [], evaluate: overrideReasons,
    explains: `Overrides of the last ${window} days whose feedback carries a coded reason or a comment ÷ overrides. Interval widened where several concern one patient. No clinician is named anywhere.`,
  },
  {
    id: 'pilot.criteria-before-exposure', asks: 'Were the criteria locked before the first exposure?', unit: 'yes', better: 'higher', evidence: 'E3', minimumN: 0, freshForDays: 3_650, dependsOn: [], evaluate: criteriaFirst,
    explains: '1 where the thresholds of G3 were locked, by the ledger, before the first decision was shown. Not measurable before anything is shown.',
  },
  {
    id: 'gateway.feed-breaks', asks: 'How many feeds are broken?', unit: 'count', better: 'lower', evidence: 'E3', minimumN: 0, freshForDays: 2, dependsOn: [], evaluate: feedBreaks,
    explains: `Units of the deployment from which inputs of the AI came on at least ten days, and that have been silent for more than twice the longest silence of the ${learnt} days before, and for more than a day. Counted are days that are over and on which the house heard something of any AI. What is missing inside a request is not seen here. n: feeds with a cadence.`,
  },
  {
    id: 'gateway.production-database', asks: 'Does the house run on a production database?', unit: 'yes', better: 'higher', evidence: 'E3', minimumN: 0, freshForDays: 30, dependsOn: [], evaluate: productionDatabase,
    explains: '1 when the database is a PostgreSQL of the hospital, version 15 or later; 0 for the embedded one, which listens on a private socket only and is for trials. The database is asked itself.',
  },
  {
    id: 'gateway.critical-findings', asks: 'How many critical findings of the access, encryption and role checks are open?', unit: 'count', better: 'lower', evidence: 'E3', minimumN: 0, freshForDays: 30, dependsOn: [], evaluate: criticalFindings,
    explains: `${checks.length} checks of the connection, the house and the accounts: ${checks.map(({ id }) => id).join(', ')}. As it stands when it is asked. n: checks.`,
  },
];

const shared = (deployment: string, asOf: string, source: string) => ({ deployment, asOf, scope: { facility: null, department: null }, class: 'E3' as const, source });
const since = (asOf: string) => shift(asOf, -days(window));

async function unannouncedVersions(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const [seen, { running, changes }, discoveries] = await Promise.all([records.versionsSeen(db, deployment, shift(asOf, -days(versionWindow)), asOf), records.versionsTold(db, deployment), records.discoveryChanges(db, deployment, since(asOf), asOf)]);
  const first = changes[0]?.from ?? running;
  const told = (version: string, at: string) => version === first || changes.some((one) => one.to === version && one.at <= at);
  const silent = seen.filter((one) => !told(one.version, one.first)).map(({ version }) => version);
  const changed = discoveries.filter((at) => !changes.some((one) => one.at >= shift(at, -announcedFor) && one.at <= asOf)).length;
  const n = seen.reduce((sum, one) => sum + one.n, 0);
  const base = { ...shared(deployment, asOf, 'gateway/versions'), measure: 'gateway.unannounced-versions', interval: null, n };
  // Nothing answered and nothing was described: there was nothing to see.
  if (n === 0 && discoveries.length === 0) return [{ ...base, value: null, explain: `No output in the last ${versionWindow} days, and no change of discovery in ${window}.` }];
  const explain = silent.length + changed === 0 ? `Every version of ${n} outputs was told before it answered, in the last ${versionWindow} days.` : [silent.length > 0 && `answered untold: ${silent.slice(0, 5).join(', ')}`, changed > 0 && `the vendor’s discovery changed ${changed === 1 ? 'once' : `${changed} times`} without a new version`].filter(Boolean).join('; ');
  return [{ ...base, value: silent.length + changed, explain: `${explain[0]!.toUpperCase()}${explain.slice(1)}${explain.endsWith('.') ? '' : '.'}` }];
}

async function contextualFires(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const base = { ...shared(deployment, asOf, 'decisions/facts'), measure: 'gateway.contextual-fires' };
  const nothing = (explain: string): NewMeasurement[] => [{ ...base, value: null, interval: null, n: 0, explain }];
  const row = await records.serviceRow(db, deployment);
  const acting = row && (await records.policyRow(db, deployment, row.acting));
  const rules = acting ? policySchema.parse(JSON.parse(acting.document)).rules.length : 0;
  if (rules === 0 && !(await records.hasPlaces(db, deployment))) return nothing('No rule of the policy and no place of the deployment tells which contexts are excluded.');
  const clusters = await records.shownBySubject(db, deployment, since(asOf), asOf);
  const [n, k] = [clusters.reduce((sum, one) => sum + one.n, 0), clusters.reduce((sum, one) => sum + one.k, 0)];
  if (n === 0) return nothing(`Nothing was shown in the last ${window} days.`);
  const share = clusteredShare(clusters);
  return [{ ...base, value: k / n, interval: share.low === null || share.high === null ? null : { low: share.low, high: share.high }, n, explain: `${k} of ${n} outputs were shown where a rule holds or outside the places it is meant for, in the last ${window} days.` }];
}

async function unpreparedExposure(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const base = { ...shared(deployment, asOf, 'decisions/facts'), measure: 'decisions.unprepared-exposure' };
  const clusters = await records.exposedBySubject(db, deployment, since(asOf), asOf);
  const [n, k] = [clusters.reduce((sum, one) => sum + one.n, 0), clusters.reduce((sum, one) => sum + one.k, 0)];
  if (n === 0) return [{ ...base, value: null, interval: null, n: 0, explain: `Nothing was shown in the last ${window} days.` }];
  const share = clusteredShare(clusters);
  return [{ ...base, value: k / n, interval: share.low === null || share.high === null ? null : { low: share.low, high: share.high }, n, explain: `${k} of ${n} outputs shown in the last ${window} days ran on what the record system sent, untouched.` }];
}

async function overrideReasons(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const base = { ...shared(deployment, asOf, 'decisions/facts'), measure: 'adoption.override-reasons' };
  const clusters = await records.overridesBySubject(db, deployment, since(asOf), asOf);
  const [n, k] = [clusters.reduce((sum, one) => sum + one.n, 0), clusters.reduce((sum, one) => sum + one.k, 0)];
  if (n === 0) return [{ ...base, value: null, interval: null, n: 0, explain: `Nothing was overridden in the last ${window} days.` }];
  const share = clusteredShare(clusters);
  return [{ ...base, value: k / n, interval: share.low === null || share.high === null ? null : { low: share.low, high: share.high }, n, explain: `${k} of ${n} overrides of the last ${window} days carry a reason.` }];
}

async function criteriaFirst(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const { locked, exposed } = await records.lockAndExposure(db, deployment, asOf);
  const base = { ...shared(deployment, asOf, 'ledger/gate.thresholds-locked'), measure: 'pilot.criteria-before-exposure', interval: null, n: null };
  if (exposed === null) return [{ ...base, value: null, explain: 'Nothing was shown yet.' }];
  if (locked === null) return [{ ...base, value: 0, explain: `First shown on ${exposed.slice(0, 10)}; the thresholds of G3 are not locked.` }];
  return [{ ...base, value: locked < exposed ? 1 : 0, explain: `The thresholds of G3 were locked on ${locked.slice(0, 10)}, and the first decision was shown on ${exposed.slice(0, 10)}.` }];
}

async function feedBreaks(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const base = { ...shared(deployment, asOf, 'decisions/day'), measure: 'gateway.feed-breaks', interval: null };
  const from = shift(asOf, -days(2 * learnt)).slice(0, 10);
  const today = asOf.slice(0, 10);
  const row = await records.serviceRow(db, deployment);
  const acting = row && (await records.policyRow(db, deployment, row.acting));
  if (acting && policySchema.parse(JSON.parse(acting.document)).mode === 'off') return [{ ...base, value: null, n: 0, explain: 'The gateway is off for it, so nothing can arrive.' }];
  const [feeds, heard] = await Promise.all([records.feedDays(db, deployment, from), records.daysHeard(db, from, today)]);
  // What came today is no silence; the days that count are over.
  const fresh = new Set(feeds.filter((one) => one.days.some((day) => day >= today)).map(nameOf));
  const found = feedsIn(feeds, heard);
  if (found.length === 0) return [{ ...base, value: null, n: 0, explain: 'No unit has been heard on ten days, so no cadence is known.' }];
  if (fresh.size === 0 && (heard.at(-1) ?? '') < shift(asOf, -days(1)).slice(0, 10)) return [{ ...base, value: null, n: found.length, explain: `Nothing at all has arrived in this house since ${heard.at(-1)}: a broken feed cannot be told from a house that rests.` }];
  const broken = found.filter((one) => one.broken && !fresh.has(nameOf(one)));
  const said = broken.slice(0, 5).map((one) => `${nameOf(one)}, silent since ${one.last} (before at most ${one.longest === 1 ? 'one day' : `${one.longest} days`})`);
  return [{ ...base, value: broken.length, n: found.length, explain: broken.length === 0 ? `All ${found.length} feeds arrive.` : `${broken.length} of ${found.length} feeds: ${said.join('; ')}.` }];
}
const nameOf = ({ facility, department }: { facility: string; department: string }) => [facility, department].filter((one) => one !== '').join('/') || 'no unit named';

async function productionDatabase(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const { version, listens, socket } = await records.databaseFacts(db);
  const embedded = listens === '' && socket === '0700';
  const major = Math.floor(version / 10_000);
  return [{
    ...shared(deployment, asOf, 'server/database'), measure: 'gateway.production-database', interval: null, n: null, value: !embedded && major >= 15 ? 1 : 0,
    explain: embedded ? `PostgreSQL ${major}, the embedded one: for trials. Set DATABASE_URL.` : major >= 15 ? `PostgreSQL ${major} of the hospital.` : `PostgreSQL ${major}; at least 15 is needed.`,
  }];
}

async function criticalFindings(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const found = await findingsFor(db, deployment, asOf);
  return [{
    ...shared(deployment, asOf, 'gateway/installation'), measure: 'gateway.critical-findings', interval: null, n: checks.length, value: found.length,
    explain: found.length === 0 ? `All ${checks.length} checks pass.` : `${found.length} of ${checks.length} checks: ${found.slice(0, 3).map(({ says }) => says).join(' ')}`,
  }];
}

/** What is open now around this deployment. */
export async function findingsFor(db: Db, deployment: string, asOf: string): Promise<Finding[]> {
  const [row, database, { addresses, ...counts }] = await Promise.all([records.serviceRow(db, deployment), records.databaseFacts(db), records.installationFacts(db, deployment, shift(asOf, -days(versionWindow)), asOf)]);
  return findingsOf({ connection: row ? connectionSchema.parse(JSON.parse(row.connection)) : null, addresses, database, ...counts });
}
