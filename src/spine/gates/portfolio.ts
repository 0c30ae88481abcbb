// Where does every deployment stand, without judging each anew for everybody who looks?
import type { Caller, House } from '../../tools/server/capability.ts';
import { poolOf, type Db } from '../../tools/server/database.ts';
import { allRows, dossiers, type Rules } from './dossier.ts';
import { trackOf, type Dossier } from './gate-state.ts';
import type { Track } from './model.ts';
import * as records from './records.ts';

/** A judgement is kept no longer than this, whatever has or has not happened. */
const longest = 10 * 60_000;
/** Older ones are judged anew behind the back of who asks: AI decisions come all the time, and what they add up to moves slowly. */
const renewAfter = 60_000;
const dayLength = 86_400_000;

interface Kept {
  track: Track;
  at: number;
  /** When time alone may change it. */
  until: number;
}

/** What is kept of one database. A judgement is dropped as soon as anything is written that it may rest on. */
interface Shelf {
  tracks: Map<string, Kept>;
  /** How far the ledger, and the history of measurements, were looked through for news. */
  position: number;
  measurement: number;
  /** Which look it was that dropped a judgement: one that was begun before must not be kept. */
  look: number;
  dropped: Map<string, number>;
  allDropped: number;
  renewing: boolean;
}

const shelves = new WeakMap<Db, WeakMap<Rules, Shelf>>();

function shelfOf(db: Db, rules: Rules): Shelf {
  let byRules = shelves.get(db);
  if (!byRules) shelves.set(db, (byRules = new WeakMap()));
  let shelf = byRules.get(rules);
  if (!shelf) byRules.set(rules, (shelf = { tracks: new Map(), position: 0, measurement: 0, look: 0, dropped: new Map(), allDropped: 0, renewing: false }));
  return shelf;
}

/**
 * The way of every deployment the caller may see. Each is judged anew when anything was written about it since, other
 * than AI decisions themselves (a charter, a decision of the committee, a waiver, a measurement, a policy, the roster),
 * when a measurement becomes a day older or a new day begins, and after ten minutes in any case. What follows from AI
 * decisions is a minute old, or as old as the last look. `asOf` is the instant of the oldest judgement shown.
 */
export async function portfolioOf(house: House, caller: Caller, rules: Rules): Promise<{ asOf: string; items: Track[] }> {
  const { db } = house;
  const asOf = house.clock.now();
  const now = Date.parse(asOf);
  const rows = await allRows(house, caller);
  // A transaction sees what others do not: nothing is kept of it.
  if (!poolOf(db)) return { asOf, items: (await dossiers(db, rules, rows, asOf)).map((one) => trackOf(rules.book, one)) };
  const shelf = shelfOf(db, rules);
  const look = await dropWhatChanged(db, shelf);
  const good = (id: string): Kept | undefined => {
    const kept = shelf.tracks.get(id);
    return kept && kept.at <= now && now < kept.until ? kept : undefined;
  };
  const found = new Map(rows.flatMap(({ id }) => (good(id) ? [[id, good(id)!]] : [])));
  for (const [id, kept] of await judgeAnew(db, rules, rows.filter(({ id }) => !found.has(id)), asOf, shelf, look)) found.set(id, kept);
  const old = rows.filter(({ id }) => now - found.get(id)!.at > renewAfter);
  if (old.length > 0 && !shelf.renewing) {
    shelf.renewing = true;
    // Nobody waits for it, and where it fails the next look tries again.
    void judgeAnew(db, rules, old, asOf, shelf, look).catch(() => {}).finally(() => void (shelf.renewing = false));
  }
  const oldest = Math.min(now, ...rows.map(({ id }) => found.get(id)!.at));
  return { asOf: new Date(oldest).toISOString(), items: rows.map(({ id }) => found.get(id)!.track) };
}

/** Judges all again; the watch does it, so that whoever looks finds it done. */
export async function renewPortfolio(house: House, caller: Caller, rules: Rules): Promise<void> {
  if (!poolOf(house.db)) return;
  const shelf = shelfOf(house.db, rules);
  const look = await dropWhatChanged(house.db, shelf);
  await judgeAnew(house.db, rules, await allRows(house, caller), house.clock.now(), shelf, look);
}

type Rows = Awaited<ReturnType<typeof allRows>>;

async function judgeAnew(db: Db, rules: Rules, rows: Rows, asOf: string, shelf: Shelf, look: number): Promise<Map<string, Kept>> {
  const made = new Map<string, Kept>();
  if (rows.length === 0) return made;
  for (const dossier of await dossiers(db, rules, rows, asOf)) {
    const { id } = dossier.deployment;
    const kept = { track: trackOf(rules.book, dossier), at: Date.parse(asOf), until: goodUntil(dossier) };
    made.set(id, kept);
    if (look >= shelf.allDropped && look >= (shelf.dropped.get(id) ?? 0)) shelf.tracks.set(id, kept);
  }
  return made;
}

/** When time alone may change the judgement: at midnight, and whenever a measurement becomes a whole day older. */
function goodUntil({ asOf, measurements }: Dossier): number {
  const now = Date.parse(asOf);
  let until = Math.min(now + longest, (Math.floor(now / dayLength) + 1) * dayLength);
  for (const one of measurements) {
    const at = Date.parse(one.asOf);
    const nextDay = at + (Math.floor((now - at) / dayLength) + 1) * dayLength;
    if (nextDay < until) until = nextDay;
  }
  return until;
}

/** Every change of the house is written with an entry of the ledger that says what it is about; measurements have numbers. */
async function dropWhatChanged(db: Db, shelf: Shelf): Promise<number> {
  const { position, measurement, about } = await records.news(db, shelf.position, shelf.measurement);
  // Read at the same time as another look: what that one saw is not forgotten.
  shelf.look += 1;
  for (const deployment of about) {
    if (deployment === null) {
      shelf.tracks.clear();
      shelf.allDropped = shelf.look;
    } else {
      shelf.tracks.delete(deployment);
      shelf.dropped.set(deployment, shelf.look);
    }
  }
  shelf.position = Math.max(shelf.position, position);
  shelf.measurement = Math.max(shelf.measurement, measurement);
  return shelf.look;
}
