// Which decision does a card's uuid belong to, without looking it up?
import { randomBytes } from 'node:crypto';

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
  const time = Date.parse(now).toString(16).padStart(12, '0');
  const chance = randomBytes(8);
  chance[0] = (chance[0]! & 0x3f) | 0x80;
  const tail = chance.toString('hex');
  const uuid = (nth: number) => {
    if (!(nth >= 0 && nth <= 0xfff)) throw new RangeError(`${nth} is no place on a card`);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${nth.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  };
  return { decision: decisionIn(uuid(0))!.decision, uuid };
}

/** The decision and the place on its card; null where this house minted no such uuid. */
export function decisionIn(uuid: string): { decision: string; nth: number } | null {
  const found = pattern.exec(uuid.toLowerCase());
  if (!found) return null;
  const [, early, late, nth, variant, top, rest] = found as unknown as [string, string, string, string, string, string, string];
  const time = Number.parseInt(early + late, 16);
  // 62 bits of chance in three parts, because a number holds 53 exactly.
  const low = Number.parseInt(rest.slice(4), 16);
  const high30 = ((Number.parseInt(variant, 16) & 3) * 2 ** 28) + Number.parseInt(top + rest.slice(0, 4), 16);
  let head = '';
  for (let left = time, i = 0; i < 10; i++, left = Math.floor(left / 32)) head = digits[left % 32] + head;
  const tail = `000${digits[high30 >>> 28]}${six(((high30 << 2) | (low >>> 30)) & 0x3fffffff)}${six(low & 0x3fffffff)}`;
  return { decision: `dec_${head}${tail}`, nth: Number.parseInt(nth, 16) };
}

/** 30 bits as six digits. */
function six(bits: number): string {
  let text = '';
  for (let left = bits, i = 0; i < 6; i++, left >>>= 5) text = digits[left & 31] + text;
  return text;
}
