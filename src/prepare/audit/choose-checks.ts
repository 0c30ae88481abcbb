// Which checks run when only some are asked for?
import { Problem } from '../../tools/base/problem.ts';
import type { Check } from './check.ts';
import { checks } from './checks.ts';

export interface Chosen {
  /** Whose findings are told; in the order of the catalogue. */
  told: readonly Check[];
  /** Those and the ones they read, in the same order. */
  run: readonly Check[];
}

/** Checks that read what another found (C02), by the id of the reader. */
const readsCompleteness = new Set(['C05', 'C06', 'C07', 'C08', 'V01']);
/** Checks that read the counts of every row check. */
const readsCounts = new Set(['C08', 'V02', 'V03', 'V04']);

/**
 * The checks of these ids, e.g. `['C02', 'C07']`, in any case; all of them where none is named. What a check reads of
 * others runs too and is not told, so that its findings are those of the whole audit. C01 always runs: it tells what is absent.
 * @throws Problem (bad-input) for an id that is in no catalogue, or an empty list.
 */
export function chooseChecks(ids: readonly string[] | undefined): Chosen {
  if (ids === undefined) return { told: checks, run: checks };
  const asked = new Set(ids.map((id) => id.trim().toUpperCase()).filter((id) => id !== ''));
  const unknown = [...asked].filter((id) => !checks.some((check) => check.id === id));
  if (unknown.length > 0 || asked.size === 0)
    throw new Problem('bad-input', asked.size === 0 ? 'No check is named.' : `There is no check ${unknown.join(', ')}.`, `Name them like C02,C07; there are ${checks.map(({ id }) => id).join(', ')}.`);
  const told = checks.filter(({ id }) => asked.has(id));
  const some = (set: ReadonlySet<string>) => told.some(({ id }) => set.has(id));
  const needed = (check: Check) => asked.has(check.id) || check.id === 'C01' || (check.id === 'C02' && some(readsCompleteness)) || (check.counted !== undefined && some(readsCounts));
  return { told, run: checks.filter(needed) };
}
