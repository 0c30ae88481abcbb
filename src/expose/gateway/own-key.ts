// With which key does this house sign its calls to vendors, and where do vendors find its public half?
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { actorOf, append } from '../../spine/ledger/ledger.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import { theHouse, type House } from '../../tools/server/capability.ts';
import { kinds } from './entry-kinds.ts';
import * as records from './records.ts';

/** Recommended by CDS Hooks 2.0, "Trusting CDS Clients". */
const algorithm = 'ES384';

export interface OwnKey {
  kid: string;
  secret: CryptoKey;
}

/** The key of this instance, from its data folder; made on first use. Its public half is published for every instance. */
export async function openOwnKey(house: House): Promise<OwnKey> {
  const file = join(house.config.dataFolder, 'gateway.key');
  const jwk = await readFile(file, 'utf8').then((text) => JSON.parse(text) as JWK, (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return makeKey(file);
    throw new Problem('unavailable', 'The gateway’s key cannot be read.', 'Restore it from a backup, or remove it; then a new one is made.', [{ file, says: error.message }]);
  });
  const secret = await importJWK(jwk, algorithm);
  if (secret instanceof Uint8Array) throw new Problem('unavailable', 'The gateway’s key is none that signs.', 'Remove the file; then a new one is made.', [{ file, says: 'not an elliptic curve key' }]);
  const kid = await calculateJwkThumbprint(jwk);
  const { d: _, ...open } = jwk;
  const published = await records.keyRows(house.db);
  if (!published.some((row) => row.kid === kid))
    await house.db.transaction().execute(async (tx) => {
      const at = house.clock.now();
      const made = { ...open, kid, use: 'sig', alg: algorithm };
      await records.addKey(tx, { kid, jwk: JSON.stringify(made), made_at: at });
      await append(tx, { at, kind: kinds.keyMade.kind, actor: actorOf(theHouse), subject: `gateway/key/${kid}`, body: { kid, x: open.x ?? '', y: open.y ?? '', crv: open.crv ?? '' } });
    });
  return { kid, secret };
}

async function makeKey(file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  await writeFile(file, JSON.stringify(jwk), { mode: 0o600, flag: 'wx' });
  await chmod(file, 0o600);
  return jwk;
}

/** A token for one call, good for five minutes; it is kept nowhere. */
export function signCall({ kid, secret }: OwnKey, house: Pick<House, 'clock'>, { iss, aud, jku }: { iss: string; aud: string; jku: string }): Promise<string> {
  const now = Math.floor(Date.parse(house.clock.now()) / 1000);
  return new SignJWT({}).setProtectedHeader({ alg: algorithm, typ: 'JWT', kid, jku }).setIssuer(iss).setAudience(aud).setIssuedAt(now).setExpirationTime(now + 300).setJti(newId('jti', house.clock.now())).sign(secret);
}

/** The public keys of every instance, as a JWK Set (RFC 7517). */
export async function publishedKeys(house: Pick<House, 'db'>): Promise<string> {
  return `{"keys":[${(await records.keyRows(house.db)).map(({ jwk }) => jwk).join(',')}]}`;
}
