// Where does the demo hospital of one run of the tests lie, and who clears it away?
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder for the hospital; the first journey loads it. */
    demoHospital: { folder: string };
  }
}

export default function setUp(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'attending-demo-'));
  project.provide('demoHospital', { folder });
  return () => {
    const pointer = join(folder, 'hospital', 'data', 'postgres.json');
    if (existsSync(pointer)) rmSync((JSON.parse(readFileSync(pointer, 'utf8')) as { folder: string }).folder, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  };
}
