// What does the server answer about its witnesses?
import { serve, type Route } from '../../../tools/server/http.ts';
import { askAll } from './ask-all.ts';
import { addWitness, askWitnesses, listWitnesses, removeWitness } from './model.ts';
import * as room from './witnesses.ts';

export const routes: readonly Route[] = [
  serve(listWitnesses, async ({ house }) => ({ items: await room.witnessStates(house) })),
  serve(addWitness, ({ house, caller, body }) => room.addWitness(house, caller, body)),
  serve(removeWitness, ({ house, caller, body }) => room.removeWitness(house, caller, body.name)),
  serve(askWitnesses, ({ house }) => askAll(house)),
];
