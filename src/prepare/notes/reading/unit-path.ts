// What does a path of the charter's `unitPaths` give on an Encounter?
import { pathOn } from '../../../tools/fhir/evaluate.ts';
import { PathError } from '../../../tools/fhir/fhirpath.ts';
import type { Json, Resource } from './cutting.ts';

const read = new Map<string, (resource: Resource) => Json[]>();

/** FHIRPath in the subset of SQL on FHIR, compiled once. @throws Problem when the path cannot be used. */
export function unitPath(path: string): (resource: Resource) => Json[] {
  const known = read.get(path);
  if (known) return known;
  // The reference itself is read below, whatever of it the path asks for.
  const evaluate = pathOn(path.replace(/\.getReferenceKey\([A-Za-z]*\)$/, ''), 'Encounter');
  const found = (resource: Resource): Json[] => {
    try {
      return evaluate(resource as never) as Json[];
    } catch (error) {
      // Several values where the path allows one: this encounter names no unit.
      if (error instanceof PathError) return [];
      throw error;
    }
  };
  read.set(path, found);
  return found;
}
