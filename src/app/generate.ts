// Which files follow from the code, and are they written?
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkPages } from '../prepare/audit/audit.ts';
import { auditJsonSchema } from '../prepare/audit/model.ts';
import { mappingJsonSchema } from '../tools/fhir/sources/mapping/model.ts';
import { notesJsonSchema } from '../prepare/notes/model.ts';
import { checkPages as noteCheckPages } from '../prepare/notes/notes.ts';
import type { House } from '../tools/server/capability.ts';
import { readConfig } from '../tools/server/config.ts';
import { silentLog } from '../tools/server/log.ts';
import { capabilities } from './capabilities.ts';
import { buildProgram } from './cli.ts';
import { openHouse } from './house.ts';
import { near, version } from './near.ts';
import { openApi } from './openapi.ts';
import { commandsPage, endpointsPage, settingsPage } from './reference.ts';
import { schemaText } from '../tools/server/schema-text.ts';

const root = dirname(near('../../package.json', '../../../package.json'));

/** Everything that is committed and made from the code, by its path; the tests compare each. */
export async function generated(): Promise<Record<string, string>> {
  const noHouse = (): Promise<House> => Promise.reject(new Error('no command runs here'));
  return {
    'audit.schema.json': `${JSON.stringify(auditJsonSchema(), null, 2)}\n`,
    'mapping.schema.json': `${JSON.stringify(mappingJsonSchema(), null, 2)}\n`,
    'docs/checks.md': checkPages(),
    'notes.schema.json': `${JSON.stringify(notesJsonSchema(), null, 2)}\n`,
    'docs/note-checks.md': noteCheckPages(),
    'openapi.json': `${JSON.stringify(openApi(capabilities, version), null, 2)}\n`,
    'docs/reference/endpoints.md': endpointsPage(capabilities),
    'docs/reference/settings.md': settingsPage(),
    'docs/reference/commands.md': commandsPage(await buildProgram(noHouse)),
  };
}

/** The schema as a new database gets it, from an embedded PostgreSQL of its own. */
async function freshSchema(): Promise<string> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'attending-schema-'));
  const opened = await openHouse(readConfig({ ATTENDING_DATA: dataFolder, ATTENDING_DEMO: 'off' }), silentLog, capabilities);
  try {
    return await schemaText(opened.house.db);
  } finally {
    await opened.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

/** Writes what differs, and says so. */
async function write(): Promise<void> {
  const files = { ...(await generated()), 'schema.sql': await freshSchema() };
  for (const [path, text] of Object.entries(files)) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    const before = (() => {
      try {
        return readFileSync(full, 'utf8');
      } catch {
        return null;
      }
    })();
    if (before === text) continue;
    writeFileSync(full, text);
    console.log(`${before === null ? 'new' : 'changed'}: ${path}`);
  }
}

if (process.argv[1]?.endsWith('generate.js')) await write();
