// How is a payload packed without making a packer for each?
import { constants, createDeflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * For what is not large, a window of 16 kB: making and clearing the tables of the usual one is a third of packing 8 kB.
 * The tables of this one take 130 kB, more than the memory allocator keeps at hand, so that a packer for each payload
 * asks the system for fresh pages each time; in a busy gateway that took longer than the packing.
 */
const lean = { level: 3, windowBits: 14, memLevel: 7, chunkSize: 8_192 };
const usual = { level: 3 };
const large = 32_000;
/** What `large` bytes can grow to at most where nothing in them repeats: stored blocks of five bytes more (RFC 1951 §3.2.4), with room to spare. */
const desk = Buffer.allocUnsafe(large + 2_048);

/** What a stream of `node:zlib` packs with. Not documented, the same since Node 8; without it each payload gets a packer of its own. */
interface Kept {
  /** Null once it failed. */
  _handle: { writeSync(flush: number, from: Uint8Array, at: number, length: number, to: Uint8Array, toAt: number, room: number): void; reset(): void } | null;
  /** What was left: room in `to`, bytes of `from`. */
  _writeState: Uint32Array;
}

/** Raw DEFLATE (RFC 1951): the same bytes as `deflateRawSync` makes with these settings (a test holds it). */
export function packed(plain: Uint8Array): Buffer {
  if (plain.length >= large) return deflateRawSync(plain, usual);
  return (packing ??= keptPacker() ?? freshPacker)(plain);
}

let packing: ((plain: Uint8Array) => Buffer) | null = null;

export const freshPacker = (plain: Uint8Array): Buffer => deflateRawSync(plain, lean);

/** One packer for all small payloads, or null where this Node has none that can be kept. Packing never waits, so that two never share it at once. */
export function keptPacker(): ((plain: Uint8Array) => Buffer) | null {
  try {
    const stream = createDeflateRaw(lean);
    stream.on('error', () => {});
    const kept = stream as unknown as Kept;
    const left = kept._writeState;
    const pack = (plain: Uint8Array): Buffer => {
      // Says "no room left" unless the packer says otherwise: one that failed writes nothing here.
      left[0] = 0;
      kept._handle?.writeSync(constants.Z_FINISH, plain, 0, plain.length, desk, 0, desk.length);
      const [room, unread] = left as unknown as [number, number];
      kept._handle?.reset();
      if (unread !== 0 || room === 0) return freshPacker(plain);
      return Buffer.from(desk.subarray(0, desk.length - room));
    };
    // Twice, because the second time it is used again.
    const text = Buffer.from('{"kept":"and used again","kept again":"and used again"}');
    for (let i = 0; i < 2; i++) if (!inflateRawSync(pack(text)).equals(text)) return null;
    return pack;
  } catch {
    return null;
  }
}
