// Where does the server of this data folder listen, so that a command beside it can say so?
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = (dataFolder: string) => join(dataFolder, 'address');

export const noteAddress = (dataFolder: string, url: string): void => writeFileSync(file(dataFolder), url);
export const forgetAddress = (dataFolder: string): void => rmSync(file(dataFolder), { force: true });

/** The address the last server noted; null when it ended properly or never ran. */
export function notedAddress(dataFolder: string): string | null {
  try {
    return readFileSync(file(dataFolder), 'utf8').trim() || null;
  } catch {
    return null;
  }
}
