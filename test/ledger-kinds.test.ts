// Is everything that rooms ask the ledger to remember declared, so that no change fails on its own record?
import { expect, it } from 'vitest';
import '../src/app/capabilities.ts';
import { isDeclared } from '../src/spine/ledger/model.ts';
import { filesIn, isSource, isTest, text } from './tree.ts';

const remembered = filesIn('src')
  .filter((path) => isSource(path) && !isTest(path))
  .flatMap((path) => [...text(path).matchAll(/\bremember\(tx, \{[^;]*?kind: (?:[^,;]*?\? )?'([a-z]+\.[a-z-]+)'(?: : '([a-z]+\.[a-z-]+)')?/g)].flatMap(([, one, other]) => [one, other]))
  .filter((kind): kind is string => kind !== undefined);

it('declares every kind that is remembered', () => {
  expect(remembered).toEqual(expect.arrayContaining(['account.created', 'account.disabled', 'account.enabled', 'key.revoked']));
  expect(remembered.filter((kind) => !isDeclared(kind))).toEqual([]);
});
