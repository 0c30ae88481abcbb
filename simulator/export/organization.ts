// Which Organizations and Locations does the health system have?
import { departmentName, hospitals, locationId, organizationId, payers, system } from '../hospitals.ts';
import { hl7, meta, refer, type Resource } from './fhir.ts';

const kindOf = (code: string, display: string) => [{ coding: [{ system: hl7('organization-type'), code, display }] }];

/** The health system, its hospitals and the payers. */
export function* organizations(): Iterable<Resource> {
  yield { resourceType: 'Organization', id: 'org-system', meta, active: true, type: kindOf('prov', 'Healthcare Provider'), name: system.name, identifier: [{ system: 'urn:attending:simulator:organization', value: system.slug }] };
  for (const hospital of hospitals)
    yield {
      resourceType: 'Organization',
      id: organizationId(hospital),
      meta,
      identifier: [{ system: 'urn:attending:simulator:organization', value: hospital.slug }],
      active: true,
      type: kindOf('prov', 'Healthcare Provider'),
      name: hospital.name,
      address: [{ city: hospital.city, state: 'AZ', country: 'US' }],
      partOf: refer('Organization', 'org-system'),
    };
  for (const payer of payers) yield { resourceType: 'Organization', id: payer.id, meta, active: true, type: kindOf('pay', 'Payer'), name: payer.name };
}

const roleOf = { emergency: ['ER', 'Emergency room'], icu: ['ICU', 'Intensive care unit'], ward: ['HU', 'Hospital unit'], clinic: ['OF', 'Outpatient facility'] } as const;

/** One building per hospital, one Location per department. */
export function* locations(): Iterable<Resource> {
  const physical = (code: string, display: string) => ({ coding: [{ system: hl7('location-physical-type'), code, display }] });
  for (const hospital of hospitals) {
    yield { resourceType: 'Location', id: `loc-${hospital.code}`, meta, status: 'active', name: hospital.name, mode: 'instance', physicalType: physical('si', 'Site'), managingOrganization: refer('Organization', organizationId(hospital)) };
    for (const department of hospital.departments) {
      const [code, display] = roleOf[department.kind];
      yield {
        resourceType: 'Location',
        id: locationId(hospital, department),
        meta,
        identifier: [{ system: 'urn:attending:simulator:department', value: `${hospital.slug}/${department.slug}` }],
        status: 'active',
        name: departmentName(hospital, department),
        mode: 'instance',
        type: [{ coding: [{ system: hl7('v3-RoleCode'), code, display }] }],
        physicalType: physical('wa', 'Ward'),
        managingOrganization: refer('Organization', organizationId(hospital)),
        partOf: refer('Location', `loc-${hospital.code}`),
      };
    }
  }
}
