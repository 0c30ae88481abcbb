// How does a product release an AI's output only after it was recorded?
import { openQueue, type Store, type Waiting } from './queue.ts';
import { send, type Connection } from './send.ts';
import type { Disposition, Draft, Feedback, Outcome, Receipt, Use } from './told.ts';

export interface GateOptions extends Connection {
  /**
   * What happens to an output that cannot be recorded. `closed` (unless told): it is not released, and that it was
   * withheld is told later. `open`: it is released all the same, and told later as `reported`, never as attested.
   */
  offline?: 'closed' | 'open';
  /** Where what is told later is kept meanwhile; in memory unless told. It holds identifiers: choose a safe place. */
  store?: Store;
  /** At most so many wait (1,000 unless told); then telling fails instead of forgetting. */
  mostWaiting?: number;
}

/** The output was not recorded, so it was not released. `cause` has the reason. */
export class NotRecorded extends Error {
  override name = 'NotRecorded';
}

export interface Gate {
  /**
   * Records the draft, and only when its receipt is here runs `show` and gives what that gives. Where it cannot be
   * recorded, `offline` decides. `show` learns the receipt (null where released unrecorded) and the key.
   * @throws NotRecorded where it was not released; whatever `show` throws.
   */
  release<T>(draft: Draft, show: (released: { key: string; receipt: Receipt | null }) => T | Promise<T>): Promise<T>;
  /** Records an output that is not shown: in shadow mode, or held back. Told later where the house cannot be reached: null. */
  record(draft: Draft, disposition: Exclude<Disposition, 'shown'>, rule?: string): Promise<Receipt | null>;
  /** Null: the house cannot be reached, and it will be told later. @throws Refused where the house refuses it. */
  feedback(told: Feedback): Promise<Receipt | null>;
  outcome(told: Outcome): Promise<Receipt | null>;
  use(told: Use): Promise<Receipt | null>;
  /** Tells what waits, in its order; gives how much still does. Called before every telling as well. */
  flush(): Promise<number>;
  /** How much waits. */
  waiting(): Promise<number>;
}

const paths = { decision: '/api/v1/decisions', feedback: '/api/v1/decisions/feedback', outcome: '/api/v1/decisions/outcomes', use: '/api/v1/decisions/uses' };

/** A gate for one deployment. Nothing is sent until something is told. */
export function openGate(options: GateOptions): Gate {
  const { deployment, offline = 'closed' } = options;
  const queue = openQueue(options.store, options.mostWaiting ?? 1_000);
  const now = () => new Date().toISOString();
  const keyed = (draft: Draft) => ({ ...draft, key: draft.key ?? crypto.randomUUID(), at: draft.at ?? now(), deployment });

  const flush = () =>
    queue.drain(async ({ path, body }: Waiting) => {
      const answer = await send(options, path, body);
      if (answer.kind === 'unreachable') return 'stop';
      // It had reached the house after all, before the line broke: then it stands there as shown, and nobody saw it.
      if (answer.kind === 'recorded' && answer.receipt.before && body['disposition'] === 'withheld')
        return (await send(options, paths.use, { deployment, key: body['key']!, at: now(), what: 'discarded' })).kind === 'unreachable' ? 'stop' : 'done';
      return 'done';
    });

  const tell = async (path: string, body: Waiting['body']): Promise<Receipt | null> => {
    // What came before is told before: feedback about a decision that still waits would be about nothing.
    if ((await flush()) === 0) {
      const answer = await send(options, path, body);
      if (answer.kind === 'recorded') return answer.receipt;
      if (answer.kind === 'refused') throw answer.problem;
    }
    await queue.add({ path, body });
    return null;
  };

  return {
    async release(draft, show) {
      const { key, ...rest } = keyed(draft);
      const body = { ...rest, key, disposition: 'shown' };
      const answer = await send(options, paths.decision, { ...body, assurance: 'attested' });
      if (answer.kind === 'recorded') {
        // Told once before and its answer lost: it is shown now after all, so it is not to be told as withheld.
        if (answer.receipt.before) await queue.forget((one) => one.path === paths.decision && one.body['key'] === key);
        return show({ key, receipt: answer.receipt });
      }
      if (answer.kind === 'refused') throw new NotRecorded('The house refused the record, so the output was not released.', { cause: answer.problem });
      if (offline === 'closed') {
        await queue.add({ path: paths.decision, body: { ...body, disposition: 'withheld' } });
        throw new NotRecorded('The house cannot be reached, so the output was not released.', { cause: answer.problem });
      }
      await queue.add({ path: paths.decision, body });
      return show({ key, receipt: null });
    },
    record: async (draft, disposition, rule) => tell(paths.decision, { ...keyed(draft), disposition, ...(rule !== undefined && { rule }) }),
    feedback: async (told) => tell(paths.feedback, { at: now(), ...told, deployment }),
    outcome: async (told) => tell(paths.outcome, { at: now(), ...told, deployment }),
    use: async (told) => tell(paths.use, { at: now(), ...told, deployment }),
    flush,
    waiting: queue.length,
  };
}
