// Which rooms does the house have? The one list, lower rooms first.
import type { Capability } from '../tools/server/capability.ts';
import { capability as server } from '../tools/server/server.ts';

export const capabilities: readonly Capability[] = [server];
