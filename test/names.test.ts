// Would a newcomer find things under the names they have?
import { describe, expect, it } from 'vitest';
import { filesIn, isSource, isTest, text } from './tree.ts';

const files = ['src', 'simulator', 'sdk', 'bench', 'test', 'bin'].flatMap((folder) => {
  try {
    return filesIn(folder);
  } catch {
    return [];
  }
});
const banned = ['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'misc', 'types', 'lib', 'core', 'services', 'controllers', 'managers'];

describe('names', () => {
  it('bans rooms that mean nothing', () => {
    const found = files.filter((path) => path.split('/').some((step) => banned.includes(step.replace(/\.tsx?$/, ''))));
    expect(found).toEqual([]);
  });

  it('has no index.ts: a door carries the name of its room', () => {
    expect(files.filter((path) => /\/index\.tsx?$/.test(path))).toEqual([]);
  });

  it('begins every source file with the question it answers', () => {
    const found = files.filter((path) => isSource(path)).filter((path) => !/^(#!.*\n)?(\/\/ |\/\*\* ).{8,}/.test(text(path)));
    expect(found).toEqual([]);
  });

  it('leaves nothing half-said: no escape hatches', () => {
    const hatches = /@ts-ignore|@ts-expect-error|@ts-nocheck|\bas any\b|: any\b|\.only\(|oxlint-disable|eslint-disable|\bTODO\b|\bFIXME\b/;
    const found = files.filter((path) => isSource(path) && path !== 'test/names.test.ts' && hatches.test(text(path)));
    expect(found).toEqual([]);
  });

  it('puts every test beside what it tests or in test/', () => {
    const found = files.filter((path) => isTest(path) && !path.startsWith('test/') && /__tests__/.test(path));
    expect(found).toEqual([]);
  });
});
