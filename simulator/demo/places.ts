// How do the three hospitals and their departments come into the product?
import { addFacility, addUnit, importPeople, listFacilities, listUnits, setOrganization } from '../../src/spine/deployments/model.ts';
import { Problem } from '../../src/tools/base/problem.ts';
import { departmentName, hospitals, locationId, organizationId, system } from '../hospitals.ts';
import { all, type Api } from './api.ts';
import { rosterCsv } from './people.ts';

/** The organization, its hospitals and departments, each with the names the export calls them by. */
export async function loadPlaces(administrator: Api): Promise<void> {
  await administrator.ask(setOrganization, { body: { name: system.name, size: 'system' } });
  const facilities = new Set((await all((after) => administrator.ask(listFacilities, { query: { after } }))).map(({ slug }) => slug));
  const units = new Set((await all((after) => administrator.ask(listUnits, { query: { after } }))).map(({ facility, slug }) => `${facility}/${slug}`));
  for (const hospital of hospitals) {
    if (!facilities.has(hospital.slug)) await administrator.ask(addFacility, { body: { slug: hospital.slug, name: hospital.name, aliases: [`Organization/${organizationId(hospital)}`] } });
    for (const department of hospital.departments)
      if (!units.has(`${hospital.slug}/${department.slug}`))
        await administrator.ask(addUnit, {
          params: { facility: hospital.slug },
          body: { slug: department.slug, name: department.name, aliases: [`Location/${locationId(hospital, department)}`, departmentName(hospital, department)] },
        });
  }
}

/** The roster, as the CSV a personnel office would send. Importing it again changes nothing. Returns how many people it names. */
export async function loadRoster(administrator: Api, seed: string): Promise<number> {
  const report = await administrator.ask(importPeople, { body: { csv: rosterCsv(seed), file: 'ocotillo-roster.csv' } }, { fresh: true });
  if (!report.imported) throw new Problem('unprocessable', 'The demo roster was refused.', 'Start with an empty data folder, or ATTENDING_DEMO=off.', report.errors.map(({ line, field, says }) => ({ line, path: field ?? '', says })));
  return report.rows;
}
