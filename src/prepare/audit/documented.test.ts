// Is every check documented, and are the published schema and the example what the code says?
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCharterFile } from './charter-input.ts';
import { catalogue, checks } from './checks.ts';
import { checkPages } from './check-pages.ts';
import { auditJsonSchema, checkWords } from './model.ts';

const at = (path: string) => new URL(`../../../${path}`, import.meta.url);
const text = (path: string) => readFileSync(at(path), 'utf8');

describe('what stands in the documentation', () => {
  it('docs/checks.md is the catalogue', () => expect(text('docs/checks.md')).toBe(checkPages()));
  it('audit.schema.json is the schema of audit.json', () => expect(JSON.parse(text('audit.schema.json'))).toEqual(JSON.parse(JSON.stringify(auditJsonSchema()))));
  it('every check has its own file, named by its id, and whole words', () => {
    const files = readdirSync(new URL('./checks/', import.meta.url)).filter((name) => name.endsWith('.ts'));
    expect(files.map((name) => name.slice(0, 3).toUpperCase()).sort()).toEqual(checks.map(({ id }) => id).sort());
    for (const words of catalogue) expect(checkWords.parse(words)).toEqual(words);
  });
  it('docs/audit.md names every endpoint and command of the room', () => {
    const page = text('docs/audit.md');
    const paths = [...readFileSync(new URL('./model.ts', import.meta.url), 'utf8').matchAll(/path: '(\/api[^']+)'/g)].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(15);
    for (const path of paths) expect(page).toContain(path.replace('/api/v1', ''));
    for (const word of ['attending audit', 'attending audit init', '--charter', '--out', '--json', '--cache', 'ATTENDING_EXPORTS', 'ATTENDING_MAX_UPLOAD_MB']) expect(page).toContain(word);
  });
  it('the example is a charter an audit can use', async () => {
    expect(existsSync(at('examples/sepsis-charter.yaml'))).toBe(true);
    expect((await readCharterFile(at('examples/sepsis-charter.yaml').pathname)).data.elements.length).toBeGreaterThan(10);
  });
  it('every case of bad input in docs/audit.md names a test that is there', () => {
    const rows = [...text('docs/audit.md').matchAll(/^\| [^|]+ \| (.+) \(`([^`]+\.test\.ts)`\) \|$/gm)];
    expect(rows.length).toBeGreaterThan(10);
    for (const [, name, file] of rows) expect(text(file!), `${name} in ${file}`).toContain(name!);
  });
});
