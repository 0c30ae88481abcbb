// Does the terminal check a playbook without a server, and show where a deployment stands?
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test, vi } from 'vitest';
import type { Problem } from '../../tools/base/problem.ts';
import { commands } from './commands.ts';
import { playbookFolder } from './read-playbook.ts';
import { book, measuresOfTest, open, openSpine } from './test-deployment.ts';

const house = await openSpine();
await open(house, 'at-terminal');

async function run(words: string[], opening = async () => house as never): Promise<string> {
  const program = new Command().exitOverride();
  commands({ book, catalogue: measuresOfTest })(program, opening);
  let out = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  try {
    await program.parseAsync(['node', 'attending', 'gates', ...words]);
  } finally {
    write.mockRestore();
  }
  return out;
}
const noHouse = async () => { throw new Error('this needs no house'); };
const caught = (work: Promise<unknown>): Promise<Problem> => work.then(() => { throw new Error('was not refused'); }, (problem: Problem) => problem);
const shipped = join(playbookFolder(), 'five-step.yaml');

describe('gates check', () => {
  test('counts what a playbook asks for, without opening the house', async () => {
    const said = await run(['check', shipped], noHouse as never);
    expect(said).toContain('8 gates');
    expect(said).toContain('G1  12 criteria,  5 core,  4 safety');
  });
  test('names the line of a fault, and a file that is not there', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'playbook-')), 'mine.yaml');
    writeFileSync(file, readFileSync(shipped, 'utf8').replace('core: true', 'cor: true'));
    const problem = await caught(run(['check', file], noHouse as never));
    expect(problem.details[0]).toMatchObject({ file, line: expect.any(Number), says: expect.stringContaining('`cor`') });
    expect((await caught(run(['check', `${file}.not`], noHouse as never))).message).toContain('ENOENT');
  });
});

describe('gates show', () => {
  test('shows the track, a gate, and both as JSON', async () => {
    expect(await run(['show', 'at-terminal'])).toMatch(/Title of at-terminal \(full\): programme week 1\n {2}G0 {2}blocked/);
    expect(await run(['show', 'at-terminal', '--gate', 'G1'])).toContain('1.5   not-measurable');
    expect(JSON.parse(await run(['show', 'at-terminal', '--json']))).toMatchObject({ current: 'G0' });
    expect(JSON.parse(await run(['show', 'at-terminal', '--gate', 'G0', '--json']))).toMatchObject({ gate: 'G0' });
  });
  test('says what there is, where one asks for what there is not', async () => {
    expect((await caught(run(['show', 'nobody']))).kind).toBe('not-found');
    expect((await caught(run(['show', 'at-terminal', '--gate', 'G7']))).next).toContain('G6, GX');
  });
});
