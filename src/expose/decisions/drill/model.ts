// Which words and endpoints does the reconstruction drill have?
import { z } from 'zod';
import { endpoint, instant, type Role } from '../../../tools/base/endpoint.ts';
import { idOf } from '../../../tools/base/id.ts';

const deployment = z.string().describe('Slug or id of the deployment.');
const drillers: Role[] = ['administrator', 'safety-officer', 'governance'];

/** What must be found of a drawn decision. */
export const links = {
  input: 'What the AI was given: sealed here, unaltered, and its key not destroyed.',
  version: 'Which version of the model answered.',
  output: 'What it said: a class, a score or a label.',
  human: 'Before whom it was: a person it was meant for or who answered; where nobody was meant to see it, that this is recorded.',
  action: 'What came of it: feedback, an outcome or a use; where nobody saw it, that this is recorded.',
} as const;
export type Link = keyof typeof links;
export const linkNames = Object.keys(links) as Link[];

export const scored = z.strictObject({ decision: idOf('dec'), found: z.array(z.enum(linkNames as [Link, ...Link[]])), missing: z.array(z.enum(linkNames as [Link, ...Link[]])) });
export const drill = z.strictObject({
  drill: idOf('dri'), at: instant.describe('When it was drawn.'),
  seed: z.string().describe('Root of the ledger’s tree at that moment, in hexadecimal: nobody could choose it.'),
  size: z.int().describe('Entries the tree had.'),
  from: instant, scoredAt: instant, decisions: z.array(scored), reconstructed: z.int(), days: z.int().nullable().describe('Working days from the draw until all were reconstructed; null while one is missing.'),
});
export type Drill = z.infer<typeof drill>;

export const drawDrill = endpoint({
  name: 'decisions.draw-drill', method: 'POST', path: '/api/v1/decisions/drills',
  says: 'Draws 20 decisions of the last 28 days that nobody could choose and tries to tell each from input to action.',
  who: drillers, body: z.strictObject({ deployment }), output: drill, status: 201,
});
export const scoreDrill = endpoint({
  name: 'decisions.score-drill', method: 'POST', path: '/api/v1/decisions/drills/:drill/score',
  says: 'Tries again to reconstruct the decisions of a drill, after what was missing has been told.',
  who: drillers, params: z.strictObject({ drill: idOf('dri') }), output: drill,
});
export const listDrills = endpoint({
  name: 'decisions.drills', method: 'GET', path: '/api/v1/decisions/drills',
  says: 'Lists the reconstruction drills of a deployment, the newest first.',
  who: [...drillers, 'clinical-owner', 'auditor', 'data-engineer'], query: z.strictObject({ deployment }), output: z.strictObject({ items: z.array(drill) }),
});
