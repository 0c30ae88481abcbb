// Is every break of the specification in a vendor's answer or discovery found, and nothing else?
import { describe, expect, it } from 'vitest';
import type { Json } from '../../tools/base/canonical.ts';
import { lintAnswer, lintDiscovery } from './lint.ts';

const source = { label: 'Sepsis Watch', url: 'https://vendor.example', icon: 'https://vendor.example/i.png', topic: { code: 'a', system: 'urn:x' } };
const good = { uuid: 'u', summary: 'S', detail: '**d**', indicator: 'info', source };
const withCard = (changes: { [key: string]: Json | undefined }): Json => ({ cards: [Object.fromEntries(Object.entries({ ...good, ...changes }).filter(([, value]) => value !== undefined)) as Json] });
const told = (answer: Json) => lintAnswer(answer).map(({ path, says, severity }) => `${severity} ${path} ${says}`);
const action = { type: 'create', description: 'Order', resource: { resourceType: 'ServiceRequest' } };
const suggestions = (changes: { [key: string]: Json }, behaviour: Json = 'any'): Json => withCard({ suggestions: [{ label: 'A', uuid: 's', isRecommended: true, actions: [action], ...changes }], selectionBehavior: behaviour });
const links = (changes: { [key: string]: Json }): Json => withCard({ links: [{ label: 'L', url: 'https://x.example/a?b#c', type: 'absolute', ...changes }] });

describe('a sound answer has no fault', () => {
  it.each<[string, Json]>([
    ['empty', { cards: [] }], ['one card', withCard({})], ['without uuid and detail', withCard({ uuid: undefined, detail: undefined })], ['suggestions', suggestions({})],
    ['system actions', { cards: [], systemActions: [action, { type: 'delete', description: 'Stop', resourceId: 'ServiceRequest/1' }] }],
    ['reasons', withCard({ overrideReasons: [{ code: 'a', system: 's', display: 'd' }] })], ['a smart link', links({ type: 'smart', appContext: 'x' })], ['an extension', withCard({ extension: { 'org.example': {} } })],
    ['fields nobody knows', withCard({ 'x-later': 1 })],
  ])('%s', (_name, answer) => expect(told(answer)).toEqual([]));
});

describe('a null where something may be left out', () => {
  const nothing = { uuid: null, detail: null, suggestions: null, selectionBehavior: null, overrideReasons: null, links: null, extension: null };
  it('is a warning, as many libraries write one, and keeps no card from anybody', () => {
    const card = { ...good, ...nothing, source: { label: 'l', url: null, icon: null, topic: null } };
    const found = told({ cards: [card], systemActions: null });
    expect(found).toHaveLength(Object.keys(nothing).length + 4);
    expect(found.every((one) => /^warning .* is null/.test(one))).toBe(true);
    expect(told(suggestions({ uuid: null, isRecommended: null, actions: [{ ...action, resourceId: null }] }))).toEqual(['uuid', 'isRecommended', 'actions[].resourceId'].map((key) => `warning cards[].suggestions[].${key} is null; what is not there is left out`));
  });
  it('is an error where something has to be', () => expect(told(withCard({ summary: null, source: null }))).toEqual(expect.arrayContaining(['error cards[].summary is missing', 'error cards[].source is missing'])));
  it('of a discovery is one as well', () => expect(lintDiscovery({ services: [{ id: 'a', hook: 'b', title: 't', description: 'd', prefetch: null, usageRequirements: null }] }).map(({ severity }) => severity)).toEqual(['warning', 'warning']));
});

