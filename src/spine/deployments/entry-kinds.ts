// Which things that happen here does the ledger remember?
import { entryKind } from '../ledger/model.ts';

export const kinds = {
  organizationNamed: entryKind('organization.named', 'The organization was named or renamed.'),
  placeAdded: entryKind('place.added', 'A facility or unit was added.'),
  placeChanged: entryKind('place.changed', 'The name or aliases of a facility or unit were changed.'),
  placeRemoved: entryKind('place.removed', 'A facility or unit was removed.'),
  rosterImported: entryKind('roster.imported', 'A roster was imported from CSV.'),
  personAdded: entryKind('person.added', 'An identity provider added a person.'),
  personChanged: entryKind('person.changed', 'An identity provider changed a person.'),
  personRemoved: entryKind('person.removed', 'An identity provider removed a person.'),
  productAdded: entryKind('product.added', 'An AI product was added.'),
  productVersionAdded: entryKind('product.version-added', 'A version of an AI product was added.'),
  created: entryKind('deployment.created', 'A deployment was created.'),
  changed: entryKind('deployment.changed', 'The title or the clocks of a deployment were changed.'),
  moved: entryKind('deployment.moved', 'A deployment moved to another stage.'),
  modeChanged: entryKind('deployment.mode-changed', 'What clinicians see of the AI was changed.'),
  versionChanged: entryKind('deployment.version-changed', 'A deployment runs on another version of its product.'),
  ownershipAccepted: entryKind('deployment.ownership-accepted', 'The clinical owner accepted the ownership.'),
  charterSaved: entryKind('charter.saved', 'A version of a charter was saved.'),
  charterLocked: entryKind('charter.locked', 'A section of a charter was locked.'),
  charterAmended: entryKind('charter.amended', 'A locked section of a charter was changed.'),
} as const;
