// Does a page become a PDF, without fetching anything and without running scripts?
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from './chromium.ts';
import { printHtml, printPage } from './print.ts';

const found = await findChromium({ chromiumPath: null });
const asked: { url: string; cookie: string }[] = [];
const server = createServer((request, response) => {
  asked.push({ url: request.url ?? '', cookie: request.headers.cookie ?? '' });
  response.writeHead(200, { 'content-type': 'text/html' }).end('<h1 id="ready">Renewal pack</h1>');
});
let url = '';
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', () => { url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; done(); })));
afterAll(() => void server.close());

/** How many pages a PDF says it has. */
const pages = (pdf: Uint8Array) => Buffer.from(pdf).toString('latin1').match(/\/Type\s*\/Page(?!s)/g)?.length ?? 0;

describe.skipIf(!found)('printing', () => {
  test('makes a PDF of as many pages as there are', async () => {
    const pdf = await printHtml({ chromiumPath: null }, '<h1>One</h1><h1 style="break-before: page">Two</h1>', { footer: 'Sepsis <alert>' });
    expect(Buffer.from(pdf.slice(0, 5)).toString()).toBe('%PDF-');
    expect(pages(pdf)).toBe(2);
  });
  test('fetches nothing and runs nothing', async () => {
    await printHtml({ chromiumPath: null }, `<img src="${url}/picture"><script>fetch(${JSON.stringify(`${url}/script`)})</script>`);
    expect(asked).toEqual([]);
  });
  test('shows a page of the product as the person with this session sees it', async () => {
    const pdf = await printPage({ chromiumPath: null }, `${url}/pack`, { name: 'attending_session', value: 'abc' }, { ready: '#ready' });
    expect(pages(pdf)).toBe(1);
    expect(asked.find((one) => one.url === '/pack')?.cookie).toBe('attending_session=abc');
  });
});

test('a Chromium that is not there is said so', async () => {
  await expect(findChromium({ chromiumPath: '/nowhere/chromium' })).rejects.toThrow(/CHROMIUM_PATH names \/nowhere\/chromium/);
});
