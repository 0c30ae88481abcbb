// How is a checkpoint brought before a witness, and its word kept?
import type { House } from '../../../tools/server/capability.ts';
import { theHouse } from '../../../tools/server/capability.ts';
import { actorOf, append } from '../append.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import { cosignaturesOn } from '../cosignature.ts';
import { witnessRefused } from '../kinds.ts';
import type { VerifierKey } from '../note.ts';
import { consistencyOf } from '../proving.ts';
import { keepCosignature, lastCosignature, newestEntries } from '../records.ts';
import { writeRequest } from './request.ts';

/** How long a witness may take. */
const patience = 15_000;
const longestAnswer = 16_000;

const problems = new Map<string, string>();
/** What went wrong at the last try of this process; null when nothing did, or nothing was tried. */
export const problemOf = (witness: string): string | null => problems.get(witness) ?? null;

export type Outcome = { kind: 'cosigned' } | { kind: 'unreachable' | 'refused'; says: string };

/**
 * Has one witness cosign this checkpoint: it is shown that the ledger grew out of the last one it saw. A refusal is an
 * entry of the ledger, because it means that the witness has seen another ledger under this name.
 */
export async function submit(house: Pick<House, 'db' | 'clock'>, witness: { name: string; url: string; key: VerifierKey }, checkpoint: string): Promise<Outcome> {
  const outcome = await ask(house, witness, checkpoint).catch((error: unknown): Outcome => ({ kind: 'unreachable', says: (error as Error).message }));
  if (outcome.kind === 'cosigned') problems.delete(witness.name);
  else problems.set(witness.name, outcome.says);
  if (outcome.kind === 'refused') await remember(house, witness.name, outcome.says);
  return outcome;
}

async function ask(house: Pick<House, 'db' | 'clock'>, witness: { name: string; url: string; key: VerifierKey }, checkpoint: string): Promise<Outcome> {
  const { size } = parseCheckpoint(checkpoint);
  let old = (await lastCosignature(house.db, witness.name))?.size ?? 0;
  for (let attempt = 1; ; attempt++) {
    const proof = old === size ? [] : await consistencyOf(house.db, old, size);
    const response = await fetch(`${witness.url}/add-checkpoint`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: writeRequest({ old, proof, checkpoint }),
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    });
    const text = (await response.text()).slice(0, longestAnswer);
    if (response.status === 200) {
      const { good } = await cosignaturesOn(checkpoint + text, [witness.key]);
      if (good.length === 0) return { kind: 'unreachable', says: 'the answer holds no cosignature of its key' };
      const line = text.split('\n').find((one) => one.startsWith(`— ${witness.name} `))!;
      await keepCosignature(house.db, { size, witness: witness.name, line: `${line}\n` });
      return { kind: 'cosigned' };
    }
    const seen = response.status === 409 && /^(0|[1-9][0-9]{0,15})\n$/.test(text) ? Number(text) : null;
    if (seen !== null && seen > size) return { kind: 'refused', says: `it has seen ${seen} entries, and this checkpoint covers ${size}` };
    if (seen !== null && seen === size && old === size) return { kind: 'refused', says: `it has seen another ledger of ${size} entries under this name` };
    if (seen !== null && attempt === 1) {
      old = seen;
      continue;
    }
    if (response.status === 422) return { kind: 'refused', says: `what it has seen before is not the beginning of this ledger of ${size} entries` };
    return { kind: 'unreachable', says: `it answers ${response.status}: ${text.trim().slice(0, 200)}` };
  }
}

/** Once per refusal: a witness that says the same every five minutes is one entry. */
async function remember(house: Pick<House, 'db' | 'clock'>, name: string, says: string): Promise<void> {
  const [last] = await newestEntries(house.db, { kind: witnessRefused.kind, subject: `witness/${name}` }, null, 1);
  if (last && (JSON.parse(last.leaf.toString('utf8')) as { body: { says: string } }).body.says.replace(/\d+/g, '#') === says.replace(/\d+/g, '#')) return;
  await house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind: witnessRefused.kind, actor: actorOf(theHouse), subject: `witness/${name}`, body: { name, says } }));
}
