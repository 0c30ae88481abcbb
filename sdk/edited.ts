// How much of a drafted text did a person change before signing it?

/**
 * Share of a draft that was changed, 0 to 1: edit distance in words (Levenshtein 1966: words put in, taken out and
 * replaced) ÷ words of the longer text. Two empty texts: 0. Time grows with the product of the lengths; a text beyond
 * 5,000 words is compared up to there.
 */
export function editedShare(draft: string, signed: string): number {
  const a = wordsOf(draft);
  const b = wordsOf(signed);
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 0;
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, word] of a.entries()) {
    const row = [i + 1];
    for (const [j, other] of b.entries()) row.push(Math.min(above[j + 1]! + 1, row[j]! + 1, above[j]! + (word === other ? 0 : 1)));
    above = row;
  }
  return above[b.length]! / longer;
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '').slice(0, 5_000);
