// Does the whole server start, answer, survive its database and stop without a trace?
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../tools/server/config.ts';
import { runningEmbedded } from '../tools/server/embedded-postgres.ts';
import { silentLog } from '../tools/server/log.ts';
import { isAlive } from '../tools/server/processes.ts';
import { answerWeb, readWeb } from '../tools/server/web-files.ts';
import { start, type Running } from './server.ts';

const scratch = mkdtempSync(join(tmpdir(), 'attending-test-'));
chmodSync(scratch, 0o755);
const dataFolder = join(scratch, 'data');
const settings = (more: Record<string, string> = {}) => readConfig({ PORT: '0', ATTENDING_DATA: dataFolder, ATTENDING_DEMO: 'off', ATTENDING_LOG: 'silent', ...more });
let running: Running;
const umask = process.umask();

beforeAll(async () => {
  running = await start(settings(), silentLog);
});
afterAll(() => {
  process.umask(umask);
  rmSync(scratch, { recursive: true, force: true });
});
const get = (path: string, headers: Record<string, string> = {}) => fetch(running.localUrl + path, { headers });

describe('the server', () => {
  test('lives, is ready, and says how it is', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready' });
    await get('/api/v1/server/me');
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toMatch(/attending_http_requests_total\{endpoint="server.me",method="GET",status="401"\} 1/);
    expect(metrics).toMatch(/attending_http_request_seconds_bucket\{endpoint="server.me",le="\+Inf"\} 1/);
  });

  test('describes its API, and answers what is not there with a problem', async () => {
    expect(((await (await get('/api/v1/openapi.json')).json()) as { openapi: string }).openapi).toBe('3.1.0');
    const missing = await get('/api/v1/no/such/thing');
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  test('lets the first administrator in, and counts attempts per machine', async () => {
    const [, token] = running.link!.url.split('#');
    const response = await fetch(`${running.localUrl}/api/v1/server/sign-in/link`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) });
    expect(response.status).toBe(200);
  });

  test('says so when its port is taken, and closes what it had opened', async () => {
    const other = settings({ PORT: String(running.house.config.port), ATTENDING_DATA: join(scratch, 'other') });
    await expect(start(other, silentLog)).rejects.toThrow(/^Port \d+ on 127\.0\.0\.1 is in use/);
    expect(runningEmbedded(join(scratch, 'other'))).toBeNull();
    expect(existsSync(join(scratch, 'other', 'attending.lock'))).toBe(false);
  });

  test('refuses a second start on its data folder', async () => {
    await expect(start(settings(), silentLog)).rejects.toThrow(/is in use by another Attending/);
  });

  test('answers 503 while its database is away and recovers by itself', async () => {
    const { pid } = runningEmbedded(dataFolder)!;
    process.kill(pid, 'SIGKILL');
    const seen: number[] = [];
    for (let tries = 0; tries < 600; tries++) {
      const { status } = await get('/api/v1/server/me', { cookie: 'attending_session=nobody' });
      seen.push(status);
      if (status === 401 && seen.includes(503)) break;
      await new Promise((done) => setTimeout(done, 20));
    }
    expect(new Set(seen)).toEqual(new Set([401, 503]));
    expect(seen.at(-1)).toBe(401);
  });

  test('stops, and its database with it', async () => {
    const { pid } = runningEmbedded(dataFolder)!;
    await running.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(dataFolder, 'attending.lock'))).toBe(false);
    await expect(get('/healthz')).rejects.toThrow();
  });
});

describe('the web app', () => {
  test('is handed out packed, for ever where the name carries the hash, and its page for every address', async () => {
    const folder = join(scratch, 'web');
    mkdirSync(join(folder, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'index.html'), '<!doctype html><p>Attending</p>');
    const script = `console.log(${JSON.stringify('x'.repeat(5_000))})`;
    writeFileSync(join(folder, 'assets', 'app-1a2b.js'), script);
    const br = brotliCompressSync(script);
    writeFileSync(join(folder, 'assets', 'app-1a2b.js.br'), br);
    writeFileSync(join(folder, 'assets', 'app-1a2b.js.gz'), gzipSync(script));
    const files = readWeb(folder)!;
    const ask = (path: string, headers: Record<string, string> = {}) => answerWeb(files, new Request(`http://x${path}`, { headers }));
    const asset = ask('/assets/app-1a2b.js', { 'accept-encoding': 'gzip, br' })!;
    expect([asset.headers.get('content-encoding'), asset.headers.get('cache-control'), asset.headers.get('content-length')]).toEqual(['br', 'public, max-age=31536000, immutable', String(br.length)]);
    expect(await ask('/assets/app-1a2b.js')!.text()).toBe(script);
    expect(ask('/assets/app-1a2b.js', { 'accept-encoding': 'gzip, br', 'if-none-match': asset.headers.get('etag')! })!.status).toBe(304);
    const page = ask('/deployments/sepsis', { accept: 'text/html' })!;
    expect([await page.text(), page.headers.get('cache-control')]).toEqual([readFileSync(join(folder, 'index.html'), 'utf8'), 'no-cache']);
    expect(ask('/assets/gone-9z.js', { accept: 'text/html' })).toBeNull();
    expect(ask('/../../etc/passwd')).toBeNull();
    expect(readWeb(join(scratch, 'nowhere'))).toBeNull();
  });
});
