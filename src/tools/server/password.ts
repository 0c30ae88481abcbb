// Is this the password, without keeping it?
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** OWASP Password Storage Cheat Sheet: scrypt with N = 2^15, r = 8, p = 3 (32 MB and about 0.2 s each). */
const strength = { log2N: 15, r: 8, p: 3 };
const hashBytes = 32;

const derive = (password: string, salt: Buffer, { log2N, r, p }: typeof strength): Promise<Buffer> =>
  new Promise((done, fail) => {
    const options: ScryptOptions = { N: 2 ** log2N, r, p, maxmem: 256 * 1024 * 1024 };
    scrypt(password.normalize('NFKC'), salt, hashBytes, options, (error, hash) => (error ? fail(error) : done(hash)));
  });

/** `scrypt$15$8$3$salt$hash`: carries its parameters, so that they can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, strength);
  return ['scrypt', strength.log2N, strength.r, strength.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

const nobodys = ['scrypt', strength.log2N, strength.r, strength.p, Buffer.alloc(16).toString('base64url'), Buffer.alloc(hashBytes).toString('base64url')].join('$');

/** Takes the same time whether there is such an account or not: `kept` is null for those that do not exist. */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const [kind, log2N, r, p, salt = '', hash = ''] = (kept ?? nobodys).split('$');
  if (kind !== 'scrypt') return false;
  const expected = Buffer.from(hash, 'base64url');
  const found = await derive(password, Buffer.from(salt, 'base64url'), { log2N: Number(log2N), r: Number(r), p: Number(p) });
  return timingSafeEqual(found, expected) && kept !== null;
}
