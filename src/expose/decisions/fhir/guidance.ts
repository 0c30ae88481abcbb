// How does a decision of an AI read as a GuidanceResponse of FHIR R4?
import { asFhir } from '../../../spine/ledger/ledger.ts';
import { kinds } from '../entry-kinds.ts';
import type { Recorded } from '../event.ts';

/** What became of a decision after it was recorded; null or absent where nobody has told. */
export interface Became {
  disposition: string;
  delivered: boolean | null;
  act: string | null;
  actAt: string | null;
  reason: string | null;
  actedAt: string | null;
  outcomes: readonly { name: string; at: string; positive: boolean | null; acted: boolean; value: number | null }[];
}

/** What the model needs, of the charter: named where the answer was that data are missing. */
export interface Needed {
  resource: string;
  path: string;
  codes: readonly { system: string; code: string }[];
}

export interface GuidanceOf {
  /** The origin of the ledger: what the systems of its identifiers end in. */
  origin: string;
  deployment: string;
  /** The product's name; null where only the ledger is at hand. */
  product: string | null;
  event: Recorded;
  became: Became | null;
  needs: readonly Needed[];
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Resource = { resourceType: 'GuidanceResponse'; id: string } & { [element: string]: Json };

/**
 * `success`: the AI answered, whatever was done with it. `data-required`: it said that data are missing (412).
 * `failure`: no usable answer, or none in time, or it was not asked because it is stopped.
 */
export function statusOf({ disposition, label }: { disposition: string; label: string | null }): 'success' | 'data-required' | 'failure' {
  if (disposition === 'withheld' && label === 'vendor-412') return 'data-required';
  if (disposition === 'late' || disposition === 'killed') return 'failure';
  if (disposition === 'withheld') return label?.startsWith('system-actions') ? 'success' : 'failure';
  return 'success';
}

const unspoken: Record<string, string> = {
  late: 'The answer was not there in time, and nobody saw it.',
  killed: 'The AI is stopped; nobody saw an answer.',
  withheld: 'The answer was not released: it could not be recorded, was unusable, or broke a rule of safety.',
};

/**
 * A GuidanceResponse by https://hl7.org/fhir/R4/guidanceresponse.html: required `moduleUri` and `status`, and beside
 * them all that is known. The output stands in a contained Parameters, because R4 has no other place for a score or a
 * class; people are references of this house, never identifiers.
 */
export function guidanceOf({ origin, deployment, product, event, became, needs }: GuidanceOf): Resource {
  const urn = (what: string) => `urn:attending:${what}:${origin}`;
  const disposition = became?.disposition ?? event.disposition;
  const status = statusOf({ disposition, label: event.label });
  const contained: Json[] = [{ resourceType: 'Parameters', id: 'output', parameter: parametersOf(event, disposition, became) }];
  if (status !== 'success') contained.push({ resourceType: 'OperationOutcome', id: 'because', issue: [{ severity: status === 'failure' ? 'error' : 'warning', code: codeOf(disposition), diagnostics: event.label ?? disposition, details: { text: unspoken[disposition] ?? 'The AI gave no usable answer.' } }] });
  return {
    resourceType: 'GuidanceResponse',
    id: event.decision.replaceAll('_', '-'),
    contained,
    requestIdentifier: { system: urn('request'), value: event.decision },
    identifier: [{ system: urn('decision'), value: event.decision }],
    moduleUri: `urn:attending:module:${deployment}|${event.version}`,
    status,
    subject: { type: 'Patient', identifier: { system: urn('subject'), value: event.subject } },
    ...(event.encounter !== null && { encounter: { type: 'Encounter', identifier: { system: urn('encounter'), value: event.encounter } } }),
    occurrenceDateTime: event.at,
    performer: { type: 'Device', identifier: { system: urn('deployment'), value: deployment }, display: `${product ?? 'AI'} ${event.version}` },
    ...(status !== 'success' && { evaluationMessage: [{ reference: '#because' }] }),
    outputParameters: { reference: '#output' },
    ...(status === 'data-required' && needs.length > 0 && { dataRequirement: needs.map(requirementOf) }),
  };
}

const codeOf = (disposition: string): string => (disposition === 'late' ? 'timeout' : disposition === 'killed' ? 'suppressed' : 'processing');

const requirementOf = ({ resource, path, codes }: Needed): Json => ({
  type: resource,
  mustSupport: [path],
  ...(codes.length > 0 && { codeFilter: [{ path: 'code', code: codes.map(({ system, code }) => ({ system, code })) }] }),
});

function parametersOf(event: Recorded, disposition: string, became: Became | null): Json[] {
  const found: Json[] = [];
  const put = (name: string, kind: 'String' | 'Code' | 'Decimal' | 'Boolean' | 'Instant', value: string | number | boolean | null | undefined) => {
    if (value !== null && value !== undefined) found.push({ name, [`value${kind}`]: value });
  };
  put('disposition', 'Code', disposition);
  put('class', 'String', event.class);
  put('score', 'Decimal', event.score);
  put('label', 'String', event.label);
  put('critical', 'Boolean', event.critical);
  put('rule', 'String', event.rule);
  put('arm', 'String', event.arm);
  put('assurance', 'Code', event.assurance);
  put('asked', 'Instant', event.askedAt);
  put('shown', 'Instant', event.shownAt);
  put('decision-moment', 'Instant', event.momentAt);
  put('facility', 'String', event.facility);
  put('department', 'String', event.department);
  if (became) {
    put('delivered', 'Boolean', became.delivered);
    put('act', 'Code', became.act);
    put('act-at', 'Instant', became.actAt);
    put('override-reason', 'String', became.reason);
    put('acted-at', 'Instant', became.actedAt);
    for (const one of became.outcomes) {
      const part: Json[] = [{ name: 'name', valueString: one.name }, { name: 'at', valueInstant: one.at }, { name: 'acted', valueBoolean: one.acted }];
      if (one.positive !== null) part.push({ name: 'positive', valueBoolean: one.positive });
      if (one.value !== null) part.push({ name: 'value', valueDecimal: one.value });
      found.push({ name: 'outcome', part });
    }
  }
  return found;
}

// In the export of the ledger every single decision is one as well; what came in batches is in the export of this room.
asFhir(kinds.recorded.kind, (entry, { origin }) => [guidanceOf({ origin, deployment: entry.deployment ?? '', product: null, event: entry.body as unknown as Recorded, became: null, needs: [] })]);
