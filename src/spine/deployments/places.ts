// Which organization, facilities and units (departments) are there?
import { z } from 'zod';
import { endpoint, instant, page, paging, staff, type Role } from '../../tools/base/endpoint.ts';
import { idOf, slug } from '../../tools/base/id.ts';
import { line } from './plain-text.ts';

const keepsPlaces: Role[] = ['administrator', 'governance'];
const name = line(200).min(1);
/** The values by which exports and feeds call this place, so that measured data find their way to it. */
const aliases = z.array(line(200).min(1)).max(50).describe('What exports and feeds call it, e.g. `Organization/12` or `MICU`.');

export const organization = z.strictObject({
  name,
  /** Only ratios are portable between sizes of organization, so the size is said, not guessed. */
  size: z.enum(['practice', 'community', 'regional', 'academic', 'system']).nullable(),
  updatedAt: instant.nullable(),
});
export type Organization = z.infer<typeof organization>;

export const facility = z.strictObject({
  id: idOf('fac'),
  slug,
  name,
  aliases,
  units: z.int().min(0).describe('How many units it has.'),
  updatedAt: instant,
});
export type Facility = z.infer<typeof facility>;

export const unit = z.strictObject({
  id: idOf('unit'),
  facility: slug,
  slug,
  name,
  aliases,
  people: z.int().min(0).nullable().describe('Active people of the roster; null where fewer than 5, so that nobody is singled out.'),
  updatedAt: instant,
});
export type Unit = z.infer<typeof unit>;

const facilityParams = z.strictObject({ facility: slug });
const unitParams = z.strictObject({ facility: slug, unit: slug });
const newPlace = z.strictObject({ slug, name, aliases: aliases.default([]) });
const changedPlace = z.strictObject({ name: name.optional(), aliases: aliases.optional() });
export const done = z.strictObject({ done: z.literal(true) });

export const getOrganization = endpoint({
  name: 'deployments.organization', method: 'GET', path: '/api/v1/deployments/organization',
  says: 'Tells the name and size of the organization.', who: staff, output: organization,
});
export const setOrganization = endpoint({
  name: 'deployments.set-organization', method: 'PUT', path: '/api/v1/deployments/organization',
  says: 'Names the organization.', who: keepsPlaces, body: organization.omit({ updatedAt: true }), output: organization,
});
export const listFacilities = endpoint({
  name: 'deployments.facilities', method: 'GET', path: '/api/v1/deployments/facilities',
  says: 'Lists the facilities by name.', who: staff, query: z.strictObject(paging), output: page(facility),
});
export const addFacility = endpoint({
  name: 'deployments.add-facility', method: 'POST', path: '/api/v1/deployments/facilities',
  says: 'Adds a facility.', who: keepsPlaces, body: newPlace, output: facility, status: 201,
});
export const changeFacility = endpoint({
  name: 'deployments.change-facility', method: 'PATCH', path: '/api/v1/deployments/facilities/:facility',
  says: 'Changes the name or the aliases of a facility.', who: keepsPlaces, params: facilityParams, body: changedPlace, output: facility,
});
export const removeFacility = endpoint({
  name: 'deployments.remove-facility', method: 'DELETE', path: '/api/v1/deployments/facilities/:facility',
  says: 'Removes a facility that nothing refers to.', who: keepsPlaces, params: facilityParams, output: done,
});
export const listUnits = endpoint({
  name: 'deployments.units', method: 'GET', path: '/api/v1/deployments/units',
  says: 'Lists units, of all facilities or of one.', who: staff, query: z.strictObject({ ...paging, facility: slug.optional() }), output: page(unit),
});
export const addUnit = endpoint({
  name: 'deployments.add-unit', method: 'POST', path: '/api/v1/deployments/facilities/:facility/units',
  says: 'Adds a unit to a facility.', who: keepsPlaces, params: facilityParams, body: newPlace, output: unit, status: 201,
});
export const changeUnit = endpoint({
  name: 'deployments.change-unit', method: 'PATCH', path: '/api/v1/deployments/facilities/:facility/units/:unit',
  says: 'Changes the name or the aliases of a unit.', who: keepsPlaces, params: unitParams, body: changedPlace, output: unit,
});
export const removeUnit = endpoint({
  name: 'deployments.remove-unit', method: 'DELETE', path: '/api/v1/deployments/facilities/:facility/units/:unit',
  says: 'Removes a unit that nothing refers to.', who: keepsPlaces, params: unitParams, output: done,
});
