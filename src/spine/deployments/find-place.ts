// Which facility or unit is meant by this word of a roster, a charter or an identity provider?
import type { FacilityRow, UnitRow } from './records.ts';

/** Text as it is compared: lower case, without accents and double spaces. */
export const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();

export interface Places {
  facilities: FacilityRow[];
  units: UnitRow[];
}

const isCalled = (place: { slug: string; name: string; aliases: string[] }, word: string) =>
  [place.slug, place.name, ...place.aliases].some((name) => fold(name) === fold(word));

/** The facility called so, by slug, name or alias; null where none is, or where two are. */
export function facilityCalled({ facilities }: Places, word: string): FacilityRow | null {
  const found = facilities.filter((facility) => facility.slug === word);
  const all = found.length > 0 ? found : facilities.filter((facility) => isCalled(facility, word));
  return all.length === 1 ? all[0]! : null;
}

/** The unit called so in this facility, or, without a facility, in the only one that has it. */
export function unitCalled({ units }: Places, facilityId: string | null, word: string): UnitRow | null {
  const here = units.filter((unit) => facilityId === null || unit.facility_id === facilityId);
  const found = here.filter((unit) => unit.slug === word);
  const all = found.length > 0 ? found : here.filter((unit) => isCalled(unit, word));
  return all.length === 1 ? all[0]! : null;
}

/** A slug made of a name: `Emergency Dept. (East)` becomes `emergency-dept-east`. */
export const slugFrom = (name: string): string => {
  const made = fold(name).replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 64).replace(/-+$/, '');
  return made.length >= 2 ? made : `x-${made || 'place'}`;
};