describe('a card with an error', () => {
  it.each<[string, Json, string]>([
    ['cards that are no array', { cards: {} }, 'error cards is not an array'],
    ['no object at all', [], 'error (the whole) is not a JSON object'],
    ['a card that is no object', { cards: ['x'] }, 'error cards[] is not an object'],
    ['no summary', withCard({ summary: undefined }), 'error cards[].summary is missing'],
    ['an empty summary', withCard({ summary: '' }), 'error cards[].summary is missing'],
    ['a summary of 140 characters', withCard({ summary: 'x'.repeat(140) }), 'warning cards[].summary is not shorter than 140 characters'],
    ['an unknown indicator', withCard({ indicator: 'hard-stop' }), 'error cards[].indicator is none of info, warning, critical'],
    ['no source', withCard({ source: undefined }), 'error cards[].source is missing'],
    ['a source without label', withCard({ source: { url: 'https://x' } }), 'error cards[].source.label is missing'],
    ['a relative source', withCard({ source: { label: 'l', url: '/x' } }), 'warning cards[].source.url is no absolute address'],
    ['a source that runs code', withCard({ source: { label: 'l', url: ' javascript:alert(1)' } }), 'error cards[].source.url is an address that runs code'],
    ['a topic without system', withCard({ source: { label: 'l', topic: { code: 'a' } } }), 'warning cards[].source.topic.system is missing'],
    ['a uuid that is no text', withCard({ uuid: 7 }), 'error cards[].uuid is not a string'],
    ['suggestions without behaviour', withCard({ suggestions: [{ label: 'A' }] }), 'warning cards[].selectionBehavior is missing although there are suggestions'],
    ['an unknown behaviour', suggestions({}, 'all'), 'error cards[].selectionBehavior is neither at-most-one nor any'],
    ['a suggestion without label', suggestions({ label: '' }), 'error cards[].suggestions[].label is missing'],
    ['a recommendation that is no boolean', suggestions({ isRecommended: 'yes' }), 'error cards[].suggestions[].isRecommended is not a boolean'],
    ['actions that are no array', suggestions({ actions: {} }), 'error cards[].suggestions[].actions is not an array'],
    ['an unknown action', suggestions({ actions: [{ ...action, type: 'do' }] }), 'error cards[].suggestions[].actions[].type is none of create, update, delete'],
    ['an action without description', suggestions({ actions: [{ type: 'create', resource: { resourceType: 'X' } }] }), 'error cards[].suggestions[].actions[].description is missing'],
    ['a creation without resource', suggestions({ actions: [{ type: 'create', description: 'd' }] }), 'error cards[].suggestions[].actions[].resource is no FHIR resource'],
    ['a deletion by resource', suggestions({ actions: [{ type: 'delete', description: 'd', resource: 'X/1' }] }), 'warning cards[].suggestions[].actions[].resource is an id; that belongs in resourceId'],
    ['a deletion of several', suggestions({ actions: [{ type: 'delete', description: 'd', resourceId: ['X/1', 'X/2'] }] }), 'warning cards[].suggestions[].actions[].resourceId is a list; 2.0 has one reference'],
    ['a deletion without id', suggestions({ actions: [{ type: 'delete', description: 'd' }] }), 'warning cards[].suggestions[].actions[].resourceId is missing'],
    ['a reason nobody can read', withCard({ overrideReasons: [{ code: 'a', system: 's' }] }), 'error cards[].overrideReasons[].display is missing: there is nothing to read'],
    ['a link without label', links({ label: '' }), 'error cards[].links[].label is missing'],
    ['a link without address', links({ url: 'here' }), 'error cards[].links[].url is no address'],
    ['a link that runs code', links({ url: 'JavaScript:x' }), 'error cards[].links[].url is an address that runs code'],
    ['an unknown link', links({ type: 'popup' }), 'error cards[].links[].type is neither absolute nor smart'],
    ['a context on an absolute link', links({ appContext: 'x' }), 'warning cards[].links[].appContext goes with smart links only'],
    ['an extension that is no object', withCard({ extension: 'x' }), 'warning cards[].extension is not an object'],
    ['a system action without description', { cards: [], systemActions: [{ type: 'update', resource: { resourceType: 'X' } }] }, 'error systemActions[].description is missing'],
  ])('%s', (_name, answer, fault) => expect(told(answer)).toContain(fault));

  it('one uuid twice, among cards or suggestions', () => expect(told({ cards: [good, good] })).toEqual(['warning cards[].uuid two cards or suggestions have the same uuid']));
  it('two recommendations of which one may be chosen', () =>
    expect(told(withCard({ selectionBehavior: 'at-most-one', suggestions: [{ label: 'a', isRecommended: true }, { label: 'b', isRecommended: true }] }))).toEqual(['warning cards[].suggestions recommends several although at most one may be chosen']));
});

describe('a discovery', () => {
  const service = { id: 'sepsis', hook: 'patient-view', title: 'T', description: 'd', prefetch: { p: 'Patient/{{context.patientId}}', u: 'Practitioner/{{userPractitionerId}}' }, usageRequirements: 'none' };
  const faults = (changes: { [key: string]: Json }) => lintDiscovery({ services: [{ ...service, ...changes }] }).map(({ path, says, severity }) => `${severity} ${path} ${says}`);
  it('that is sound has no fault', () => expect(faults({})).toEqual([]));
  it.each<[string, { [key: string]: Json }, string]>([
    ['no hook', { hook: '' }, 'error services[].hook is missing'], ['no id', { id: '' }, 'error services[].id is missing'], ['no description', { description: '' }, 'error services[].description is missing'],
    ['no title', { title: '' }, 'warning services[].title is missing'], ['an id that is no part of an address', { id: 'a/b' }, 'error services[].id cannot stand in an address as it is'],
    ['a prefetch that is no object', { prefetch: [] }, 'error services[].prefetch is not an object'], ['a template that is no text', { prefetch: { p: 1 } }, 'error services[].prefetch.p is not a string'],
    ['a token of its own', { prefetch: { p: 'Patient/{{patient.id}}' } }, 'warning services[].prefetch.p the token patient.id is none of the specification'],
    ['a nested token', { prefetch: { p: 'X/{{context.draftOrders.entry}}' } }, 'warning services[].prefetch.p the token context.draftOrders.entry is none of the specification'],
    ['a key of this house', { prefetch: { attendingX: 'Patient/1' } }, 'error services[].prefetch uses a key of this house, beginning with attending'],
  ])('with %s', (_name, changes, fault) => expect(faults(changes)).toContain(fault));
  it('with one service twice', () => expect(lintDiscovery({ services: [service, service] }).map(({ says }) => says)).toEqual(['the same id and hook twice']));
  it('may describe one id for several hooks', () => expect(lintDiscovery({ services: [service, { ...service, hook: 'order-sign' }] })).toEqual([]));
});
