// Is every check and endpoint documented, and are the published schema and pages what the code says?
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPages } from './check-pages.ts';
import { catalogue, checks } from './checks.ts';
import { prepareFinder } from './contradictions.ts';
import { readKnowledge } from './knowledge.ts';
import { checkWords, notesJsonSchema } from './model.ts';
import { columnNames } from './reading/read-csv.ts';

const text = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('what stands in the documentation', () => {
  it('docs/note-checks.md is the catalogue', () => expect(text('docs/note-checks.md')).toBe(checkPages()));
  it('notes.schema.json is the schema of notes.json', () => expect(JSON.parse(text('notes.schema.json'))).toEqual(JSON.parse(JSON.stringify(notesJsonSchema()))));
  it('every check has its own file, named by its id, and whole words', () => {
    const files = readdirSync(new URL('./checks/', import.meta.url)).filter((name) => name.endsWith('.ts'));
    expect(files.map((name) => name.slice(0, 3).toUpperCase()).sort()).toEqual(checks.map(({ id }) => id).sort());
    for (const words of catalogue) expect(checkWords.parse(words)).toEqual(words);
  });
  it('docs/notes.md names every endpoint, option and column', () => {
    const page = text('docs/notes.md');
    const paths = [...readFileSync(new URL('./model.ts', import.meta.url), 'utf8').matchAll(/path: '(\/api[^']+)'/g)].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) expect(page).toContain(path.replace('/api/v1', ''));
    for (const word of ['attending notes', '--charter', '--structured', '--columns', '--out', '--json', '--spans', ...Object.values(columnNames).flat().map((name) => `\`${name}\``)]) expect(page).toContain(word);
  });
  it('the knowledge file can be used', () => {
    const knowledge = readKnowledge();
    const { phrases, numbers } = prepareFinder(knowledge);
    for (const { says } of knowledge.statements) for (const phrase of says) expect([...`He is ${phrase}.`.matchAll(phrases)].length, phrase).toBeGreaterThan(0);
    for (const { labels } of knowledge.numbers) for (const label of labels) expect([...`${label.toUpperCase()} 37.2 today`.matchAll(numbers)].length, label).toBe(1);
    for (const not of ['K 20 mg', 'T4 fracture', 'HR 120/80']) expect([...not.matchAll(numbers)].length, not).toBe(0);
  });
  it('every case of bad input in docs/notes.md names a test that is there', () => {
    const rows = [...text('docs/notes.md').matchAll(/^\| [^|]+ \| (.+) \(`([^`]+\.test\.ts)`\) \|$/gm)];
    expect(rows.length).toBeGreaterThan(10);
    for (const [, name, file] of rows) expect(text(file!), `${name} in ${file}`).toContain(name!);
  });
});
