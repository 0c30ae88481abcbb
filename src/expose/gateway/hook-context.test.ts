// Is each member of the hook library's contexts looked at, and is a call never refused for it?
import { afterAll, describe, expect, it } from 'vitest';
import { shapeOf } from './fault-shape.ts';
import { hookLibrary, lintContext, misusedTokens } from './hook-context.ts';
import { spanAt, spansOf } from './json-spans.ts';
import { lintDiscovery } from './lint.ts';
import * as api from './model.ts';
import { policy } from './policy.ts';
import { call, card, json, openHospital, setPolicy, slug } from './test-ehr.ts';

const bundle = { resourceType: 'Bundle', type: 'collection', entry: [] };
/** A context that is sound, by hook. */
const sound: Record<string, Record<string, unknown>> = {
  'patient-view': { userId: 'Patient/1', patientId: '1', encounterId: 'e.1-A' },
  'order-select': { userId: 'Practitioner/1', patientId: '1', encounterId: '2', selections: ['MedicationRequest/1'], draftOrders: bundle },
  'order-sign': { userId: 'PractitionerRole/1', patientId: '1', encounterId: '2', draftOrders: bundle },
  'order-dispatch': { patientId: '1', dispatchedOrders: ['ServiceRequest/1'], performer: 'Organization/1', fulfillmentTasks: [] },
  'encounter-start': { userId: 'Practitioner/1', patientId: '1', encounterId: '2' },
  'encounter-discharge': { userId: 'Practitioner/1', patientId: '1', encounterId: '2' },
  'appointment-book': { userId: 'RelatedPerson/1', patientId: '1', encounterId: '2', appointments: bundle },
};
const hooks = Object.keys(hookLibrary);
const lint = (hook: string, context: unknown) => {
  const bytes = Buffer.from(JSON.stringify({ context }));
  return lintContext(bytes, hook, spanAt(spansOf(bytes, 100, 2), ['context'])!).map(({ path, says, severity }) => `${severity} ${path} ${says}`);
};
const without = (of: Record<string, unknown>, name: string) => Object.fromEntries(Object.entries(of).filter(([key]) => key !== name));

describe('the context of a call', () => {
  it('has nothing to say where everything is there, or only what is optional is missing', () => {
    expect(hooks).toEqual(Object.keys(sound));
    for (const hook of hooks) {
      expect([hook, lint(hook, sound[hook]!)]).toEqual([hook, []]);
      for (const [name, { required }] of Object.entries(hookLibrary[hook]!)) if (!required) expect([hook, name, lint(hook, without(sound[hook]!, name))]).toEqual([hook, name, []]);
    }
    expect(lint('hook-of-a-vendor', {})).toEqual([]);
  });

  it('is noted where a required member is missing, and is passed on', () => {
    for (const hook of hooks) for (const [name, { required }] of Object.entries(hookLibrary[hook]!)) if (required) for (const absent of [without(sound[hook]!, name), { ...sound[hook], [name]: null }]) expect(lint(hook, absent)).toEqual([`warning request.context.${name} is missing; ${hook} asks for it`]);
  });

  it('is noted where a member is of another kind', () => {
    const says = { string: 'is not a string', object: 'is not an object', array: 'is not an array' };
    for (const hook of hooks) for (const [name, { kind }] of Object.entries(hookLibrary[hook]!)) expect(lint(hook, { ...sound[hook], [name]: 7 })).toEqual([`warning request.context.${name} ${says[kind]}`]);
  });

  it('is noted where a text is no reference or id', () => {
    for (const hook of hooks)
      for (const [name, { like }] of Object.entries(hookLibrary[hook]!)) {
        if (!like) continue;
        expect(lint(hook, { ...sound[hook], [name]: 'Maria Example, born 1954' })).toEqual([`warning request.context.${name} ${like.says}`]);
        expect(lint(hook, { ...sound[hook], [name]: '' })).toEqual([`warning request.context.${name} is empty`]);
      }
    expect(lint('order-sign', { ...sound['order-sign'], userId: 'Patient/1' })).toHaveLength(1);
  });
});

describe('a prefetch template', () => {
  it('lets a template use what it may', () => {
    for (const hook of hooks) for (const [name, { token }] of Object.entries(hookLibrary[hook]!)) if (token) expect(misusedTokens(hook, `Observation?x={{context.${name}}}`)).toEqual([]);
  });

  it('names a template that uses what it may not', () => {
    for (const hook of hooks) for (const [name, { token }] of Object.entries(hookLibrary[hook]!)) if (!token) expect(misusedTokens(hook, `{{ context.${name}.entry }}/{{context.patientId}}/{{context.${name}}}`)).toEqual([name]);
    expect(lintDiscovery({ services: [{ id: 'a', hook: 'order-sign', title: 'A', description: 'A', prefetch: { orders: 'Medication?_id={{context.draftOrders}}' } }] }).map(({ path, says, severity }) => [path, says, severity])).toEqual([['services[].prefetch.orders', 'uses context.draftOrders, which a template of order-sign may not', 'warning']]);
  });
});

describe('through the gateway', async () => {
  const { house, vendor, gateway, close } = await openHospital();
  afterAll(close);

  it('a context that lacks something is passed on, and the services page says so without a word of it', async () => {
    await setPolicy(house, policy.parse({ mode: 'live', deadlineMs: 20_000 }));
    await gateway.settle();
    vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card({ indicator: 'hard-stop', summary: 'Maria Example has sepsis', detail: 'MRN 4711' }), card({ summary: 'Good' })] });
    const body = JSON.stringify(call({ hook: 'patient-view', context: { patientId: 'Maria Example' } }));
    const answer = await gateway.ask(body);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('Good');
    expect(vendor.calls().at(-1)!.body.toString()).toBe(body);
    await gateway.settle();
    const { lint: found } = await house.call(api.getService, { params: { deployment: slug } });
    expect(found.map(({ path }) => path).sort()).toEqual(['cards[].indicator', 'cards[].uuid', 'request.context.patientId', 'request.context.userId']);
    const { example } = found.find(({ path }) => path === 'cards[].indicator')!;
    expect(JSON.parse(example!)).toMatchObject({ indicator: '‹9 characters›', summary: '‹24 characters›', source: { topic: { code: '‹9 characters›' } } });
    expect(JSON.stringify(found)).not.toMatch(/Maria|4711/);
  });
});

it('the shape of a value keeps its keys and what kinds they are, and no text, however it is put', () => {
  expect(shapeOf({ a: 'Maria', b: [1, 2, 3], c: true, d: null, indicator: 'critical', 'Maria Example': 1, deep: { a: { b: { c: { d: { e: 1 } } } } } })).toEqual({
    a: '‹5 characters›', b: ['‹number›', '‹2 more›'], c: true, d: null, indicator: 'critical', '‹key 6›': '‹number›', deep: { a: { b: { c: { d: '‹…›' } } } },
  });
  expect(Object.keys(shapeOf(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]))) as object)).toHaveLength(21);
});
