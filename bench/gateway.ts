// What does it cost to put the gateway between the EHR and a vendor, and to record every decision, beside an ordinary proxy?
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, fdatasyncSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { Agent, createServer, type RequestListener } from 'node:http';
import { connect, createServer as createSocketServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProxyServer } from 'http-proxy-3';
import { sql } from 'kysely';
import { Pool } from 'undici';
import { askVendor, openPool } from '../src/expose/gateway/ask-vendor.ts';
import { readCall } from '../src/expose/gateway/call.ts';
import { composed, withoutPrefetch } from '../src/expose/gateway/compose.ts';
import { send } from '../src/expose/gateway/door.ts';
import { spansOf } from '../src/expose/gateway/json-spans.ts';
import { lintAnswer } from '../src/expose/gateway/lint.ts';
import { openOwnHospital, type OwnHospital } from '../src/expose/gateway/test-crash.ts';
import { gatewayActor } from '../src/expose/gateway/delivery.ts';
import { decisionKinds } from '../src/expose/decisions/decisions.ts';
import { appendGrouped, referenceFor, seal } from '../src/spine/ledger/ledger.ts';
import { mint } from '../src/expose/gateway/uuids.ts';
import { systemClock } from '../src/tools/base/clock.ts';
import { folderList } from '../src/tools/server/config.ts';

/**
 * Runner contract: `npm run bench gateway [SECONDS [ROUNDS]]`. SECONDS is how long each load lasts (4 unless told), of
 * ROUNDS (3) the median is taken, after each target answered 15,000 calls. Vendor, proxies, gateway, PostgreSQL (fsync on) and
 * the load are each a process of their own; requests are 7 to 8 kB of JSON. Load and vendor speak HTTP/1.1 over bare
 * sockets with bytes made in advance, so that on a small machine the thing between them is measured and not they.
 * `pass-through` is node:http and undici with nothing between them; `record alone` is a record on its way to the disk in
 * a process that does nothing else, which is what a recorded call cannot be quicker than. The last line of standard
 * output is one JSON object {bench, figures, goals, met}. Exit 0: measured, whether or not the goals are met; 2:
 * PostgreSQL does not run here.
 */
