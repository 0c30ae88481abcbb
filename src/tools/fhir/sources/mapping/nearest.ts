// Which of these names is meant by one that is not among them?

/** The name with the fewest changed letters; undefined when none is near. */
export function nearest(wanted: string, names: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const from = plain(wanted);
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(from.length * 0.4)) + 1;
  for (const name of names) {
    const to = plain(name);
    const far = to.includes(from) || from.includes(to) ? Math.min(2, Math.abs(to.length - from.length)) : distance(from, to);
    if (far < least) [best, least] = [name, far];
  }
  return best;
}

/** Levenshtein, 1966. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1));
    row = next;
  }
  return row[to.length] ?? 0;
}
