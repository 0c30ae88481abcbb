// Which PostgreSQL do the tests of this run share?
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Address } from './database.ts';
import { startEmbedded } from './embedded-postgres.ts';
import { silentLog } from './log.ts';

declare module 'vitest' {
  interface ProvidedContext {
    testServer: { address: Extract<Address, { socket: string }> } | { why: string };
  }
}

/** Vitest calls this once before all test files; what it returns is called after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'attending-test-'));
  try {
    const server = await startEmbedded({ dataFolder, log: silentLog, durable: false, connections: 120 });
    project.provide('testServer', { address: server.address });
    return async () => {
      await server.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    };
  } catch (error) {
    // Tests without a database go on; those with one say why they cannot.
    project.provide('testServer', { why: (error as Error).message });
    return async () => rmSync(dataFolder, { recursive: true, force: true });
  }
}
