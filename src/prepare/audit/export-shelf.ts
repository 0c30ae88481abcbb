// How do other rooms read the exports that this one keeps?
import type { House } from '../../tools/server/capability.ts';
import { folderOfExport, requireExport, serverFolders, serverPath } from './keep-exports.ts';
import * as records from './records.ts';

/** Handed to the notes room by `src/app/capabilities.ts`. */
export const exportShelf = {
  uploads: async (house: House) => (await records.exportRows(house.db)).map(({ id, name, created_at }) => ({ id, name, createdAt: created_at })),
  folders: async (house: House) => (await serverFolders(house)).map(({ folder }) => folder),
  async take(house: House, chosen: { export: string | null; folder: string | null }): Promise<void> {
    if (chosen.export === null) await serverPath(house, chosen.folder!);
    else await records.completeExport(house.db, (await requireExport(house, chosen.export)).id);
  },
  async place(house: House, chosen: { export: string | null; folder: string | null }): Promise<string> {
    return chosen.export === null ? serverPath(house, chosen.folder!) : folderOfExport(house, (await requireExport(house, chosen.export)).id);
  },
};