/** A request of about 8 kB, as an EHR with a few laboratory results in prefetch sends it. */
const requestBody = (patient: number): string =>
  JSON.stringify({
    hook: 'patient-view', hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea', fhirServer: 'https://ehr.example/fhir', context: { userId: `Practitioner/${patient % 20}`, patientId: `p-${patient}`, encounterId: `e-${patient}` },
    prefetch: {
      patient: { resourceType: 'Patient', id: `p-${patient}`, gender: 'female', birthDate: '1954-03-02' },
      labs: { resourceType: 'Bundle', type: 'searchset', entry: Array.from({ length: 18 }, (_, i) => ({ resource: { resourceType: 'Observation', id: `o-${patient}-${i}`, status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '2524-7', display: 'Lactate [Moles/volume] in Serum or Plasma' }] }, subject: { reference: `Patient/p-${patient}` }, effectiveDateTime: '2026-03-10T10:00:00Z', valueQuantity: { value: 2.1 + i / 10, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' } } })) },
    },
  });
const vendorAnswer = Buffer.from(JSON.stringify({
  cards: [{ uuid: 'vendor-card-1', summary: 'High risk of sepsis in the next six hours', indicator: 'warning', detail: '**Lactate is rising.** Consider blood cultures and antibiotics within the hour.', source: { label: 'Sepsis Watch', url: 'https://vendor.example', topic: { code: 'high-risk', system: 'urn:vendor' } }, selectionBehavior: 'any', suggestions: [{ label: 'Order a lactate', uuid: 'vendor-s-1', actions: [{ type: 'create', description: 'Lactate', resource: { resourceType: 'ServiceRequest', status: 'draft', intent: 'proposal', code: { text: 'Lactate' } } }] }] }],
}));
const vendorDiscovery = Buffer.from(JSON.stringify({ services: [{ id: 'sepsis', hook: 'patient-view', title: 'Sepsis Watch', description: 'Finds sepsis early.', prefetch: { patient: 'Patient/{{context.patientId}}' } }] }));

/** Calls after which hardly anything is compiled any more. */
const compiledAfter = 15_000;
/** In milliseconds; on a slow disk it goes on half warm. */
const longestWarmUp = 20_000;

const self = fileURLToPath(import.meta.url);
const role = process.argv[2];
if (role === '--vendor') serveVendor();
else if (role === '--pass-through') listen(passThroughTo(process.argv[3]!));
else if (role === '--proxy') listen(proxyTo(process.argv[3]!));
else if (role === '--unrecorded') listen(unrecordedTo(process.argv[3]!));
else if (role === '--load') await load(process.argv[3]!, Number(process.argv[4]), Number(process.argv[5]), Number(process.argv[6]));
else await measure(Number(process.argv[2] ?? 4), Number(process.argv[3] ?? 3));

// --- the processes --------------------------------------------------------------------------------------------------

function listen(answer: RequestListener): void {
  const server = createServer(answer);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
}

/** Answers at once: two thirds of a kilobyte of cards. */
function serveVendor(): void {
  const answered = (bytes: Buffer) => Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${bytes.length}\r\n\r\n`), bytes]);
  const cards = answered(vendorAnswer);
  const discovery = answered(vendorDiscovery);
  const server = createSocketServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    eachMessage(socket, (head) => socket.write(head.startsWith('GET') ? discovery : cards));
  });
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
}

/** Every HTTP message that comes on this socket, once it is here whole: its head, and the bytes from its head on. Only what a `content-length` measures. */
function eachMessage(socket: Socket, take: (head: string, bytes: Buffer) => void): void {
  let held: Buffer | null = null;
  let head = '';
  let length = -1;
  socket.on('data', (chunk: Buffer) => {
    let bytes: Buffer = held ? Buffer.concat([held, chunk]) : chunk;
    held = null;
    while (bytes.length > 0) {
      if (length < 0) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end >= 0) {
          head = bytes.toString('latin1', 0, end);
          length = end + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        }
      }
      if (length < 0 || bytes.length < length) return void (held = bytes);
      const whole = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      length = -1;
      take(head, whole);
    }
  });
}

/** node:http and undici, and nothing between them: what a proxy of ready-made parts costs at least. */
function passThroughTo(target: string): RequestListener {
  const pool = new Pool(new URL(target).origin, { connections: 128, pipelining: 1 });
  return (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const answer: Buffer[] = [];
      let status = 502;
      pool.dispatch({ method: 'POST', path: incoming.url!, headers: { 'content-type': 'application/json' }, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) }, {
        onRequestStart: () => {},
        onResponseStart: (_controller, code) => void (status = code),
        onResponseData: (_controller, chunk) => void answer.push(chunk),
        onResponseEnd: () => send(outgoing, status, answer.length === 1 ? answer[0]! : Buffer.concat(answer)),
        onResponseError: () => send(outgoing, 502, Buffer.alloc(0)),
      });
    });
  };
}

/** http-proxy-3 with connections that are kept, as its documentation shows it. */
function proxyTo(target: string): RequestListener {
  const proxy = createProxyServer({ target, agent: new Agent({ keepAlive: true, maxSockets: 128 }) });
  proxy.on('error', (_error, _request, response) => void ('writeHead' in response && response.writeHead(502).end()));
  return (incoming, outgoing) => void proxy.web(incoming, outgoing);
}

/** Everything the gateway does to the bytes, without a record of it: only a bench does this. */
function unrecordedTo(target: string): RequestListener {
  const pool = openPool(new URL(target).origin);
  return (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => void answer(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    const answer = async (bytes: Buffer) => {
      const call = readCall(bytes);
      const told = await askVendor(pool, { method: 'POST', path: incoming.url!, headers: { 'content-type': 'application/json' }, body: withoutPrefetch(bytes, call.root, new Set(['attendingX'])) }, 5_000);
      if (!told.ok) return void outgoing.writeHead(502).end();
      const root = spansOf(told.bytes);
      const faults = lintAnswer(JSON.parse(told.bytes.toString('utf8')));
      const reply = composed(told.bytes, root, faults.length > 0 ? [] : [{ nth: 0, minted: mint(systemClock.now()), reasons: [] }]);
      send(outgoing, 200, reply);
    };
  };
}

/** `rate` 0: each connection asks again when it is answered. Else so many requests a second arrive, answered or not. */
async function load(url: string, connections: number, seconds: number, rate: number): Promise<void> {
  const { host, hostname, port, pathname } = new URL(url);
  const requests = Array.from({ length: 200 }, (_, i) => {
    const body = Buffer.from(requestBody(i));
    return Buffer.concat([Buffer.from(`POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
  });
  const waits: number[] = [];
  let failed = 0;
  let n = 0;
  /** Connections that are free, and requests that wait for one. */
  const free: ((since: number, done: () => void) => void)[] = [];
  const queue: { since: number; done: () => void }[] = [];
  const open = (): Promise<void> => new Promise((opened) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => (free.push(use), opened()));
    let now: { since: number; done: () => void } | null = null;
    const use = (since: number, done: () => void) => {
      now = { since, done };
      socket.write(requests[n++ % requests.length]!);
    };
    const over = (good: boolean) => {
      const was = now;
      now = null;
      if (!was) return;
      if (!good) failed++;
      waits.push(performance.now() - was.since);
      const next = queue.shift();
      if (next) use(next.since, next.done);
      else free.push(use);
      was.done();
    };
    eachMessage(socket, (head, bytes) => over(head.startsWith('HTTP/1.1 200') && bytes.includes('summary')));
    socket.on('error', () => {});
    // A connection that breaks off is a failure, and another takes its place.
    socket.on('close', () => {
      if (ending) return;
      const was = now;
      now = null;
      if (was) failed++;
      const place = free.indexOf(use);
      if (place >= 0) free.splice(place, 1);
      void open().then(() => was?.done());
    });
    sockets.add(socket);
  });
  const sockets = new Set<Socket>();
  let ending = false;
  await Promise.all(Array.from({ length: connections }, open));
  const ask = (since: number): Promise<void> => new Promise((done) => {
    const use = free.pop();
    if (use) use(since, done);
    else queue.push({ since, done });
  });
  const run = async (lasting: number) => {
    const began = performance.now();
    const end = began + lasting * 1_000;
    if (rate === 0) await Promise.all(Array.from({ length: connections }, async () => {
      while (performance.now() < end) await ask(performance.now());
    }));
    else {
      // From the moment it was due: a queue that grows is seen, and not left out.
      const under = new Set<Promise<void>>();
      for (let due = began; due < end; due += 1_000 / rate) {
        // Asleep until then: a load that looks at the clock all the time takes one of two processors from those it measures.
        while (performance.now() < due) await new Promise((done) => setTimeout(done, 1));
        const one = ask(due).finally(() => under.delete(one));
        under.add(one);
      }
      await Promise.all(under);
    }
    return (performance.now() - began) / 1_000;
  };
  await run(Math.min(0.7, seconds / 2));
  waits.length = failed = 0;
  const lasted = await run(seconds);
  waits.sort((a, b) => a - b);
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? null;
  process.send!({ perSecond: waits.length / lasted, p50: at(0.5), p99: at(0.99), n: waits.length, failed, all: n });
  ending = true;
  for (const socket of sockets) socket.destroy();
}

