// How does the demo hospital come into a running product, over its public API only?
import { systemClock, type Clock } from '../src/tools/base/clock.ts';
import { loadAccounts } from './demo/accounts.ts';
import { api } from './demo/api.ts';
import { auditDone, earlierRun, lacksAudit, makeExport, startAudit, uploadExport } from './demo/audits.ts';
import { planFor } from './demo/dates.ts';
import { demoDeployments as plans, loadDeployment } from './demo/deployments.ts';
import { earlierNotes, notesDone, startNotes } from './demo/notes.ts';
import { loadDecisions } from './demo/decisions.ts';
import { loadDecision, loadEvidence, loadStage } from './demo/gates.ts';
import { loadLive } from './live/live.ts';
import { demoAccounts, demoPassword } from './demo/people.ts';
import { loadPlaces, loadRoster } from './demo/places.ts';
import type { SizeName } from './export/sizes.ts';

export interface Demo {
  /** Where the product listens, e.g. `http://127.0.0.1:7420`. */
  baseUrl: string;
  /** An API key with the role administrator. */
  apiKey: string;
  /** A folder for the export while it is made; what is in it afterwards is removed. */
  workspace: string;
  /** What is going on, one sentence at a time. */
  onProgress?: (sentence: string) => void;
  signal?: AbortSignal;
  size?: SizeName;
  seed?: string;
  clock?: Clock;
  /** The password of the demo accounts. Hand in one of your own where others can reach the product. */
  password?: string;
}

export interface DemoLoaded {
  people: number;
  resources: number;
  attested: number;
  /** How to sign in. */
  accounts: { email: string; name: string; role: string }[];
  password: string;
}

/**
 * Loads the demo hospital: three hospitals, their departments, roster and accounts, three deployments with charters,
 * a synthetic export and its audits, attested evidence and the committee's decisions. Every record goes through an
 * endpoint that a hospital could call, written now, by the person whose task it is. Running it again goes on where an earlier run
 * stopped and changes nothing that is done. Throws Problem with what the server said; the signal's reason when aborted.
 */
export async function loadDemo({ baseUrl, apiKey, workspace, onProgress = () => {}, signal, size = 'demo', seed = 'ocotillo', clock = systemClock, password = demoPassword }: Demo): Promise<DemoLoaded> {
  const administrator = api(baseUrl, { key: apiKey }, signal);
  const now = clock.now();
  const demoDeployments = plans.map((plan) => planFor(plan, now));
  onProgress('Opening three hospitals and their departments.');
  await loadPlaces(administrator);
  const people = await loadRoster(administrator, seed);
  onProgress(`${people} people are on the roster; giving the demo accounts their passwords.`);
  // Passwords are hashed on other threads meanwhile; the export is made on this one.
  const making = { folder: workspace, size, seed, now, signal };
  const wanted = (await lacksAudit(administrator, demoDeployments.map(({ slug }) => slug))) ? makeExport(making) : null;
  // Whatever fails first is told; the other must not end the process.
  wanted?.catch(() => {});
  const as = await loadAccounts({ baseUrl, administrator, password, signal });
  const engineer = as('dataEngineer');
  onProgress('Writing three charters and locking what was promised.');
  await Promise.all(demoDeployments.map((plan) => loadDeployment(plan, administrator, as, now)));

  let resources = 0;
  const runs = new Map<string, Awaited<ReturnType<typeof earlierRun>>>();
  for (const { slug } of demoDeployments) runs.set(slug, await earlierRun(engineer, slug));
  if (wanted) {
    onProgress('Making the synthetic export of half a year.');
    const made = await wanted;
    resources = made.resources;
    onProgress(`Uploading ${made.resources.toLocaleString('en-US')} synthetic resources.`);
    const upload = await uploadExport(engineer, making, made);
    for (const { slug } of demoDeployments) if (!runs.get(slug)) runs.set(slug, await startAudit(engineer, slug, upload));
  }
  // The notes of the same export; an earlier run of the demo may have stopped before them.
  const notes = new Map<string, Awaited<ReturnType<typeof startNotes>>>();
  for (const { slug } of demoDeployments) notes.set(slug, (await earlierNotes(engineer, slug)) ?? (await startNotes(engineer, slug, runs.get(slug)!.export!)));
  // The audits run on the server while the evidence is written down and the decisions are told.
  onProgress('Attesting what no room measures yet, each number with its document.');
  const attested = (await Promise.all(demoDeployments.map((plan) => loadEvidence(plan, as)))).reduce((sum, one) => sum + one, 0);
  onProgress('Telling of weeks of decisions, and what people did with them.');
  for (const plan of demoDeployments) await loadDecisions(plan, as, { folder: workspace, seed, now });
  for (const { slug, title } of demoDeployments) {
    onProgress(`Auditing the data for: ${title}.`);
    await auditDone(engineer, runs.get(slug)!, signal);
    onProgress(`Tracing the notes for: ${title}.`);
    await notesDone(engineer, notes.get(slug)!, signal);
  }
  for (const plan of demoDeployments) {
    onProgress(`Deciding the gates of: ${plan.title}.`);
    for (const decision of plan.decisions) await loadDecision(plan, decision, as, now);
    await loadStage(plan, as);
  }
  onProgress('Letting three vendors answer a record system through the gateway.');
  await loadLive({ baseUrl, as, clock, seed, signal, calls: 40 });
  onProgress('The demo hospital is open. Everything in it is synthetic.');
  return { people, resources, attested, password, accounts: Object.values(demoAccounts).map(({ email, name, roles }) => ({ email, name, role: roles[0]! })) };
}
