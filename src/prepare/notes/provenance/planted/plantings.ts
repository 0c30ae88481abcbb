// On which planted corpora is the method measured?
import type { Planting } from './plant.ts';
import { aciBench } from './shared-notes.ts';

const usual = { charts: 60, notes: [4, 14], lengths: [30, 150], editRate: 0.05 } satisfies Partial<Planting>;

/** Corpora of the generator's own prose; they need nothing but this repository. */
export const ownPlantings: Planting[] = [
  ...[0, 0.02, 0.05, 0.1].map((editRate): Planting => ({ ...usual, name: `own prose, ${editRate * 100} % edits`, seed: 'own', editRate, wrongCharts: 5 })),
  { ...usual, name: 'short copies', seed: 'short', lengths: [30, 50] },
  { ...usual, name: 'many natural repeats', seed: 'natural', natural: 0.4 },
  { ...usual, name: 'other case, punctuation and line breaks', seed: 'cosmetic', cosmetic: true, wraps: true },
  { ...usual, name: 'from any earlier note, across sections', seed: 'anywhere', anywhere: true, copies: [1, 5] },
  { ...usual, name: 'templates in nearly every note', seed: 'templates', templates: 0.9 },
  { ...usual, name: 'templates with 3 % edits', seed: 'edited templates', templates: 0.9, templateEdits: 0.03 },
  { ...usual, name: 'prose from 2,000 sentences', seed: 'pool', pool: 2000 },
];

/** More of the same, looked at while the method was made. */
export const morePlantings: Planting[] = [
  { ...usual, name: 'long charts', seed: 'held out 1', charts: 25, notes: [20, 40] },
  { ...usual, name: 'everything at once', seed: 'held out 2', cosmetic: true, wraps: true, natural: 0.3, templates: 0.6, copies: [1, 3], lengths: [30, 90] },
];

/** Held out: looked at once, when the method stood. */
export const heldOut: Planting[] = [
  { ...usual, name: 'held out: other lengths and shares', seed: 'kept aside 1', charts: 48, notes: [3, 20], lengths: [34, 120], copies: [0, 5], natural: 0.25, templates: 0.5, imports: 0.6, wraps: true },
  { ...usual, name: 'held out: anywhere, other case', seed: 'kept aside 2', charts: 80, anywhere: true, cosmetic: true, authored: [30, 400], templatesOfUnit: 2 },
];

/** The same on real visit notes and on dialogues (ACI-BENCH); null where they do not lie beside the repository. */
export function sharedPlantings(root: string): Planting[] | null {
  const aci = aciBench(root);
  if (!aci) return null;
  return [
    ...[0, 0.02, 0.05, 0.1].map((editRate): Planting => ({ ...usual, name: `ACI-BENCH notes, ${editRate * 100} % edits`, seed: 'aci', charts: 30, notes: [3, 8], authored: [60, 150], natural: 0, templatesOfUnit: 1, templates: 0.5, base: aci.notes, editRate, cosmetic: true })),
    { ...usual, name: 'ACI-BENCH dialogues', seed: 'dialogues', charts: 50, natural: 0, base: aci.dialogues, cosmetic: true, wraps: true },
    { ...usual, name: 'held out: dialogues and notes mixed', seed: 'kept aside 3', charts: 45, natural: 0, lengths: [30, 110], copies: [0, 4], templatesOfUnit: 2, anywhere: true, base: [...aci.notes.slice(100), ...aci.dialogues.slice(0, 150)], cosmetic: true },
  ];
}
