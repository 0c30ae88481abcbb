// What is the JSON Schema of a charter, for editors and for other programs?
import { z } from 'zod';
import { charter } from './charter.ts';

/** JSON Schema 2020-12 of what may be written: fields with a default are optional. */
export function charterSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(charter, { io: 'input', target: 'draft-2020-12' });
  return { $schema, $id: 'urn:attending:charter:1', ...schema };
}

/** The text of `charter.schema.json`. */
export const charterSchemaText = (): string => `${JSON.stringify(charterSchema(), null, 2)}\n`;
