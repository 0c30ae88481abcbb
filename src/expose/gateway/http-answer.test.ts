// Is an answer read the same however it comes in pieces, and is what two readers could read differently refused?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { answerReader, TooLarge } from './http-answer.ts';

function reading(pieces: readonly Buffer[], largest = 100_000) {
  const reader = answerReader(largest);
  let whole = false;
  for (const piece of pieces) {
    // Overwritten afterwards, as the memory of a connection is: what is kept has to be a copy.
    const lent = Buffer.from(piece);
    whole = reader.take(lent) || whole;
    lent.fill(0x58);
  }
  return { whole: whole || reader.closed(), head: reader.head(), body: reader.body() };
}

const read = (text: string) => reading([Buffer.from(text, 'latin1')]);
const pieces = (bytes: Buffer, cuts: readonly number[]) => {
  const at = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
};

it('is the same in one piece, byte by byte and anyhow, by length, in chunks or to the end', () => {
  const framed = fc.record({ body: fc.uint8Array({ maxLength: 300 }), how: fc.constantFrom('length', 'chunks', 'end'), sizes: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), interim: fc.boolean(), cuts: fc.array(fc.nat(2_000), { maxLength: 12 }) });
  fc.assert(
    fc.property(framed, ({ body, how, sizes, interim, cuts }) => {
      const parts = [`${interim ? 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n' : ''}HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n`];
      if (how === 'length') parts.push(`Content-Length: ${body.length}\r\n\r\n`, Buffer.from(body).toString('latin1'));
      if (how === 'end') parts.push('\r\n', Buffer.from(body).toString('latin1'));
      if (how === 'chunks') {
        parts.push('Transfer-Encoding: chunked\r\n\r\n');
        for (let at = 0, i = 0; at < body.length; i++) {
          const chunk = body.subarray(at, (at += sizes[i % sizes.length]!));
          parts.push(`${chunk.length.toString(16)}${i % 2 ? ';name=value' : ''}\r\n${Buffer.from(chunk).toString('latin1')}\r\n`);
        }
        parts.push('0\r\nTrailer: x\r\n\r\n');
      }
      const bytes = Buffer.from(parts.join(''), 'latin1');
      for (const split of [[bytes], pieces(bytes, cuts), [...bytes].map((byte) => Buffer.of(byte))]) {
        const found = reading(split);
        expect(found.whole).toBe(true);
        expect(found.body.equals(Buffer.from(body))).toBe(true);
        expect(found.head).toMatchObject({ status: 200, type: 'application/json', stays: how !== 'end' });
      }
    }),
    { numRuns: 150 },
  );
});

it.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9\r\n\r\n'],
  ['two lengths that differ', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
  ['a length beside chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc'],
  ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['another transfer coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  ['chunks of HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a folded line', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nabc'],
  ['a lone line feed', 'HTTP/1.1 200 OK\r\nX: a\nContent-Length: 3\r\n\r\nabc'],
  ['a chunk without a length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['a chunk longer than it says', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'],
  ['a head without an end', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}`],
])('refuses %s', (_name, text) => {
  expect(() => read(text)).toThrow();
});

it('holds no more than is taken, however it is announced', () => {
  expect(() => reading([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n')], 100)).toThrow(TooLarge);
  expect(() => reading([Buffer.from(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n${'a'.repeat(101)}`)], 100)).toThrow(TooLarge);
  expect(() => reading([Buffer.from(`HTTP/1.1 200 OK\r\n\r\n${'a'.repeat(101)}`)], 100)).toThrow(TooLarge);
});

it('knows when a connection may be used again', () => {
  const stays = (text: string) => read(text).head!.stays;
  expect(stays('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).toBe(true);
  expect(stays('HTTP/1.1 204 No Content\r\n\r\n')).toBe(true);
  expect(stays('HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n')).toBe(false);
  expect(stays('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n')).toBe(false);
  expect(stays('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n')).toBe(true);
  expect(stays('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK')).toBe(false);
  expect(read('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=9\r\nContent-Length: 0\r\n\r\n').head!.keptFor).toBe(5);
});