// --- the measurement ------------------------------------------------------------------------------------------------

interface Pace {
  perSecond: number;
  p50: number;
  p99: number;
  n: number;
  failed: number;
  /** Requests with those of the warm-up. */
  all: number;
  /** Processor time of the process between, for one request, in microseconds; null where the system does not tell. PostgreSQL’s own stands beside it. */
  cpuMicroseconds: number | null;
  /** The same of PostgreSQL; null where there is none. */
  databaseMicroseconds: number | null;
}

interface Target {
  url: string;
  pid: number | null;
  /** The PostgreSQL it writes to. */
  database?: number;
}

/** Processor time of a process so far, in seconds, user and system, as Linux tells it (100 ticks a second); null elsewhere. */
function cpuOf(pid: number | null): number | null {
  if (pid === null || !existsSync(`/proc/${pid}/stat`)) return null;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Processor time of a PostgreSQL so far: its first process, those that ended, and those that run. */
function cpuOfDatabase(pid: number | undefined): number | null {
  if (pid === undefined || !existsSync(`/proc/${pid}/stat`)) return null;
  let ticks = 0;
  for (const one of readdirSync('/proc')) {
    if (!/^\d+$/.test(one)) continue;
    try {
      const fields = readFileSync(`/proc/${one}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
      if (Number(one) === pid) ticks += Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
      else if (Number(fields[1]) === pid) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It ended while we looked.
    }
  }
  return ticks / 100;
}

async function measure(seconds: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'attending-bench-gateway-'));
  const children: ChildProcess[] = [];
  const start = (...args: string[]): Promise<Target> => {
    const child = fork(self, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    children.push(child);
    return new Promise((done, fail) => (child.once('message', (port) => done({ url: `http://127.0.0.1:${String(port)}`, pid: child.pid ?? null })), child.once('exit', () => fail(new Error(`${args[0]} ended`)))));
  };
  let hospital: Awaited<ReturnType<typeof openOwnHospital>> | null = null;
  try {
    const behind = await start('--vendor');
    const vendorUrl = behind.url;
    hospital = await openOwnHospital(vendorUrl).catch((error: Error) => (console.error(error.message), null));
    if (!hospital) return void (process.exitCode = 2);
    const disk = fdatasync(folder);
    say('this disk, fdatasync of 16 kB', `p50 ${disk.p50.toFixed(2)} ms  p99 ${disk.p99.toFixed(2)} ms`);
    const service = '/cds-services/sepsis';
    const nginx = startNginx(folder, vendorUrl, children);
    const below = ({ url, pid }: Target): Target => ({ url: `${url}${service}`, pid });
    const recorded = await hospital.startGateway();
    const targets: Record<string, Target> = {
      'vendor direct': below(behind),
      ...(nginx && { nginx: below({ url: nginx, pid: null }) }),
      'http-proxy-3': below(await start('--proxy', vendorUrl)),
      'pass-through': below(await start('--pass-through', vendorUrl)),
      'gateway, unrecorded': below(await start('--unrecorded', vendorUrl)),
      'gateway, recorded': { url: `${recorded.url}/sepsis`, pid: recorded.child.pid ?? null, database: hospital.server.pid() },
    };
    if (!nginx) say('nginx', 'not on the path; left out');
    for (const target of Object.values(targets)) await warmUp(target);
    const figures: Record<string, Record<string, Pace>> = {};
    for (const [how, connections, rate] of [['1', 1, 0], ['16', 16, 0], ['64', 64, 0], ['1,000/s', 64, 1_000]] as const) {
      figures[how] = {};
      const found = new Map<string, Pace[]>();
      // Round by round and not rival by rival: whatever else the machine does hits them alike.
      for (let round = 0; round < rounds; round++) for (const [name, target] of Object.entries(targets)) found.set(name, [...(found.get(name) ?? []), await loaded(target, connections, seconds, rate)]);
      for (const [name, paces] of found) {
        const one = paces.sort((a, b) => a.perSecond - b.perSecond)[Math.floor(paces.length / 2)]!;
        figures[how][name] = one;
        say(`${name}, ${how === '1,000/s' ? '1,000 a second' : `${how} connections`}`, `${Math.round(one.perSecond).toLocaleString('en-US').padStart(7)}/s  p50 ${one.p50.toFixed(2)} ms  p99 ${one.p99.toFixed(2)} ms${one.cpuMicroseconds === null ? '' : `  ${Math.round(one.cpuMicroseconds)} µs cpu`}${one.databaseMicroseconds === null ? '' : ` + ${Math.round(one.databaseMicroseconds)} µs of PostgreSQL`}${one.failed > 0 ? `  ${one.failed} FAILED` : ''}`);
      }
    }
    const alone = await recordAlone(hospital.house, seconds);
    say('record alone, one after the other', `p50 ${alone.one.p50.toFixed(2)} ms  p99 ${alone.one.p99.toFixed(2)} ms`);
    say('record alone, 1,000 a second', `p50 ${alone.arriving.p50.toFixed(2)} ms  p99 ${alone.arriving.p99.toFixed(2)} ms`);
    const [{ size }] = (await sql<{ size: number }>`select size from ledger.head`.execute(hospital.house.db)).rows as [{ size: number }];
    say('entries in the ledger', size.toLocaleString('en-US'));
    const became = await outcomesIn(hospital.house.db);
    say('what became of the recorded calls', JSON.stringify(became));
    const at64 = figures['64']!;
    const rival = at64['http-proxy-3']!.perSecond;
    const floor = at64['pass-through']!.perSecond;
    const arriving = figures['1,000/s']!;
    const ratios = {
      passThrough: floor / rival, unrecorded: at64['gateway, unrecorded']!.perSecond / rival, recorded: at64['gateway, recorded']!.perSecond / rival, recordedP99: at64['gateway, recorded']!.p99,
      addedP50At1000: arriving['gateway, recorded']!.p50 - arriving['vendor direct']!.p50, addedByProxyP50At1000: arriving['http-proxy-3']!.p50 - arriving['vendor direct']!.p50,
    };
    const goals = { unrecorded: 2, recorded: 0.8, recordedP99: 15, addedP50At1000: 1 };
    const met = { unrecorded: ratios.unrecorded >= goals.unrecorded, recorded: ratios.recorded >= goals.recorded, recordedP99: ratios.recordedP99 <= goals.recordedP99, addedP50At1000: ratios.addedP50At1000 <= goals.addedP50At1000 };
    console.log(JSON.stringify({ bench: 'gateway', figures: { ...figures, ratios, fdatasync: disk, recordAlone: alone, entries: size, became }, goals, met }));
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await hospital?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Until it is compiled by use, counted in calls and not in seconds: who answers fewer a second is compiled later, and the
 * first loads would measure the compiler (a recorded call took twice as long in the first four thousand).
 */
async function warmUp(target: Target): Promise<void> {
  const began = performance.now();
  for (let calls = 0; calls < compiledAfter && performance.now() - began < longestWarmUp; ) calls += (await loaded(target, 64, 2, 0)).all;
}

interface Waits {
  p50: number;
  p99: number;
}

/** What it takes to get one decision with its sealed payload onto the disk when nothing else is done: no HTTP, no vendor, no sealing. */
async function recordAlone(house: OwnHospital['house'], seconds: number): Promise<{ one: Waits; arriving: Waits }> {
  const subject = await referenceFor(house, { system: 'patient', value: 'p-0' });
  const sealed = await seal(house, subject, Buffer.from(requestBody(0)));
  const append = async (since: number, waits: number[]) => {
    const { decision } = mint(systemClock.now());
    await appendGrouped(house.db, { at: systemClock.now(), kind: decisionKinds.recorded.kind, actor: gatewayActor, subject: `decision/${decision}`, body: { what: 'recorded', decision }, sealed });
    waits.push(performance.now() - since);
  };
  const told = (waits: number[]): Waits => {
    waits.sort((a, b) => a - b);
    return { p50: waits[Math.floor(waits.length / 2)]!, p99: waits[Math.floor(waits.length * 0.99)]! };
  };
  const during = async (work: (end: number, waits: number[]) => Promise<void>): Promise<Waits> => {
    await work(performance.now() + 1_000, []);
    const waits: number[] = [];
    await work(performance.now() + 1_000 * seconds, waits);
    return told(waits);
  };
  const one = await during(async (end, waits) => {
    while (performance.now() < end) await append(performance.now(), waits);
  });
  const arriving = await during(async (end, waits) => {
    const under: Promise<void>[] = [];
    for (let due = performance.now(); due < end; due += 1) {
      while (performance.now() < due) await new Promise((done) => setTimeout(done, 1));
      under.push(append(due, waits));
    }
    await Promise.all(under);
  });
  return { one, arriving };
}

/** What the gateway itself counted, and the reasons it gave where it could not record. */
async function outcomesIn(db: OwnHospital['house']['db']): Promise<{ outcomes: Record<string, number>; unrecorded: Record<string, number> }> {
  await new Promise((done) => setTimeout(done, 1_500));
  const add = (into: Record<string, number>, more: Record<string, number>) => {
    for (const [name, times] of Object.entries(more)) into[name] = (into[name] ?? 0) + times;
  };
  const found = { outcomes: {}, unrecorded: {} };
  for (const { outcomes } of (await sql<{ outcomes: Record<string, number> }>`select outcomes from gateway.minute`.execute(db)).rows) add(found.outcomes, outcomes);
  for (const { leaf } of (await sql<{ leaf: Buffer }>`select leaf from ledger.entry where kind = 'gateway.failed'`.execute(db)).rows) add(found.unrecorded, (JSON.parse(leaf.toString('utf8')) as { body: { why: Record<string, number> } }).body.why);
  return found;
}

function loaded({ url, pid, database }: Target, connections: number, seconds: number, rate: number): Promise<Pace> {
  const before = cpuOf(pid);
  const beforeThere = cpuOfDatabase(database);
  const child = fork(self, ['--load', url, String(connections), String(seconds), String(rate)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return new Promise((done, fail) => (child.once('message', (told) => {
    const pace = told as Pace;
    const after = cpuOf(pid);
    const there = cpuOfDatabase(database);
    const each = (from: number | null, to: number | null) => (from === null || to === null ? null : ((to - from) * 1e6) / pace.all);
    done({ ...pace, cpuMicroseconds: each(before, after), databaseMicroseconds: each(beforeThere, there) });
  }), child.once('exit', (code) => code !== 0 && fail(new Error('the load ended')))));
}

/** nginx as one process, which ends when it is ended, as a proxy whose connections to the vendor are kept; null where it is not installed. */
function startNginx(folder: string, vendorUrl: string, children: ChildProcess[]): string | null {
  const program = folderList().map((one) => join(one, 'nginx')).find((one) => existsSync(one));
  if (!program || spawnSync(program, ['-v']).status !== 0) return null;
  const port = 20_000 + (process.pid % 20_000);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http { access_log off; client_body_buffer_size 64k; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream vendor { server ${new URL(vendorUrl).host}; keepalive 128; }
  server { listen 127.0.0.1:${port}; keepalive_requests 1000000; location / { proxy_pass http://vendor; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`);
  children.push(spawn(program, ['-c', file, '-p', folder], { stdio: 'ignore' }));
  return `http://127.0.0.1:${port}`;
}

/** What the disk itself takes to keep 16 kB: no record on it can be quicker. */
function fdatasync(folder: string): { p50: number; p99: number } {
  const file = openSync(join(folder, 'fdatasync'), 'w');
  const bytes = Buffer.alloc(16_384, 1);
  const waits: number[] = [];
  for (let i = 0; i < 200; i++) {
    writeSync(file, bytes, 0, bytes.length, i * bytes.length);
    const began = performance.now();
    fdatasyncSync(file);
    waits.push(performance.now() - began);
  }
  closeSync(file);
  waits.sort((a, b) => a - b);
  return { p50: waits[100]!, p99: waits[197]! };
}

function say(what: string, found: string): void {
  console.log(`${what.padEnd(44)} ${found}`);
}
