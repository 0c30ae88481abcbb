// What waits until the house can be reached again, and where is it kept meanwhile?

export interface Waiting {
  path: string;
  body: { [field: string]: unknown };
}

/** A place for one text that outlives the process or page: a file, IndexedDB, an encrypted preference. */
export interface Store {
  load(): string | null | Promise<string | null>;
  save(text: string): void | Promise<void>;
}

export interface Queue {
  add(one: Waiting): Promise<void>;
  /** Hands out what waits, in order, until it is told to stop; gives how much still waits. */
  drain(tell: (one: Waiting) => Promise<'done' | 'stop'>): Promise<number>;
  /** Forgets what waits and is like this. */
  forget(like: (one: Waiting) => boolean): Promise<void>;
  length(): Promise<number>;
}

/** A queue in order. One thing at a time happens to it, so that two tellings never send the same. */
export function openQueue(store: Store | undefined, most: number): Queue {
  let kept: Waiting[] | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  const load = async (): Promise<Waiting[]> => (kept ??= JSON.parse((await store?.load()) ?? '[]') as Waiting[]);
  const save = async (next: Waiting[]) => {
    await store?.save(JSON.stringify(next));
    kept = next;
  };
  return {
    add: (one) =>
      inTurn(async () => {
        const waiting = await load();
        if (waiting.length >= most) throw new RangeError(`${most} records wait for the house already; nothing more is taken`);
        await save([...waiting, one]);
      }),
    drain: (tell) =>
      inTurn(async () => {
        let waiting = await load();
        while (waiting[0] && (await tell(waiting[0])) === 'done') await save((waiting = waiting.slice(1)));
        return waiting.length;
      }),
    forget: (like) =>
      inTurn(async () => {
        const waiting = await load();
        if (waiting.some(like)) await save(waiting.filter((one) => !like(one)));
      }),
    length: () => inTurn(async () => (await load()).length),
  };
}
