// Which decision does a card's uuid belong to, without looking it up?
import { randomFillSync } from 'node:crypto';

const digits = '0123456789abcdefghjkmnpqrstvwxyz';
/** What the card's own uuid and those of its suggestions have in common: the decision. The third group counts. */
const pattern = /^([0-9a-f]{8})-([0-9a-f]{4})-7([0-9a-f]{3})-([89ab])([0-9a-f]{3})-([0-9a-f]{12})$/;

export interface Minted {
  decision: string;
  /** 0 is the card, n its nth suggestion; at most 4,095. */
  uuid(nth: number): string;
}

/** A new decision whose card has a UUID of version 7 (RFC 9562 §5.7): 48 bits of time, 12 that count, 62 of chance. */
export function mint(now: string): Minted {
  if (now !== lastNow) {
    lastNow = now;
    lastTime = Date.parse(now);
    lastClock = hex(lastTime, 12);
  }
  const time = lastTime;
  const clock = lastClock;
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  // In two parts, because a number holds 53 bits exactly.
  const high30 = pool[drawn]! >>> 2;
  const low = pool[drawn + 1]!;
  drawn += 2;
  const early = hex(0x8000_0000 + high30, 8);
  const tail = `${early.slice(0, 4)}-${early.slice(4)}${hex(low, 8)}`;
  const uuid = (nth: number) => {
    if (!(nth >= 0 && nth <= 0xfff)) throw new RangeError(`${nth} is no place on a card`);
    return `${clock.slice(0, 8)}-${clock.slice(8)}-7${hex(nth, 3)}-${tail}`;
  };
  return { decision: idOf(time, high30, low), uuid };
}

/** Many are minted in one millisecond. */
let lastNow = '';
let lastTime = 0;
let lastClock = '';

const hex = (of: number, digits: number): string => of.toString(16).padStart(digits, '0');
/** Chance drawn in advance: asking for eight bytes at a time takes longer than all the rest. Each is used once. */
const pool = new Uint32Array(1024);
let drawn = pool.length;

/** The decision and the place on its card; null where this house minted no such uuid. */
export function decisionIn(uuid: string): { decision: string; nth: number } | null {
  const found = pattern.exec(uuid.toLowerCase());
  if (!found) return null;
  const [, early, late, nth, variant, top, rest] = found as unknown as [string, string, string, string, string, string, string];
  const time = Number.parseInt(early + late, 16);
  const low = Number.parseInt(rest.slice(4), 16);
  const high30 = ((Number.parseInt(variant, 16) & 3) * 2 ** 28) + Number.parseInt(top + rest.slice(0, 4), 16);
  return { decision: idOf(time, high30, low), nth: Number.parseInt(nth, 16) };
}

/** The id of a decision in the form of all ids: 48 bits of time in ten digits, 62 of chance in sixteen. */
function idOf(time: number, high30: number, low: number): string {
  let head = '';
  for (let left = time, i = 0; i < 10; i++, left = Math.floor(left / 32)) head = digits[left % 32] + head;
  return `dec_${head}000${digits[high30 >>> 28]}${six(((high30 << 2) | (low >>> 30)) & 0x3fffffff)}${six(low & 0x3fffffff)}`;
}

/** 30 bits as six digits. */
function six(bits: number): string {
  let text = '';
  for (let left = bits, i = 0; i < 6; i++, left >>>= 5) text = digits[left & 31] + text;
  return text;
}
