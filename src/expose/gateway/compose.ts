// What does the EHR get of the vendor's answer, in the vendor's own bytes?
import { memberOf, spanAt, splice, stringAt, withoutItems, type Edit, type Span } from './json-spans.ts';
import type { Minted } from './uuids.ts';

export interface Reason {
  code: string;
  system?: string | undefined;
  display: string;
}

/** One card that stays, with the uuids it gets and the reasons that are appended. */
export interface Kept {
  nth: number;
  minted: Minted;
  reasons: readonly Reason[];
}

/** The system of this house's own override reasons. */
export const ownSystem = 'urn:attending:override-reason';
/** Reasons to go another way that fit any card; a policy can name the hospital's own. */
export const standardReasons: readonly Reason[] = [
  { code: 'already-done', display: 'Already done or ordered' },
  { code: 'does-not-apply', display: 'Does not apply to this patient' },
  { code: 'other-plan', display: 'I have another plan' },
  { code: 'later', display: 'Not now; I will come back to it' },
];

/** The vendor's names of a card and its suggestions, in their order; null where it gave none. */
export function vendorNames(bytes: Uint8Array, card: Span): { card: string | null; suggestions: (string | null)[] } {
  const suggestions = spanAt(card, ['suggestions']);
  return { card: stringAt(bytes, spanAt(card, ['uuid'])), suggestions: suggestions?.kind === 'array' ? suggestions.items.map((one) => stringAt(bytes, spanAt(one, ['uuid']))) : [] };
}

/**
 * The answer with only these cards, each under its minted names, without `systemActions`; `added` are further cards as
 * JSON texts. Whatever else the vendor wrote stays byte for byte.
 */
export function composed(bytes: Uint8Array, root: Span, kept: readonly Kept[], added: readonly string[] = []): Uint8Array {
  const cards = spanAt(root, ['cards']);
  if (root.kind !== 'object' || cards?.kind !== 'array' || (kept.length === 0 && added.length === 0)) return noCards;
  const staying = new Map(kept.map((one) => [one.nth, one]));
  const edits: Edit[] = withoutItems(cards, (nth) => !staying.has(nth));
  for (const { nth, minted, reasons } of kept) edits.push(...namesOf(cards.items[nth]!, minted), ...withReasons(bytes, cards.items[nth]!, reasons));
  if (added.length > 0) {
    const last = kept.length > 0 ? cards.items[Math.max(...staying.keys())]! : null;
    // Where no card of the vendor's stays, the array's inside was emptied by one edit; the new ones stand right behind its bracket.
    edits.push(last ? insert(last.end, `,${added.join(',')}`) : insert(cards.start + 1, added.join(',')));
  }
  const actions = root.members.findIndex(({ key }) => key === 'systemActions');
  if (actions >= 0) edits.push(memberOut(root.members, actions));
  return splice(bytes, edits);
}

export const noCards = Buffer.from('{"cards":[]}');

const insert = (at: number, text: string): Edit => ({ start: at, end: at, text });

function memberOut(members: readonly { start: number; value: Span }[], nth: number): Edit {
  const next = members[nth + 1];
  const before = members[nth - 1];
  if (next) return { start: members[nth]!.start, end: next.start, text: '' };
  return { start: before ? before.value.end : members[nth]!.start, end: members[nth]!.value.end, text: '' };
}

/** The minted uuid in the place of the vendor's, or as a new first member. */
function named(of: Span, uuid: string): Edit[] {
  if (of.kind !== 'object') return [];
  const there = memberOf(of, 'uuid');
  if (there) return [{ start: there.value.start, end: there.value.end, text: JSON.stringify(uuid) }];
  return [insert(of.start + 1, `"uuid":${JSON.stringify(uuid)}${of.members.length > 0 ? ',' : ''}`)];
}

function namesOf(card: Span, minted: Minted): Edit[] {
  const suggestions = spanAt(card, ['suggestions']);
  return [...named(card, minted.uuid(0)), ...(suggestions?.kind === 'array' ? suggestions.items.flatMap((one, i) => named(one, minted.uuid(i + 1))) : [])];
}

function withReasons(bytes: Uint8Array, card: Span, reasons: readonly Reason[]): Edit[] {
  if (reasons.length === 0 || card.kind !== 'object') return [];
  const there = spanAt(card, ['overrideReasons']);
  const known = new Set(there?.kind === 'array' ? there.items.map((one) => stringAt(bytes, spanAt(one, ['code']))) : []);
  const text = reasons.filter(({ code }) => !known.has(code)).map(({ code, system = ownSystem, display }) => JSON.stringify({ code, system, display }));
  if (text.length === 0) return [];
  // Anything else in its place is a null, which says as much as nothing there: a second key beside it would break the object.
  if (there && there.kind !== 'array') return [{ start: there.start, end: there.end, text: `[${text.join(',')}]` }];
  if (!there) return [insert(card.members.at(-1)!.value.end, `,"overrideReasons":[${text.join(',')}]`)];
  const last = there.items.at(-1);
  return [last ? insert(last.end, `,${text.join(',')}`) : insert(there.start + 1, text.join(','))];
}

/** The vendor's own actions as a card that a person chooses from; their resources stay byte for byte. */
export function actionsAsCard(bytes: Uint8Array, actions: Span & { kind: 'array' }, minted: Minted, source: string): string {
  const textOf = (span: Span) => Buffer.from(bytes.subarray(span.start, span.end)).toString('utf8');
  const suggestions = actions.items.map((one, i) => {
    const label = stringAt(bytes, spanAt(one, ['description'])) ?? `Action ${i + 1}`;
    return `{"label":${JSON.stringify(label.slice(0, 200))},"uuid":"${minted.uuid(i + 1)}","actions":[${textOf(one)}]}`;
  });
  const many = actions.items.length;
  return `{"uuid":"${minted.uuid(0)}","summary":"${many === 1 ? 'An action is proposed' : `${many} actions are proposed`}; nothing was done by itself","indicator":"warning","source":{"label":${JSON.stringify(source)}},"selectionBehavior":"any","suggestions":[${suggestions.join(',')}]}`;
}

/** The request without these prefetch keys, which were for this house only. */
export function withoutPrefetch(bytes: Uint8Array, root: Span, keys: ReadonlySet<string>): Uint8Array {
  const prefetch = spanAt(root, ['prefetch']);
  if (root.kind !== 'object' || prefetch?.kind !== 'object' || keys.size === 0) return bytes;
  const stay = prefetch.members.filter(({ key }) => !keys.has(key));
  if (stay.length === prefetch.members.length) return bytes;
  if (stay.length === 0) return splice(bytes, [memberOut(root.members, root.members.findIndex(({ key }) => key === 'prefetch'))]);
  const edits: Edit[] = [];
  if (stay[0] !== prefetch.members[0]) edits.push({ start: prefetch.members[0]!.start, end: stay[0]!.start, text: '' });
  stay.forEach((one, i) => {
    const next = prefetch.members[prefetch.members.indexOf(one) + 1];
    const following = stay[i + 1];
    if (next === undefined || next === following) return;
    edits.push(following ? { start: one.value.end, end: following.start, text: ',' } : { start: one.value.end, end: prefetch.members.at(-1)!.value.end, text: '' });
  });
  return splice(bytes, edits);
}

/** The request with its access token blackened: what may be kept. */
export function withoutToken(bytes: Uint8Array, root: Span): Uint8Array {
  const token = spanAt(root, ['fhirAuthorization', 'access_token']);
  return token ? splice(bytes, [{ start: token.start, end: token.end, text: '"(removed)"' }]) : bytes;
}
