// How does an entry of the ledger read as FHIR R4, for an auditor's or a hospital's own systems?
import { hexOf } from '../base64.ts';
import type { Entry } from '../model.ts';

/** A FHIR R4 resource, as plain JSON. */
export interface Resource {
  resourceType: 'AuditEvent' | 'Provenance' | 'GuidanceResponse';
  id: string;
  [element: string]: unknown;
}

/** What an entry is written with beside itself. */
export interface Around {
  /** The origin of the ledger: the system of its identifiers. */
  origin: string;
  leafHash: Uint8Array;
}

/** Makes resources of an entry beyond its AuditEvent. */
export type Mapper = (entry: Entry, around: Around) => Resource[];

const mappers = new Map<string, Mapper>();

/**
 * Declares what entries of a kind, or of all of a noun (`decision.*`), are in FHIR beside their AuditEvent. The room
 * that writes the kind declares it, next to the kind: decisions become GuidanceResponse this way.
 */
export function asFhir(kind: string, mapper: Mapper): void {
  mappers.set(kind, mapper);
}

/** Every resource an entry becomes: an AuditEvent always, and what its kind was declared to be. */
export function resourcesOf(entry: Entry, around: Around): Resource[] {
  const mapper = mappers.get(entry.kind) ?? mappers.get(`${entry.kind.split('.')[0]}.*`);
  return [auditEvent(entry, around), ...(mapper?.(entry, around) ?? [])];
}

/** Ids of FHIR have at most 64 letters, digits, hyphens and dots. */
export const fhirId = (what: string, { position }: Entry): string => `${what}-${position}`;

const urn = (origin: string, what: string): string => `urn:attending:${what}:${origin}`;
const identifierOf = (entry: Entry, { origin }: Around) => ({ system: urn(origin, 'ledger'), value: String(entry.position) });
const reference = (system: string, value: string) => ({ identifier: { system, value } });
const agentOf = ({ actor }: Entry, { origin }: Around) => ({ identifier: { system: urn(origin, actor.kind), value: actor.ref }, display: actor.kind === 'system' ? 'Attending' : `${actor.kind} ${actor.ref}` });

/** https://hl7.org/fhir/R4/auditevent.html. Action: `R` for what only looked, `C` for what was made, else `E`. */
function auditEvent(entry: Entry, around: Around): Resource {
  const [noun = '', verb = ''] = entry.kind.split('.');
  const looked = /^(opened|revealed|found|seen|rows-seen|downloaded|read)$/.test(verb);
  const made = /(created|added|placed|recorded|made|saved)$/.test(verb);
  return {
    resourceType: 'AuditEvent',
    id: fhirId('audit', entry),
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest', display: 'RESTful Operation' },
    subtype: [{ system: urn(around.origin, 'kind'), code: entry.kind }],
    action: looked ? 'R' : made ? 'C' : 'E',
    recorded: entry.at,
    outcome: '0',
    agent: [{ who: agentOf(entry, around), requestor: entry.actor.kind !== 'system', ...(entry.actor.roles.length > 0 && { role: [{ coding: entry.actor.roles.map((code) => ({ system: 'urn:attending:role', code })) }] }) }],
    source: { site: around.origin, observer: { identifier: { system: 'urn:attending:ledger', value: around.origin } }, type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '4', display: 'Application Server' }] },
    entity: [
      { what: reference(urn(around.origin, noun), entry.subject), detail: [{ type: 'ledger-position', valueString: String(entry.position) }, { type: 'leaf-hash-sha256', valueString: hexOf(around.leafHash) }, { type: 'body', valueString: JSON.stringify(entry.body) }] },
      ...(entry.deployment === null ? [] : [{ what: reference(urn(around.origin, 'deployment'), entry.deployment) }]),
    ],
  };
}

/** https://hl7.org/fhir/R4/provenance.html: who made a record what it is. */
function provenance(entry: Entry, around: Around): Resource {
  return {
    resourceType: 'Provenance',
    id: fhirId('provenance', entry),
    target: [reference(urn(around.origin, entry.kind.split('.')[0]!), entry.subject)],
    occurredDateTime: entry.at,
    recorded: entry.at,
    activity: { coding: [{ system: urn(around.origin, 'kind'), code: entry.kind }] },
    agent: [{ type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' }] }, who: agentOf(entry, around) }],
    entity: [{ role: 'source', what: { identifier: identifierOf(entry, around) } }],
  };
}

/** What a decision's entry says, as far as GuidanceResponse has a place for it. */
export interface Guidance {
  /** The subject's reference, never an identifier. */
  subject?: string;
  /** The product or model that answered. */
  module: string;
  /** False where the AI failed to answer. */
  success: boolean;
}

/** https://hl7.org/fhir/R4/guidanceresponse.html, for the room that records decisions. */
export function guidanceResponse(entry: Entry, around: Around, { subject, module, success }: Guidance): Resource {
  return {
    resourceType: 'GuidanceResponse',
    id: fhirId('guidance', entry),
    identifier: [identifierOf(entry, around)],
    moduleUri: module,
    status: success ? 'success' : 'failure',
    ...(subject !== undefined && { subject: reference(urn(around.origin, 'subject'), subject) }),
    occurrenceDateTime: entry.at,
    performer: { identifier: { system: urn(around.origin, entry.actor.kind), value: entry.actor.ref } },
  };
}

// What changes a record of the house: its provenance. Decisions are declared by the room that writes them.
for (const noun of ['charter', 'deployment', 'gate', 'waiver', 'threshold', 'audit', 'review', 'organization', 'unit', 'roster', 'product']) asFhir(`${noun}.*`, (entry, around) => [provenance(entry, around)]);
