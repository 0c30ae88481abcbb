// Which requests does this room answer?
import { serve, type Route } from '../../tools/server/http.ts';
import { passes, checkText } from './charter-check.ts';
import { fhirWords } from './charter-fhir.ts';
import { charterSchema } from './charter-schema.ts';
import * as charters from './keep-charters.ts';
import * as deployments from './keep-deployments.ts';
import * as people from './keep-people.ts';
import * as places from './keep-places.ts';
import * as products from './keep-products.ts';
import * as api from './model.ts';
import { scimRoutes } from './scim-routes.ts';

// A deployment's name stands where these words stand, so these come first.
const words: Route[] = [
  serve(api.getOrganization, ({ house }) => places.organization(house)),
  serve(api.setOrganization, ({ house, caller, body }) => places.setOrganization(house, caller, body)),
  serve(api.listFacilities, ({ house, query }) => places.facilities(house, query)),
  serve(api.addFacility, ({ house, caller, body }) => places.addFacility(house, caller, body)),
  serve(api.changeFacility, ({ house, caller, params, body }) => places.changeFacility(house, caller, params.facility, body)),
  serve(api.removeFacility, ({ house, caller, params }) => places.removeFacility(house, caller, params.facility)),
  serve(api.listUnits, ({ house, query }) => places.units(house, query)),
  serve(api.addUnit, ({ house, caller, params, body }) => places.addUnit(house, caller, params.facility, body)),
  serve(api.changeUnit, ({ house, caller, params, body }) => places.changeUnit(house, caller, params.facility, params.unit, body)),
  serve(api.removeUnit, ({ house, caller, params }) => places.removeUnit(house, caller, params.facility, params.unit)),

  serve(api.listPeople, ({ house, query }) => people.people(house, query)),
  serve(api.importPeople, ({ house, caller, body }) => people.importPeople(house, caller, body)),
  serve(api.getPerson, ({ house, params }) => people.person(house, params.person)),
  ...scimRoutes,

  serve(api.listProducts, ({ house, caller, query }) => products.products(house, caller, query)),
  serve(api.addProduct, ({ house, caller, body }) => products.addProduct(house, caller, body)),
  serve(api.addProductVersion, ({ house, caller, params, body }) => products.addProductVersion(house, caller, params.product, body)),

  serve(api.getCharterSchema, async () => charterSchema()),
  serve(api.checkCharterText, async ({ body }) => {
    const check = checkText(body.text, fhirWords);
    const alone = { severity: 'error' as const, line: 1, column: 1, path: '', says: 'This is a data section only, not a whole charter.', next: '`attending charter example` shows what else belongs to one.' };
    return { valid: passes(check), problems: [...check.problems, ...(check.dataOnly ? [alone] : [])], charter: check.charter };
  }),
];

export const routes: readonly Route[] = [
  ...words,
  serve(api.listDeployments, ({ house, caller, query }) => deployments.deployments(house, caller, query)),
  serve(api.createDeployment, ({ house, caller, body }) => deployments.createDeployment(house, caller, body)),
  serve(api.getDeployment, ({ house, caller, params }) => deployments.deployment(house, caller, params.deployment)),
  serve(api.changeDeployment, ({ house, caller, params, body }) => deployments.changeDeployment(house, caller, params.deployment, body)),
  serve(api.changeVersion, ({ house, caller, params, body }) => deployments.changeVersion(house, caller, params.deployment, body.version, body.reason)),
  serve(api.acceptOwnership, ({ house, caller, params, body }) => deployments.acceptOwnership(house, caller, params.deployment, body.hoursPerWeek)),
  serve(api.listDeploymentEvents, ({ house, caller, params, query }) => deployments.events(house, caller, params.deployment, query)),

  serve(api.getCharter, ({ house, caller, params, query }) => charters.charterOf(house, caller, params.deployment, query.version)),
  serve(api.saveCharter, ({ house, caller, params, body }) => charters.saveCharter(house, caller, params.deployment, body)),
  serve(api.lockSection, ({ house, caller, params, body }) => charters.lockSection(house, caller, params.deployment, body.section, body.version)),
  serve(api.listCharterVersions, ({ house, caller, params, query }) => charters.charterVersions(house, caller, params.deployment, query)),
  serve(api.diffCharter, ({ house, caller, params, query }) => charters.charterDiff(house, caller, params.deployment, query.from, query.to)),
];
