// Has everybody who watches this ledger seen how far it has grown?
import { signHead, type LedgerHouse } from '../signing.ts';
import { submit } from './submit.ts';
import { witnesses } from './witnesses.ts';

/** Signs the ledger as it is and has every witness cosign it. One that fails does not keep the others. */
export async function askAll(house: LedgerHouse): Promise<{ size: number; cosigned: string[]; failed: { name: string; says: string }[] }> {
  const { note, size } = await signHead(house);
  const cosigned: string[] = [];
  const failed: { name: string; says: string }[] = [];
  for (const witness of await witnesses(house)) {
    const outcome = await submit(house, witness, note);
    if (outcome.kind === 'cosigned') cosigned.push(witness.name);
    else failed.push({ name: witness.name, says: outcome.says });
  }
  return { size, cosigned, failed };
}
