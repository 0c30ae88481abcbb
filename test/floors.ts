// Which room stands above which?

/** The wings, highest first. A file imports its own room or a lower wing; inside a wing never sideways. */
export const wings = ['app', 'decide', 'run', 'prepare', 'expose', 'spine', 'tools'] as const;

/** Inside these wings the rooms have floors of their own, highest first; rooms on one floor do not see each other. */
export const floorsInside: Record<string, string[][]> = {
  spine: [['gates'], ['measures'], ['registers', 'instruments'], ['deployments'], ['ledger']],
  expose: [['gateway'], ['decisions']],
  tools: [['ui', 'server', 'fhir'], ['statistics'], ['base']],
};

/** `decide`, `run` and `prepare` do not import each other. */
export const strangers = new Set(['decide', 'run', 'prepare']);

/** Where a file stands: its wing and its room. Files of `app` are one room. */
export function placeOf(path: string): { wing: string; room: string } | null {
  const [source, wing, room, file] = path.split('/');
  if (source !== 'src' || !wing) return null;
  if (wing === 'app') return { wing, room: 'app' };
  return room && file ? { wing, room } : null;
}

/** Why this import is against the floors, or null where it is fine. */
export function objection(from: string, to: string): string | null {
  const here = placeOf(from);
  const there = placeOf(to);
  if (!here || !there) return there ? null : 'it leaves src';
  if (here.wing === there.wing && here.room === there.room) return null;
  if (here.wing !== there.wing) {
    if (wings.indexOf(there.wing as 'app') < wings.indexOf(here.wing as 'app')) return `${there.wing} stands above ${here.wing}`;
    if (strangers.has(here.wing) && strangers.has(there.wing)) return `${here.wing} and ${there.wing} do not know each other`;
  } else {
    const floors = floorsInside[here.wing] ?? [];
    const floor = (room: string) => floors.findIndex((rooms) => rooms.includes(room));
    if (floor(here.room) < 0 || floor(there.room) < 0 || floor(there.room) <= floor(here.room)) return `${there.room} is not below ${here.room}`;
  }
  return throughTheDoor(there, to) ? null : `${to} is neither ${there.room}'s model.ts nor its door`;
}

/** Rooms are entered by their words or their door; tools are shelves, where every file may be taken. */
const throughTheDoor = (there: { wing: string; room: string }, path: string): boolean =>
  there.wing === 'tools' || path.endsWith(`/${there.room}/model.ts`) || path.endsWith(`/${there.room}/${there.room}.ts`);
