// Which inputs of an AI have been silent for longer than they ever are?

/** Days, as `2026-11-21`, on which a unit was heard: at least one input of the AI came from it. */
export interface Feed {
  facility: string;
  department: string;
  days: readonly string[];
}

/** `silent`, `longest`: days on which the house heard something and this feed was silent, now and at most before. */
export interface Heard extends Omit<Feed, 'days'> {
  last: string;
  silent: number;
  longest: number;
  broken: boolean;
}

/** A cadence is learnt from so many days before a feed was last heard (our convention). */
export const learnt = 28;
/** Below so many days on which it was heard there is no cadence to speak of (our convention). */
const fewest = 10;

/**
 * Each feed that has a cadence, and whether it is broken: silent for more than twice the longest silence of the 28 days
 * before, and for more than a day. Twice, because the next silence of a steady feed outlasts all before once in so many
 * of them, and that often nobody may be alarmed. Only days count on which the house heard something of any AI: when
 * this house itself was down, or nothing arrives at all, no feed is told from another.
 * `heard`: those days, sorted, before today. Feeds too young or too rare are left out.
 */
export function feedsIn(feeds: readonly Feed[], heard: readonly string[]): Heard[] {
  const nth = new Map(heard.map((day, i) => [day, i]));
  return feeds.flatMap(({ facility, department, days }) => {
    const at = days.flatMap((day) => nth.get(day) ?? []).sort((a, b) => a - b);
    const last = at.at(-1);
    if (last === undefined) return [];
    const before = at.filter((one) => one > last - learnt);
    if (before.length < fewest) return [];
    const longest = Math.max(0, ...before.slice(1).map((one, i) => one - before[i]! - 1));
    const silent = heard.length - 1 - last;
    return [{ facility, department, last: heard[last]!, silent, longest, broken: silent > Math.max(1, 2 * longest) }];
  });
}
