// Are there few enough facilities and months that each may have rates of its own?
import type { Desk } from './check.ts';

/** With more facilities times months than this, months stand for the whole export only. */
const mostCells = 120;

export function isFewCells({ facilities, time: { firstDay, lastDay } }: Pick<Desk, 'facilities' | 'time'>): boolean {
  const months = firstDay && lastDay ? (Number(lastDay.slice(0, 4)) - Number(firstDay.slice(0, 4))) * 12 + Number(lastDay.slice(5, 7)) - Number(firstDay.slice(5, 7)) + 1 : mostCells;
  return facilities.length >= 2 && facilities.length * months <= mostCells;
}
