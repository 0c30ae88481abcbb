// Writes the schema once.
import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { mappingJsonSchema } from './model.ts';
test('x', () => writeFileSync('mapping.schema.json', `${JSON.stringify(mappingJsonSchema(), null, 2)}\n`));
