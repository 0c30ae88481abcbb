// Which keys wrap the data keys and name the subjects, and where do they lie?
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../../tools/base/problem.ts';
import type { Config } from '../../../tools/server/config.ts';

/** Keys that wrap other keys (KEK), and the one that makes an identifier findable without storing it. */
export interface SealingKeys {
  /** The id of the KEK that wraps what is new. */
  current: string;
  keks: Map<string, Buffer>;
  lookup: Buffer;
}

const format = 'attending-sealing-keys/1';
const base64Key = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, '32 bytes in base64');
const file = z.strictObject({ format: z.literal(format), current: z.string(), keks: z.record(z.string().regex(/^kek_[0-9a-f]{16}$/), base64Key), lookup: base64Key });

const known = new Map<string, SealingKeys>();
/** Many may ask in the same moment before the first answer is there; they wait for one reading. */
const reading = new Map<string, Promise<SealingKeys>>();

type Where = Pick<Config, 'sealingKeys'>;

/**
 * The sealing keys of this house, made on first use. They lie in a file and not in the database: who has only the
 * database, or a copy of it, reads no payload and no identifier. Several instances need the same file.
 * @throws Problem when the file is there and cannot be used.
 */
export async function sealingKeys(config: Where): Promise<SealingKeys> {
  const cached = known.get(config.sealingKeys);
  if (cached) return cached;
  let found = reading.get(config.sealingKeys);
  if (!found) {
    found = readOrMake(config).finally(() => reading.delete(config.sealingKeys));
    reading.set(config.sealingKeys, found);
  }
  return found;
}

async function readOrMake(config: Where): Promise<SealingKeys> {
  const found = (await readSealingKeys(config)) ?? (await makeSealingKeys(config));
  known.set(config.sealingKeys, found);
  return found;
}

/** The keys as the file has them now, or null when there is no file: nothing was ever sealed with them. */
export async function readSealingKeys(config: Where): Promise<SealingKeys | null> {
  let text: string;
  try {
    text = await readFile(config.sealingKeys, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable(config, (error as Error).message);
  }
  try {
    const read = file.parse(JSON.parse(text));
    if (!(read.current in read.keks)) throw new Error('the current key is not among the keys');
    const keks = new Map(Object.entries(read.keks).map(([id, key]) => [id, Buffer.from(key, 'base64')]));
    return { current: read.current, keks, lookup: Buffer.from(read.lookup, 'base64') };
  } catch {
    throw unusable(config, `not a file of the format ${format}`);
  }
}

const unusable = (config: Where, says: string) =>
  new Problem('unavailable', 'The file of the sealing keys cannot be used.', 'Restore it from a backup. Without it no sealed payload can be read.', [{ file: config.sealingKeys, says }]);

/** The keys as the file has them at this moment, for wrapping something new: another instance may have rotated. */
export async function freshSealingKeys(config: Where): Promise<SealingKeys> {
  await sealingKeys(config);
  const fresh = (await readSealingKeys(config))!;
  known.set(config.sealingKeys, fresh);
  return fresh;
}

/** The KEK of this id. Reads the file again where it is not known: another instance may have rotated. */
export async function kekOf(config: Where, id: string): Promise<Buffer | null> {
  const found = (await sealingKeys(config)).keks.get(id);
  if (found) return found;
  const fresh = await readSealingKeys(config);
  if (fresh) known.set(config.sealingKeys, fresh);
  return fresh?.keks.get(id) ?? null;
}

async function makeSealingKeys(config: Where): Promise<SealingKeys> {
  const id = newKekId();
  const made: SealingKeys = { current: id, keks: new Map([[id, randomBytes(32)]]), lookup: randomBytes(32) };
  const draft = await write(config, made);
  try {
    // Two processes that start at once: the second takes the first's.
    await link(draft, config.sealingKeys);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  return (await readSealingKeys(config))!;
}

/** Adds a KEK and makes it the current one. */
export async function addKek(config: Where): Promise<string> {
  const now = await sealingKeys(config);
  const id = newKekId();
  await replace(config, { ...now, current: id, keks: new Map([...now.keks, [id, randomBytes(32)]]) });
  return id;
}

/** Leaves only the current KEK: copies of the database that were wrapped with older ones cannot be opened any more. */
export async function dropOldKeks(config: Where): Promise<void> {
  const { current, keks, lookup } = await sealingKeys(config);
  await replace(config, { current, lookup, keks: new Map([[current, keks.get(current)!]]) });
}

async function replace(config: Where, keys: SealingKeys): Promise<void> {
  await rename(await write(config, keys), config.sealingKeys);
  known.set(config.sealingKeys, keys);
}

const newKekId = () => `kek_${randomBytes(8).toString('hex')}`;

async function write(config: Where, { current, keks, lookup }: SealingKeys): Promise<string> {
  await mkdir(dirname(config.sealingKeys), { recursive: true });
  const draft = `${config.sealingKeys}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    const written = { format, current, keks: Object.fromEntries([...keks].map(([id, key]) => [id, key.toString('base64')])), lookup: lookup.toString('base64') };
    await handle.writeFile(`${JSON.stringify(written, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}
