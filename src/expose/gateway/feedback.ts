// What did the clinician do with the card, and does the vendor hear of it in its own names?
import { feedbackOf } from '../decisions/decisions.ts';
import { openPayload } from '../../spine/ledger/ledger.ts';
import type { Json } from '../../tools/base/canonical.ts';
import { theHouse, type Caller } from '../../tools/server/capability.ts';
import type { Tx } from '../../tools/server/database.ts';
import { BadCall, type Desk } from './call.ts';
import { vendorNames } from './compose.ts';
import { JsonFault, spanAt, spansOf, splice, stringAt, valueAt, type Edit, type Span } from './json-spans.ts';
import { queue } from './outbox.ts';
import * as records from './records.ts';
import { decisionIn } from './uuids.ts';
import type { Serving } from './watch.ts';

const ehr: Caller = { ...theHouse, id: 'gateway', name: 'EHR through the gateway', roles: [] };

interface Item {
  span: Span;
  decision: string;
  outcome: 'accepted' | 'overridden';
  at: string;
  accepted: { id: string; nth: number; span: Span }[];
  reason: { code: string; system?: string; text?: string } | null;
}

interface Refused {
  index: number;
  says: string;
}
/** How many were recorded, and the first twenty that could not be. */
export interface Taken {
  recorded: number;
  refused?: Refused[];
}

/**
 * Records feedback (CDS Hooks 2.0 "Feedback") and, in the same transaction, what the vendor is to hear of it in its own
 * uuids; the outbox tells it until the vendor has it. Of several at once those that cannot be taken are named, and the
 * others are recorded.
 * @throws BadCall where it is none, or each is about a card that was never answered here.
 */
export async function takeFeedback(desk: Desk, serving: Serving, service: string, bytes: Buffer): Promise<Taken> {
  const { house } = desk;
  let root: Span;
  try {
    root = spansOf(bytes);
  } catch (error) {
    if (error instanceof JsonFault) throw new BadCall(`The feedback is not JSON that can be taken: ${error.message}.`);
    throw error;
  }
  const list = spanAt(root, ['feedback']);
  if (list?.kind !== 'array' || list.items.length === 0) throw new BadCall('There is no list `feedback` with anything in it.');
  if (list.items.length > 500) throw new BadCall('More than 500 feedbacks at once.');
  const now = house.clock.now();
  const refused: Refused[] = [];
  let recorded = 0;
  for (const [nth, span] of list.items.entries()) {
    try {
      const item = readItem(bytes, span, nth, now);
      const found = await records.decisionIn(house.db, item.decision);
      if (!found || found.deployment !== serving.deployment) throw new BadCall(`feedback[${nth}].card is no card that was answered here.`);
      await keep(desk, serving, service, bytes, item);
      recorded++;
    } catch (error) {
      // What an EHR gathered before this house stood between must not cost it the rest.
      if (!(error instanceof BadCall)) throw error;
      refused.push({ index: nth, says: error.message });
    }
  }
  if (recorded === 0) throw new BadCall(refused[0]!.says);
  desk.outbox.kick();
  return { recorded, ...(refused.length > 0 && { refused: refused.slice(0, 20) }) };
}

async function keep(desk: Desk, serving: Serving, service: string, bytes: Buffer, item: Item): Promise<void> {
  const { house } = desk;
  const { decision, outcome, at, reason, accepted } = item;
  const forwarded = await inTheirNames(desk, bytes, item);
  const also = forwarded === null ? undefined : (tx: Tx) => queue(house, tx, serving.deployment, service, forwarded);
  await feedbackOf(house, ehr, serving.deployment, decision, { key: decision, at, act: outcome, ...(reason && { reason }), ...(accepted[0] && { suggestion: String(accepted[0].nth) }) }, also);
}

