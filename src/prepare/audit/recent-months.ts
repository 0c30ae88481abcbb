// Which months are "recent", against which earlier ones, when the foundation may have moved?
import type { Desk } from './check.ts';

/** Months as year × 12 + month. `before` runs from `from` to just before `cut`; `recent` from `cut` to `until`. */
export interface Windows {
  from: number;
  cut: number;
  until: number;
  /** How many months there are on each side. */
  before: number;
  recent: number;
  /** "2026-01 to 2026-09", "2026-10 to 2026-11". */
  sayBefore: string;
  sayRecent: string;
}

/** Fewer months than this leave nothing to compare. */
export const fewestMonths = 4;
const fewestPeople = 10;

/** How it reads in the formulas of C08, T03 and V05. */
export const windowsInWords = `recent: the last quarter of the months, at least one and at most three; before: all earlier ones. Months with fewer than ${fewestPeople} patients or encounters and a last month the export does not hold whole are left out; with fewer than ${fewestMonths} months nothing is said`;

export const monthIndex = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7));
export const monthName = (index: number): string => `${String(Math.floor((index - 1) / 12)).padStart(4, '0')}-${String(((index - 1) % 12) + 1).padStart(2, '0')}`;

/** The same windows for every element and facility, from the months in which the population came. Null: dates were shifted, or too few months. */
export async function recentMonths({ database, time }: Desk): Promise<Windows | null> {
  if (time.shifted) return null;
  const rows = await database.rows<{ month: string; n: number }>(`SELECT month, count(DISTINCT key) AS n FROM member WHERE kind = 'encounter' AND regexp_full_match(month, '\\d{4}-\\d{2}') GROUP BY month HAVING count(DISTINCT key) >= ${fewestPeople} ORDER BY month`);
  const months = rows.map(({ month }) => monthIndex(month));
  const last = months.at(-1);
  if (last !== undefined && time.lastDay !== null && monthIndex(time.lastDay) === last && !endsMonth(time.lastDay)) months.pop();
  if (months.length < fewestMonths) return null;
  const recent = Math.max(1, Math.min(3, Math.floor(months.length / 4)));
  const cut = months.at(-recent)!;
  const [from, until] = [months[0]!, months.at(-1)!];
  const say = (a: number, b: number) => (a === b ? monthName(a) : `${monthName(a)} to ${monthName(b)}`);
  return { from, cut, until, before: months.length - recent, recent, sayBefore: say(from, months.at(-recent - 1)!), sayRecent: say(cut, until) };
}

/** Within three days of its end a month counts as whole. */
const endsMonth = (day: string): boolean => new Date(Date.parse(`${day.slice(0, 10)}T00:00:00Z`) + 3 * 86_400_000).getUTCMonth() + 1 !== Number(day.slice(5, 7));
