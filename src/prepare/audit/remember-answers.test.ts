// Is an answer used again only where nothing it rests on has changed?
import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { standingClock } from '../../tools/base/clock.ts';
import { openDatabase, type Database } from '../../tools/fhir/fhir.ts';
import { readCharterText } from './charter-input.ts';
import { rememberAnswers } from './remember-answers.ts';
import { runAudit } from './run-audit.ts';
import { smallCharter, smallExport, testFolder, writeSmall } from './test-export.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);

/** Runs statements and one question through a remembering database; says what DuckDB itself was asked to do. */
async function ask(statements: string[], question: string, wanted: unknown = {}): Promise<{ answer: unknown[]; did: string[] }> {
  const database = await openDatabase({ workspace: `${root}/work` });
  const did: string[] = [];
  const watched: Database = {
    ...database,
    run: (sql, signal) => (did.push(sql), database.run(sql, signal)),
    rows: (sql, signal) => (did.push(sql), database.rows(sql, signal)),
  };
  try {
    const remembering = await rememberAnswers({ database: watched, kept: root }, wanted, 'test');
    did.length = 0;
    for (const statement of statements) await remembering.run(statement);
    const answer = await remembering.rows(question);
    await remembering.remember();
    return { answer, did };
  } finally {
    await database.close();
  }
}

describe('remembered answers', () => {
  const make = 'CREATE TEMP TABLE t AS SELECT 1 AS a';
  const other = 'CREATE TEMP TABLE t AS SELECT 2 AS a';
  const question = 'SELECT a FROM t';

  it('are given without touching the database, until a statement before them, the question or the wanted fields change', async () => {
    expect(await ask([make], question)).toEqual({ answer: [{ a: 1 }], did: [make, question] });
    expect(await ask([make], question)).toEqual({ answer: [{ a: 1 }], did: [] });
    expect(await ask([other], question)).toEqual({ answer: [{ a: 2 }], did: [other, question] });
    expect(await ask([other], 'SELECT a + 1 AS b FROM t')).toEqual({ answer: [{ b: 3 }], did: [other, 'SELECT a + 1 AS b FROM t'] });
    expect((await ask([other], 'SELECT a + 1 AS b FROM t', { Patient: ['name'] })).did).not.toEqual([]);
  });

  it('are given in lanes whichever comes first, and each lane has statements of its own', async () => {
    const database = await openDatabase({ workspace: `${root}/lanes` });
    let worked = 0;
    const watched: Database = { ...database, rows: (sql, signal) => (worked++, database.rows(sql, signal)) };
    const on = () => Promise.resolve(watched);
    const inOrder = async (names: string[]) => {
      const remembering = await rememberAnswers({ database: watched, kept: root }, {}, 'lanes');
      worked = 0;
      await remembering.run('CREATE OR REPLACE TABLE t AS SELECT 1 AS a');
      const answers: Record<string, unknown> = {};
      const lanes = names.map((one) => ({ one, lane: remembering.lane(one, on) }));
      for (const { one, lane } of lanes) {
        await lane.run(`CREATE OR REPLACE TEMP TABLE own AS SELECT a, ${one === 'x' ? 10 : 20} AS b FROM t`);
        answers[one] = await lane.rows('SELECT a, b FROM own');
      }
      await remembering.remember();
      return answers;
    };
    const first = await inOrder(['x', 'y']);
    expect(first).toEqual({ x: [{ a: 1, b: 10 }], y: [{ a: 1, b: 20 }] });
    expect(worked).toBe(2);
    expect(await inOrder(['y', 'x'])).toEqual(first);
    expect(worked).toBe(0);
    await database.close();
  });

  it('of a lane rest on what had been run when it was said to begin, and not on what was run beside it', async () => {
    const database = await openDatabase({ workspace: `${root}/since` });
    let worked = 0;
    const watched: Database = { ...database, rows: (sql, signal) => (worked++, database.rows(sql, signal)) };
    const beside = async (later: string, question = 'SELECT a FROM since') => {
      const remembering = await rememberAnswers({ database: watched, kept: root }, {}, 'since');
      worked = 0;
      await remembering.run('CREATE OR REPLACE TABLE since AS SELECT 7 AS a');
      const begun = remembering.soFar();
      await remembering.run(`CREATE OR REPLACE TABLE later AS SELECT ${later} AS b`);
      const early = await remembering.lane('early', () => Promise.resolve(watched), begun).rows(question);
      const late = await remembering.lane('late', () => Promise.resolve(watched)).rows('SELECT b FROM later');
      await remembering.remember();
      return { early, late, worked };
    };
    expect(await beside('1')).toEqual({ early: [{ a: 7 }], late: [{ b: 1 }], worked: 2 });
    expect(await beside('1')).toEqual({ early: [{ a: 7 }], late: [{ b: 1 }], worked: 0 });
    expect(await beside('2')).toEqual({ early: [{ a: 7 }], late: [{ b: 2 }], worked: 1 });
    // Only the early question is new: what it rests on is made first, and the late one is known.
    expect(await beside('2', 'SELECT a + 1 AS a FROM since')).toEqual({ early: [{ a: 8 }], late: [{ b: 2 }], worked: 1 });
    await database.close();
  });

  it('give the same audit, and another audit after the export changed', async () => {
    const small = smallExport({ patients: 20 });
    const folder = writeSmall(`${root}/export`, small);
    const workspace = `${root}/kept`;
    const audit = async () => runAudit(folder, await readCharterText(smallCharter(), 'charter.yaml'), { clock: standingClock('2026-06-01T00:00:00.000Z'), workspace });
    const first = await audit();
    expect((readdirSync(workspace, { recursive: true }) as string[]).filter((one) => one.includes('answers-'))).toHaveLength(1);
    expect(await audit()).toEqual(first);
    small.patients.pop();
    writeSmall(folder, small);
    const changed = await audit();
    expect(changed.export.resources['Patient']).toBe(39);
    expect(changed.findings).not.toEqual(first.findings);
  });
});
