// Did the answer leave the house, and how is that remembered without waiting for it?
import { decisionKinds, recordTogether } from '../decisions/decisions.ts';
import type { Event, Recorded } from '../decisions/model.ts';
import { append, type Appending } from '../../spine/ledger/ledger.ts';
import type { House } from '../../tools/server/capability.ts';
import { kinds } from './entry-kinds.ts';
import * as records from './records.ts';
import type { Traffic } from './traffic.ts';

/** The gateway itself, as the ledger names who acts. */
export const gatewayActor = { kind: 'system' as const, ref: 'gateway', roles: [] };

/** How often what has gathered is written, in milliseconds. */
const every = 200;
const mostAtOnce = 2_000;
/** More than this is not held while the database is away; what is dropped is counted and told. */
const mostWaiting = 100_000;

interface Told {
  deployment: string;
  event: Event;
  /** The name of the uuid under which the EHR knows the card: from now on outcomes can be told by it. */
  name: string | null;
  card: records.CardRow | null;
}

/** Calls that could not be recorded: they are told about as soon as it can be done. */
interface Gap {
  from: string;
  to: string;
  empty: number;
  shown: number;
  dropped: number;
  /** In one word why, and how often. */
  why: Record<string, number>;
}

export interface Delivery {
  tell(one: Told): void;
  /** A call was answered while nothing could be recorded, in one word `why`; `late` are its decisions where they were shown all the same. */
  missed(deployment: string, at: string, why: string, late?: readonly { event: Recorded; appending: Appending }[]): void;
  /** The vendor's names of a card that was just answered, before they are written. */
  cardOf(decision: string): records.CardRow | null;
  /** Writes what has gathered. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export function openDelivery(house: House, traffic: Traffic): Delivery {
  let waiting: Told[] = [];
  let late: { deployment: string; event: Recorded; appending: Appending }[] = [];
  const gaps = new Map<string, Gap>();
  const cards = new Map<string, records.CardRow>();
  let closed = false;
  let running: Promise<void> = Promise.resolve();
  let trafficAt = 0;

  const gapOf = (deployment: string, at: string): Gap => {
    let gap = gaps.get(deployment);
    if (!gap) gaps.set(deployment, (gap = { from: at, to: at, empty: 0, shown: 0, dropped: 0, why: {} }));
    gap.to = at;
    return gap;
  };

  const write = async () => {
    // What comes meanwhile gathers for the next time: under steady traffic this would never end, and write a few at a time.
    for (let left = waiting.length; left > 0; ) {
      const taken = waiting.slice(0, Math.min(left, mostAtOnce));
      left -= taken.length;
      const byDeployment = groupBy(taken);
      await records.keepCards(house.db, taken.flatMap(({ card }) => (card ? [card] : [])));
      for (const [deployment, told] of byDeployment) {
        await recordTogether(house, gatewayActor, deployment, told);
        // Taken out one deployment at a time: what failed after it is written again, what was written is not.
        const written = new Set(told);
        waiting = waiting.filter((one) => !written.has(one));
      }
      for (const { card } of taken) if (card) cards.delete(card.decision);
    }
    for (const [deployment, gap] of Array.from(gaps)) {
      // What is missed from here on opens a new gap; this one comes back where it cannot be written.
      gaps.delete(deployment);
      const mine = late.filter((one) => one.deployment === deployment).slice(0, mostAtOnce);
      try {
        await house.db.transaction().execute(async (tx) => {
          // The text that was made ready says `enforced`; this one was not.
          for (const { appending: { bodyText: _enforced, ...appending }, event } of mine) await append(tx, { ...appending, kind: decisionKinds.recorded.kind, body: { ...(appending.body as object), assurance: 'reported', arm: event.arm } });
          await append(tx, { at: house.clock.now(), kind: kinds.failed.kind, actor: gatewayActor, deployment, subject: `gateway/${deployment}`, body: { ...gap } });
        });
      } catch (error) {
        const since = gaps.get(deployment);
        gaps.set(deployment, since ? { from: gap.from, to: since.to, empty: gap.empty + since.empty, shown: gap.shown + since.shown, dropped: gap.dropped + since.dropped, why: addedUp(gap.why, since.why) } : gap);
        throw error;
      }
      late = late.filter((one) => !mine.includes(one));
      if (late.some((one) => one.deployment === deployment)) gapOf(deployment, gap.to);
    }
    if (performance.now() - trafficAt > 1_000 || closed) {
      trafficAt = performance.now();
      await traffic.flush();
    }
  };
  const flush = (): Promise<void> => {
    const next = running.catch(() => {}).then(write);
    running = next;
    return next;
  };
  let timer: NodeJS.Timeout | undefined;
  const beat = async () => {
    await flush().catch(() => {});
    if (!closed) timer = setTimeout(() => void beat(), every);
  };
  timer = setTimeout(() => void beat(), every);

  return {
    tell: (one) => {
      if (one.card) cards.set(one.card.decision, one.card);
      if (waiting.length < mostWaiting) waiting.push(one);
      else gapOf(one.deployment, house.clock.now()).dropped++;
    },
    missed: (deployment, at, why, shown = []) => {
      const gap = gapOf(deployment, at);
      gap.why[why] = (gap.why[why] ?? 0) + 1;
      if (shown.length === 0) gap.empty++;
      else gap.shown++;
      if (late.length < mostWaiting) late.push(...shown.map((one) => ({ deployment, ...one })));
      else gap.dropped += shown.length;
    },
    cardOf: (decision) => cards.get(decision) ?? null,
    flush,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await flush().catch((error: Error) => house.log.error('the last deliveries of the gateway could not be written', { error: error.message }));
    },
  };
}

function addedUp(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const all = { ...a };
  for (const [why, times] of Object.entries(b)) all[why] = (all[why] ?? 0) + times;
  return all;
}

function groupBy(told: readonly Told[]): Map<string, Told[]> {
  const found = new Map<string, Told[]>();
  for (const one of told) {
    const there = found.get(one.deployment);
    if (there) there.push(one);
    else found.set(one.deployment, [one]);
  }
  return found;
}
