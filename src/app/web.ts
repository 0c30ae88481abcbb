// Which answers does the house give that are not a room's: health, metrics, the API's description, the web app?
import { Hono } from 'hono';
import { countJobs } from '../tools/server/job-records.ts';
import type { Capability, House } from '../tools/server/capability.ts';
import { stillThere } from '../tools/server/job-records.ts';
import { buildHttp, type Doorkeeper } from '../tools/server/http.ts';
import { openMetrics } from '../tools/server/metrics.ts';
import { answerWeb, readWeb } from '../tools/server/web-files.ts';
import { openApi } from './openapi.ts';

/** The whole address space: first the house's own, then the rooms under /api, then the web app for everything else. */
export function buildWeb(house: House, rooms: readonly Capability[], door: Doorkeeper, { webFolder, version }: { webFolder: string; version: string }): Hono {
  const metrics = openMetrics();
  const description = JSON.stringify(openApi(rooms, version));
  const files = readWeb(webFolder);
  const outer = new Hono();
  /** The process lives. */
  outer.get('/healthz', (c) => c.json({ status: 'ok' }));
  /** It can do its work: the database answers. */
  outer.get('/readyz', async (c) => {
    const answers = await soon(stillThere(house.db).then(() => true, () => false), false);
    return c.json({ status: answers ? 'ready' : 'the database does not answer' }, answers ? 200 : 503);
  });
  outer.get('/metrics', async (c) => {
    const jobs = await soon(countJobs(house.db).catch(() => []), []);
    return c.body(metrics.text([{ name: 'attending_jobs', says: 'Jobs by kind and state.', values: jobs.map(({ name, state, n }) => ({ labels: { job: name, state }, value: n })) }]), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
  outer.get('/api/v1/openapi.json', (c) => c.body(description, 200, { 'content-type': 'application/json', 'cache-control': 'no-cache' }));
  const inner = buildHttp(house, rooms.flatMap((room) => room.routes ?? []), door, metrics.answered);
  inner.get('*', (c) => {
    const found = files && answerWeb(files, c.req.raw);
    if (found) return found;
    return c.text(files ? 'There is nothing here.' : 'The web app is not built; run `npm run build`.', 404);
  });
  outer.route('/', inner);
  return outer;
}

/** What comes within three seconds, or else this: a database that is frozen never says no. */
const soon = <T>(asked: Promise<T>, otherwise: T): Promise<T> => Promise.race([asked, new Promise<T>((done) => setTimeout(done, 3_000, otherwise).unref())]);
