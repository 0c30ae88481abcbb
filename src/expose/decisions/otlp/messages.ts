// Which messages of OTLP are read, and which of their fields?
import { z } from 'zod';
import type { Message } from './protobuf.ts';

// Field numbers: opentelemetry-proto 1.x, common/v1, resource/v1, trace/v1, logs/v1 and their collectors.
const value = (): Message => ({
  1: { name: 'stringValue', is: 'text' }, 2: { name: 'boolValue', is: 'truth' }, 3: { name: 'intValue', is: 'long' }, 4: { name: 'doubleValue', is: 'double' },
  5: { name: 'arrayValue', is: () => ({ 1: { name: 'values', is: value, many: true } }) }, 6: { name: 'kvlistValue', is: () => ({ 1: { name: 'values', is: keyValue, many: true } }) }, 7: { name: 'bytesValue', is: 'bytes' },
});
const keyValue = (): Message => ({ 1: { name: 'key', is: 'text' }, 2: { name: 'value', is: value } });
const attributes = { name: 'attributes', is: keyValue, many: true } as const;
const resource = (): Message => ({ 1: attributes });
const spanEvent = (): Message => ({ 1: { name: 'timeUnixNano', is: 'fixed64' }, 2: { name: 'name', is: 'text' }, 3: attributes });
const span = (): Message => ({
  1: { name: 'traceId', is: 'hex' }, 2: { name: 'spanId', is: 'hex' }, 5: { name: 'name', is: 'text' },
  7: { name: 'startTimeUnixNano', is: 'fixed64' }, 8: { name: 'endTimeUnixNano', is: 'fixed64' }, 9: attributes, 11: { name: 'events', is: spanEvent, many: true },
});
const logRecord = (): Message => ({
  1: { name: 'timeUnixNano', is: 'fixed64' }, 5: { name: 'body', is: value }, 6: attributes, 9: { name: 'traceId', is: 'hex' }, 10: { name: 'spanId', is: 'hex' }, 11: { name: 'observedTimeUnixNano', is: 'fixed64' }, 12: { name: 'eventName', is: 'text' },
});
const list = (outer: string, inner: string, item: () => Message, items: string): Message => ({
  1: { name: outer, many: true, is: () => ({ 1: { name: 'resource', is: resource }, 2: { name: inner, many: true, is: () => ({ 2: { name: items, is: item, many: true } }) } }) },
});
export const messages = { traces: list('resourceSpans', 'scopeSpans', span, 'spans'), logs: list('resourceLogs', 'scopeLogs', logRecord, 'logRecords') };

// The same in JSON. Unknown members are passed over, as the specification asks; null stands for left out.
const left = <S extends z.ZodType>(schema: S) => schema.nullish();
const attribute = z.object({ key: z.string(), value: left(z.record(z.string(), z.unknown())) });
export type Attribute = z.infer<typeof attribute>;
const id = z.string().regex(/^[0-9A-Fa-f]*$/, 'an id in hexadecimal');
// Some exporters write these as JSON numbers, which are beyond what is exact there: off by some hundred nanoseconds, and read all the same.
const nanos = z.union([z.string().regex(/^\d{1,20}$/), z.number().min(0).max(2 ** 64).refine(Number.isInteger)]).transform(String);
const about = z.object({ attributes: left(z.array(attribute)) });
const one = { traceId: left(id), spanId: left(id), attributes: left(z.array(attribute)) };
export const spanSchema = z.object({ ...one, name: left(z.string()), startTimeUnixNano: left(nanos), endTimeUnixNano: left(nanos), events: left(z.array(z.object({ name: left(z.string()), attributes: left(z.array(attribute)) }))) });
export const logSchema = z.object({ ...one, timeUnixNano: left(nanos), observedTimeUnixNano: left(nanos), eventName: left(z.string()), body: left(z.record(z.string(), z.unknown())) });
export type Span = z.output<typeof spanSchema>;
export type LogRecord = z.output<typeof logSchema>;

export const bodies = {
  traces: z.object({ resourceSpans: left(z.array(z.object({ resource: left(about), scopeSpans: left(z.array(z.object({ spans: left(z.array(spanSchema)) }))) }))) }),
  logs: z.object({ resourceLogs: left(z.array(z.object({ resource: left(about), scopeLogs: left(z.array(z.object({ logRecords: left(z.array(logSchema)) }))) }))) }),
};