function readItem(bytes: Uint8Array, span: Span, nth: number, now: string): Item {
  const text = (path: (string | number)[]) => stringAt(bytes, spanAt(span, path));
  const here = `feedback[${nth}]`;
  const card = text(['card']);
  const found = card === null ? null : decisionIn(card);
  if (!found || found.nth !== 0) throw new BadCall(`${here}.card is no card that was answered here.`);
  const outcome = text(['outcome']);
  if (outcome !== 'accepted' && outcome !== 'overridden') throw new BadCall(`${here}.outcome is neither accepted nor overridden.`);
  const told = Date.parse(text(['outcomeTimestamp']) ?? '');
  if (!Number.isFinite(told)) throw new BadCall(`${here}.outcomeTimestamp is no instant.`);
  const suggestions = spanAt(span, ['acceptedSuggestions']);
  if (suggestions && suggestions.kind !== 'array' && suggestions.kind !== 'null') throw new BadCall(`${here}.acceptedSuggestions is no list.`);
  const accepted = (suggestions?.kind === 'array' ? suggestions.items : []).map((one, i) => {
    const id = stringAt(bytes, spanAt(one, ['id']));
    const which = id === null ? null : decisionIn(id);
    if (id === null || !which || which.decision !== found.decision || which.nth === 0) throw new BadCall(`${here}.acceptedSuggestions[${i}].id is no suggestion of that card.`);
    return { id, nth: which.nth, span: spanAt(one, ['id'])! };
  });
  const why = spanAt(span, ['overrideReason']);
  // A clock that runs ahead does not make a card be answered before it was shown.
  return { span, decision: found.decision, outcome, at: new Date(Math.min(told, Date.parse(now))).toISOString(), accepted, reason: why ? reasonIn(bytes, why) : null };
}

/** `overrideReason.reason` is a coding; feedback without a coded reason may bring a comment only. */
function reasonIn(bytes: Uint8Array, span: Span): Item['reason'] {
  const why = valueAt(bytes, span) as Json;
  const of = (value: Json | undefined, key: string) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value[key] : undefined);
  const short = (value: Json | undefined) => (typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined);
  const code = short(of(of(why, 'reason'), 'code'));
  const system = short(of(of(why, 'reason'), 'system'));
  const comment = of(why, 'userComment');
  const text = typeof comment === 'string' && comment !== '' ? comment.slice(0, 2_000) : undefined;
  if (code === undefined && text === undefined) return null;
  return { code: code ?? 'comment', ...(system !== undefined && { system }), ...(text !== undefined && { text }) };
}

/** The same feedback as the vendor knows the card; null where it gave it no name: it could not tell which one is meant. */
async function inTheirNames(desk: Desk, bytes: Buffer, { span, decision, accepted }: Item): Promise<Uint8Array | null> {
  const names = desk.delivery.cardOf(decision) ?? (await records.cardRow(desk.house.db, decision)) ?? (await namesInLedger(desk, decision));
  if (!names?.card) return null;
  const put = (at: Span, text: string): Edit => ({ start: at.start - span.start, end: at.end - span.start, text: JSON.stringify(text) });
  const edits: Edit[] = [put(spanAt(span, ['card'])!, names.card)];
  for (const one of accepted) {
    const name = names.suggestions[one.nth - 1];
    if (name) edits.push(put(one.span, name));
  }
  return Buffer.concat([Buffer.from('{"feedback":['), splice(bytes.subarray(span.start, span.end), edits), Buffer.from(']}')]);
}

/** After a crash between the answer and the note of its names they are still in the sealed payload; reading it is remembered. */
async function namesInLedger(desk: Desk, decision: string): Promise<{ card: string | null; suggestions: string[] } | null> {
  const found = await records.decisionIn(desk.house.db, decision);
  if (!found?.sealed) return null;
  try {
    let { plain } = await openPayload(desk.house, theHouse, found.position, 'the vendor’s own name of the card, for its feedback');
    const other = JSON.parse(plain.toString('utf8')) as { with?: string; nth?: number };
    if (other.with !== undefined) {
      const first = await records.decisionIn(desk.house.db, other.with);
      if (!first?.sealed) return null;
      ({ plain } = await openPayload(desk.house, theHouse, first.position, 'the vendor’s own name of the card, for its feedback'));
    }
    const card = spanAt(spansOf(plain), ['response', 'cards', other.nth ?? 0]);
    const names = card && vendorNames(plain, card);
    return names ? { card: names.card, suggestions: names.suggestions.map((one) => one ?? '') } : null;
  } catch {
    return null;
  }
}
