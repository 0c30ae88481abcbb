// U01: how many documents have text that can be read?
import { count, countedShare, findingOf, isWhole, percent, places, sayUnit, type Check } from '../check.ts';
import { evidence } from '../desk.ts';

/** These are told apart: a document without its text is U10, one without its Binary U11. */
const elsewhere = new Set(['unreachable', 'no-binary', 'no-content']);

export const readable: Check = {
  id: 'U01',
  name: 'Readable text',
  asks: 'How many documents have text that a model can read?',
  family: 'reach',
  formula: 'n: documents that bring content. k: those whose content is text (plain, HTML, RTF), in a charset that could be told. Beside it: documents whose charset is not what they say, or that were cut off.',
  threshold: { bound: 'at-least', value: 0.95 },
  source: 'Ours: one in twenty unreadable notes is a feed problem, not an accident. Charset detection follows the WHATWG Encoding Standard.',
  limits: 'Scanned pages and PDF are named, not read. Text in the wrong language or of the wrong patient is readable.',
  find: (desk) => places(desk).flatMap(([key, unit]) => {
    const { all, readable: k, unreadable, replaced, repeated, charset, troubled } = desk.documents.get(key)!;
    const away = Object.entries(unreadable).reduce((sum, [why, n]) => sum + (elsewhere.has(why) ? n : 0), 0);
    const n = Math.max(k, all - away - replaced - repeated);
    if (n === 0) return [];
    const numbers = countedShare(k, n);
    return [findingOf(readable, desk, unit, numbers, {
      weight: n, tier: 'important', says: `${percent(k / n)} of ${count(n)} documents${sayUnit(unit)} have readable text.`,
      figures: { wrongCharset: charset, cutOff: troubled, ...unreadable }, rows: isWhole(unit) ? [...evidence(desk, 'U01'), ...evidence(desk, 'U01 charset')] : [],
    })];
  }),
};
