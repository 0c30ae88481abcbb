// What does a span or log record of a GenAI product say in this house's words?
import type { Attribute, LogRecord, Span } from './messages.ts';

export type Value = null | string | number | boolean | Value[] | { [key: string]: Value };
export type Attributes = Record<string, Value>;

/** `line`: a line of a batch for this deployment. `nothing`: not meant for this house; `unnamed`: the answer of a model that names no deployment; `wrong`: one that does, but not usable. */
export type Mapped = { kind: 'line'; deployment: string; line: Record<string, unknown> } | { kind: 'nothing' } | { kind: 'unnamed' } | { kind: 'wrong'; says: string };

const nothing: Mapped = { kind: 'nothing' };
const unnamed: Mapped = { kind: 'unnamed' };

/** An AnyValue as plain JSON. Whole numbers beyond what JSON numbers hold stay text. */
export function plain(value: unknown, depth = 0): Value {
  if (typeof value !== 'object' || value === null || depth > 40) return null;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value as Record<string, unknown>;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  if (typeof intValue === 'string' || typeof intValue === 'number') return Number.isSafeInteger(Number(intValue)) ? Number(intValue) : String(intValue);
  if (typeof doubleValue === 'number') return Number.isFinite(doubleValue) ? doubleValue : null;
  if (arrayValue) return listIn(arrayValue).map((one) => plain(one, depth + 1));
  if (kvlistValue) return Object.fromEntries(listIn(kvlistValue).map((one) => [String((one as Attribute).key), plain((one as Attribute).value, depth + 1)]));
  return typeof bytesValue === 'string' ? bytesValue : null;
}

const listIn = (value: unknown): unknown[] => {
  const { values } = value as { values?: unknown };
  return Array.isArray(values) ? values : [];
};

export const attributesOf = (list: readonly Attribute[] | null | undefined): Attributes => Object.fromEntries((list ?? []).map(({ key, value }) => [key, plain(value)]));

/** Operations that answer somebody; embeddings, tools and retrievals are steps on the way. */
const answers = new Set(['chat', 'text_completion', 'generate_content', 'invoke_agent']);

/**
 * A span with GenAI attributes (OpenTelemetry semantic conventions for generative AI) or those of OpenInference
 * (`llm.model_name`, `openinference.span.kind`) that names a deployment. docs/decisions.md has the table.
 */
export function ofSpan(span: Span, resource: Attributes): Mapped {
  const found = { ...resource, ...attributesOf(span.attributes) };
  if (!isAnswer(found)) return nothing;
  if (!namesDeployment(found)) return unnamed;
  const events = (span.events ?? []).filter(({ name }) => name?.startsWith('gen_ai.')).map(({ name, attributes }) => ({ event: name ?? '', ...attributesOf(attributes) }));
  return decisionOf(found, span, instantOf(span.endTimeUnixNano), instantOf(span.startTimeUnixNano), { name: span.name ?? null, ...(events.length > 0 && { events }) });
}

/** A log record: details of an answer (`gen_ai.client.inference.operation.details`), or what became of one (`attending.…`). */
export function ofLog(record: LogRecord, resource: Attributes): Mapped {
  const found = { ...resource, ...attributesOf(record.attributes) };
  const event = record.eventName || textOf(found['event.name']);
  const at = instantOf(record.timeUnixNano) ?? instantOf(record.observedTimeUnixNano);
  if (event?.startsWith('gen_ai.')) return !isAnswer(found) ? nothing : namesDeployment(found) ? decisionOf(found, record, at, null, record.body ? { body: plain(record.body) } : {}) : unnamed;
  const what = /^attending\.(feedback|outcome|use)$/.exec(event ?? '')?.[1];
  if (!what) return nothing;
  const deployment = textOf(found['attending.deployment']);
  if (!deployment) return unnamed;
  const key = keyOf(found, record);
  if (!key) return wrong('neither attending.key nor a trace and span id says which decision it is about');
  const shared = { what, key, at, user: userOf(found) };
  const reason = textOf(found['attending.reason']);
  const line =
    what === 'feedback' ? { ...shared, act: found['attending.act'], edited: found['attending.edited'], dwellMs: found['attending.dwell_ms'], ...(reason && { reason: { code: reason, text: textOf(found['attending.reason.text']) } }) }
    : what === 'outcome' ? { what, key, at, name: found['attending.outcome'], positive: found['attending.positive'] ?? null, acted: found['attending.acted'], value: found['attending.value'] }
    : { ...shared, touch: found['attending.touch'], ms: found['attending.ms'] };
  return { kind: 'line', deployment, line };
}

const namesDeployment = (found: Attributes): boolean => 'attending.deployment' in found;
const isAnswer = (found: Attributes): boolean => {
  const operation = found['gen_ai.operation.name'];
  if (operation !== undefined) return answers.has(String(operation));
  return modelOf(found) !== undefined && (found[openInferenceKind] ?? 'LLM') === 'LLM';
};

/** OpenInference says by this attribute what a span is; agents, chains and tools are the way to an `LLM`. */
const openInferenceKind = 'openinference.span.kind';
const modelOf = (found: Attributes) => textOf(found['gen_ai.response.model']) ?? textOf(found['gen_ai.request.model']) ?? textOf(found['llm.model_name']);
/** What was asked and answered, in the names of either convention. */
const ofTheAnswer = /^(?:gen_ai|llm|input|output)\./;

function decisionOf(found: Attributes, ids: Pick<Span, 'traceId' | 'spanId'>, at: string | null, askedAt: string | null, more: Record<string, Value>): Mapped {
  const deployment = textOf(found['attending.deployment']);
  const subject = textOf(found['attending.subject']);
  const version = modelOf(found);
  const key = keyOf(found, ids);
  if (!deployment) return wrong('attending.deployment is no text');
  if (!subject) return wrong('attending.subject, the patient, is missing');
  if (!version) return wrong('none of gen_ai.response.model, gen_ai.request.model and llm.model_name says which model answered');
  if (!key) return wrong('neither attending.key nor a trace and span id names it');
  const asked = Object.fromEntries(Object.entries(found).filter(([name]) => ofTheAnswer.test(name)));
  const line = {
    what: 'decision', key, at, askedAt, subject, encounter: textOf(found['attending.encounter']), user: userOf(found), facility: found['attending.facility'], department: found['attending.department'], version,
    output: { class: found['attending.class'], score: found['attending.score'], label: found['attending.label'], critical: found['attending.critical'] },
    disposition: found['attending.disposition'], rule: found['attending.rule'], arm: found['attending.arm'], momentAt: found['attending.moment'],
    payload: { ...asked, ...more },
  };
  return { kind: 'line', deployment, line };
}

const wrong = (says: string): Mapped => ({ kind: 'wrong', says });
const textOf = (value: Value | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined);
const userOf = (found: Attributes) => textOf(found['attending.user']) ?? textOf(found['enduser.id']) ?? textOf(found['user.id']);
const keyOf = (found: Attributes, { traceId, spanId }: Pick<Span, 'traceId' | 'spanId'>) => textOf(found['attending.key']) ?? (traceId && spanId ? `${traceId.toLowerCase()}/${spanId.toLowerCase()}` : undefined);

/** Nanoseconds since 1970 as an instant; null where none was told. */
const instantOf = (nanos: string | null | undefined): string | null => {
  const milliseconds = Number(BigInt(nanos ?? '0') / 1_000_000n);
  return milliseconds === 0 || milliseconds > 8.64e15 ? null : new Date(milliseconds).toISOString();
};
