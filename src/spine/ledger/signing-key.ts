// Which key signs this ledger, and where is it kept?
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../tools/base/problem.ts';
import { base64Of, bytesOf, hexOf, joined } from './base64.ts';
import { keyIdOf, type Signer } from './note.ts';

/**
 * The private key lies in the data folder, not in the database: who can rewrite tables cannot then sign what they
 * rewrote. The price: several instances on one database need the same file, and a lost folder means a new key (the
 * old checkpoints stay provable with the old public key, which stands in the ledger). An administrator of the
 * machine holds both; only copies of checkpoints kept elsewhere stand against them.
 */
const fileName = 'ledger.key';
const prefix = 'PRIVATE+KEY+';
/** DER of an Ed25519 private key in PKCS #8 up to its 32-byte seed (RFC 8410). */
const pkcs8 = Uint8Array.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]);

/** A new key that signs under this name; nothing is written. */
export function newSigner(name: string): Signer & { secret: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(pkcs8.length));
  return signerOf(name, seed);
}

/** The signer in `PRIVATE+KEY+name+id+base64(0x01 ‖ seed)`, as Go's note package writes keys. Throws RangeError. */
export function signerFromText(text: string): Signer & { secret: string } {
  const parts = /^PRIVATE\+KEY\+([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(text.trim());
  const bytes = parts && bytesOf(parts[3]!);
  if (!parts || bytes?.length !== 33 || bytes[0] !== 1) throw new RangeError('this is not an Ed25519 signing key');
  const signer = signerOf(parts[1]!, bytes.subarray(1));
  if (hexOf(signer.keyId) !== parts[2]) throw new RangeError('the signing key does not fit its own id');
  return signer;
}

function signerOf(name: string, seed: Uint8Array): Signer & { secret: string } {
  const privateKey = createPrivateKey({ key: Buffer.from(joined(pkcs8, seed)), format: 'der', type: 'pkcs8' });
  const publicKey = new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32));
  const keyId = keyIdOf(name, publicKey);
  return {
    name,
    keyId,
    publicKey,
    secret: `${prefix}${name}+${hexOf(keyId)}+${base64Of(joined(Uint8Array.of(1), seed))}`,
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

/** The key in this data folder, or null when there is none yet. Throws Problem on a file that cannot be a key. */
export async function readSigner(dataFolder: string, name = fileName): Promise<Signer | null> {
  const file = join(dataFolder, name);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return signerFromText(text);
  } catch {
    throw new Problem('unavailable', 'The signing key of the ledger cannot be read.', 'Restore the file from a backup; or move it away, and the next start makes a new key and says so in the ledger.', [{ file, says: 'not an Ed25519 signing key' }]);
  }
}

/**
 * The key in this data folder, made under this name on first use. Safe when two processes start at once: the file
 * appears whole or not at all, and the second takes the first's.
 */
export async function signerFor(dataFolder: string, name: string, keyFile = fileName): Promise<Signer> {
  const found = await readSigner(dataFolder, keyFile);
  if (found) return found;
  await mkdir(dataFolder, { recursive: true });
  const made = newSigner(name);
  const draft = await writeDurably(dataFolder, `${made.secret}\n`);
  try {
    await link(draft, join(dataFolder, keyFile));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  return (await readSigner(dataFolder, keyFile))!;
}

const lastNote = 'ledger.checkpoint';

/** Keeps the last checkpoint beside the key: a database rolled back behind it is found out. */
export async function keepCheckpoint(dataFolder: string, note: string): Promise<void> {
  await rename(await writeDurably(dataFolder, note), join(dataFolder, lastNote));
}

/** The checkpoint kept beside the key, or null. */
export async function keptCheckpoint(dataFolder: string): Promise<string | null> {
  return readFile(join(dataFolder, lastNote), 'utf8').catch(() => null);
}

async function writeDurably(folder: string, text: string): Promise<string> {
  const draft = join(folder, `.ledger-${hexOf(randomBytes(8))}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(draft, 0o600);
  return draft;
}
