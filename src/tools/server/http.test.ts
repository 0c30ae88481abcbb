// Is the body of a request read whole, and given up where it trickles?
import { expect, test } from 'vitest';
import { readJson } from './http.ts';

const trickling = () => new ReadableStream<Uint8Array>({ pull: async (out) => (await new Promise((done) => setTimeout(done, 20)), out.enqueue(new Uint8Array([32]))) });
const sent = (body: BodyInit) => new Request('http://localhost/', { method: 'POST', body, duplex: 'half' } as RequestInit);

test('a body that comes is read', async () => {
  await expect(readJson(sent('{"a":1}'))).resolves.toEqual({ a: 1 });
  await expect(readJson(sent(''))).resolves.toEqual({});
});

test('one that comes a byte at a time is given up', async () => {
  await expect(readJson(sent(trickling()), 100)).rejects.toThrow('The request did not come whole within 0.1 seconds.');
});
