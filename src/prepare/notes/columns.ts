// Which columns did a person name?
import { Problem } from '../../tools/base/problem.ts';
import { columnNames, type Column } from './reading/read-csv.ts';

/** `patient=mrn,text=body`. @throws Problem for a word that is no column of a note. */
export function readColumns(list: string | undefined): Partial<Record<Column, string>> {
  const chosen: Partial<Record<Column, string>> = {};
  for (const pair of (list ?? '').split(',').filter((one) => one.trim() !== '')) {
    const [what, name] = pair.split('=').map((one) => one.trim());
    if (!what || !name || !(what in columnNames)) throw new Problem('bad-input', `--columns does not understand \`${pair}\`.`, `Write it like patient=mrn; what can be named: ${Object.keys(columnNames).join(', ')}.`);
    chosen[what as Column] = name;
  }
  return chosen;
}
