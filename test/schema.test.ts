// Does schema.sql show the database that the migrations make?
import { expect, it } from 'vitest';
import { capabilities } from '../src/app/capabilities.ts';
import { schemaText } from '../src/tools/server/schema-text.ts';
import { testHouse } from '../src/tools/server/test-database.ts';
import { text } from './tree.ts';

const house = await testHouse(capabilities);

it('equals the migrations; `npm run generate` brings it up to date', async () => {
  expect(await schemaText(house.db)).toBe(text('schema.sql'));
});

it('keeps every room in the schema of its own name', async () => {
  const schemas = [...text('schema.sql').matchAll(/^create schema (\w+);$/gm)].map((match) => match[1]);
  expect(schemas).toEqual(capabilities.filter((room) => room.migrations).map((room) => room.name).sort());
});
