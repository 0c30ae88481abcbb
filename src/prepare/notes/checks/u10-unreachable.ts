// U10: how many documents are an entry without its text?
import { count, countedShare, findingOf, isWhole, percent, places, sayUnit, type Check } from '../check.ts';
import { evidence } from '../desk.ts';

export const unreachable: Check = {
  id: 'U10',
  name: 'Unreachable text',
  asks: 'How many documents are an address of their text and not the text?',
  family: 'reach',
  formula: 'n: documents. k: those that name an address outside the export, or no content at all. An address is never followed.',
  threshold: { bound: 'at-most', value: 0.05 },
  source: 'Ours: one in twenty. FHIR R4 Attachment: url or data.',
  limits: 'Whether somebody else can follow the address is not tried.',
  find: (desk) => places(desk).flatMap(([key, unit]) => {
    const { all: n, unreadable } = desk.documents.get(key)!;
    const addresses = unreadable.unreachable ?? 0;
    const none = unreadable['no-content'] ?? 0;
    if (n === 0) return [];
    return [findingOf(unreachable, desk, unit, countedShare(addresses + none, n), {
      weight: n, tier: 'important', says: `${percent((addresses + none) / n)} of ${count(n)} documents${sayUnit(unit)} are entries whose text is not in the export.`,
      figures: { address: addresses, noContent: none }, rows: isWhole(unit) ? evidence(desk, 'U10') : [],
    })];
  }),
};
