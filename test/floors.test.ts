// Do imports only point down, and only through doors?
import { describe, expect, it } from 'vitest';
import { objection, placeOf } from './floors.ts';
import { filesIn, importsOf, isSource, isTest, text } from './tree.ts';

const sources = filesIn('src').filter(isSource);
const shipped = sources.filter((path) => !isTest(path));

describe('the floors of the house', () => {
  it('finds the house', () => expect(shipped.length).toBeGreaterThan(50));

  it('lets imports only point down and through doors', () => {
    const found = shipped.flatMap((from) =>
      importsOf(from).flatMap((to) => {
        const why = from.startsWith('src/app/') && placeOf(to) ? null : objection(from, to);
        return why ? [`${from} imports ${to}: ${why}`] : [];
      }),
    );
    expect(found).toEqual([]);
  });

  it('keeps browser code away from the server', () => {
    const found = shipped
      .filter((path) => path.endsWith('.tsx') || path.endsWith('screens.ts'))
      .flatMap((from) => importsOf(from).filter((to) => /\/(records|routes|commands|jobs)\.ts$/.test(to) || to.startsWith('src/tools/server/') && !to.endsWith('/model.ts')).map((to) => `${from} imports ${to}`));
    expect(found).toEqual([]);
  });

  it('has no circular imports', () => {
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (path: string, way: string[]) => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') return void circles.push([...way.slice(way.indexOf(path)), path].join(' → '));
      state.set(path, 'open');
      for (const next of importsOf(path)) if (isSource(next) && next.startsWith('src/')) visit(next, [...way, path]);
      state.set(path, 'done');
    };
    for (const path of shipped) visit(path, []);
    expect(circles).toEqual([]);
  });

  it('reads the time in one place and the environment in another', () => {
    const found = shipped.filter((path) => {
      const code = text(path).replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
      const reads = (pattern: RegExp, home: string) => pattern.test(code) && path !== home;
      return (
        reads(/\bDate\.now\(|new Date\(\)/, 'src/tools/base/clock.ts') ||
        (!path.endsWith('.tsx') && reads(/process\.env\b/, 'src/tools/server/config.ts'))
      );
    });
    expect(found).toEqual([]);
  });

  it('writes SQL only in records.ts, in migrations, and where DuckDB is the language', () => {
    const mayHold = /\/records\.ts$|\/tools\/(server|fhir)\/|\/(audit|notes)\//;
    const found = shipped.filter((path) => !mayHold.test(path) && /\bfrom 'kysely'/.test(text(path)) && /sql`|\.(selectFrom|insertInto|updateTable|deleteFrom)\(/.test(text(path)));
    expect(found).toEqual([]);
  });
});

describe('an objection', () => {
  it('is raised upwards, sideways and past the door', () => {
    expect(objection('src/spine/gates/gates.ts', 'src/prepare/audit/model.ts')).toMatch(/above/);
    expect(objection('src/prepare/audit/audit.ts', 'src/prepare/notes/model.ts')).toMatch(/not below/);
    expect(objection('src/spine/gates/gates.ts', 'src/spine/measures/records.ts')).toMatch(/neither/);
    expect(objection('src/decide/value/value.ts', 'src/run/pilot/model.ts')).toMatch(/do not know/);
  });
  it('is not raised downwards through the door', () => {
    expect(objection('src/spine/gates/gates.ts', 'src/spine/measures/measures.ts')).toBeNull();
    expect(objection('src/prepare/audit/audit.ts', 'src/tools/fhir/fhir.ts')).toBeNull();
  });
});
