// What breaks the CDS Hooks specification in what a vendor sends?
import type { Json } from '../../tools/base/canonical.ts';
import { misusedTokens } from './hook-context.ts';

/** One fault. `card`: which card it is on; null: it is about the whole. An error keeps a card from being shown, a warning does not. */
export interface Fault {
  card: number | null;
  path: string;
  says: string;
  severity: 'error' | 'warning';
}

type Fields = { [key: string]: Json };
const isObject = (value: Json | undefined): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: Json | undefined): value is string => typeof value === 'string' && value !== '';
const isUrl = (value: Json | undefined): boolean => isText(value) && /^[a-z][a-z0-9+.-]*:/i.test(value) && URL.canParse(value);
/** Addresses that a browser would run instead of open. */
const isDangerous = (value: Json | undefined): boolean => isText(value) && /^\s*(?:javascript|data|vbscript):/i.test(value);

/** The longest summary, in characters: CDS Hooks 2.0, "Card Attributes" (< 140). */
export const longestSummary = 140;

type Tell = (path: string, says: string, severity?: Fault['severity']) => void;

/**
 * What is there. A null where something may be left out breaks the specification ("JSON attributes SHALL NOT be null"),
 * but many libraries write one, and it says no more than nothing would: no reason to keep a card from anybody.
 */
function given(of: Fields, path: string, tell: Tell): Fields {
  let hasNull = false;
  for (const key in of) if (of[key] === null) hasNull = true;
  if (!hasNull) return of;
  const nulls = Object.keys(of).filter((key) => of[key] === null && optional.has(key));
  if (nulls.length === 0) return of;
  for (const key of nulls) tell(`${path}.${key}`, 'is null; what is not there is left out', 'warning');
  return Object.fromEntries(Object.entries(of).filter(([key]) => !nulls.includes(key)));
}
/** What may be left out, by CDS Hooks 2.0. Members of a vendor's own are not judged. */
const optional = new Set(['uuid', 'detail', 'suggestions', 'selectionBehavior', 'overrideReasons', 'links', 'extension', 'url', 'icon', 'topic', 'isRecommended', 'actions', 'resource', 'resourceId', 'appContext', 'autolaunchable', 'systemActions', 'title', 'prefetch', 'usageRequirements', 'display']);

/** Faults of an answer to a call, by CDS Hooks 2.0 "CDS Service Response"; fields that 3.0 adds are taken. */
export function lintAnswer(answer: Json): Fault[] {
  const faults: Fault[] = [];
  const whole: Tell = (path, says, severity = 'error') => void faults.push({ card: null, path, says, severity });
  if (!isObject(answer)) return whole('(the whole)', 'is not a JSON object'), faults;
  answer = given(answer, '(the whole)', whole);
  if (!Array.isArray(answer['cards'])) whole('cards', 'is not an array');
  else answer['cards'].forEach((card, nth) => lintCard(card, (path, says, severity = 'error') => void faults.push({ card: nth, path: `cards[]${path}`, says, severity })));
  if (Array.isArray(answer['cards'])) sameTwice(answer['cards'], whole);
  const actions = answer['systemActions'];
  if (actions !== undefined) {
    if (!Array.isArray(actions)) whole('systemActions', 'is not an array');
    else actions.forEach((one) => lintAction(one, 'systemActions[]', whole));
  }
  if (answer['extension'] !== undefined) lintExtension(answer['extension'], 'extension', whole);
  return faults;
}

function lintCard(card: Json, tell: Tell): void {
  if (!isObject(card)) return tell('', 'is not an object');
  card = given(card, '', tell);
  if (!isText(card['summary'])) tell('.summary', 'is missing');
  else if (card['summary'].length >= longestSummary && [...card['summary']].length >= longestSummary) tell('.summary', `is not shorter than ${longestSummary} characters`, 'warning');
  if (!['info', 'warning', 'critical'].includes(card['indicator'] as string)) tell('.indicator', 'is none of info, warning, critical');
  if (card['uuid'] !== undefined && !isText(card['uuid'])) tell('.uuid', 'is not a string');
  if (card['detail'] !== undefined && !isText(card['detail'])) tell('.detail', 'is not a string', 'warning');
  lintSource(card['source'], tell);
  const { suggestions, selectionBehavior, overrideReasons, links, extension } = card;
  if (suggestions !== undefined) {
    if (!Array.isArray(suggestions)) tell('.suggestions', 'is not an array');
    else {
      // Services written for 1.0 leave it out, and clients then offer a single choice: no reason to keep the card from anybody.
      if (suggestions.length > 0 && selectionBehavior === undefined) tell('.selectionBehavior', 'is missing although there are suggestions', 'warning');
      suggestions.forEach((one) => lintSuggestion(one, tell));
      const recommended = suggestions.filter((one) => isObject(one) && one['isRecommended'] === true).length;
      if (recommended > 1 && selectionBehavior === 'at-most-one') tell('.suggestions', 'recommends several although at most one may be chosen', 'warning');
    }
  }
  // A client that does not know the value must take the card as an error; so it is one before it gets there.
  if (selectionBehavior !== undefined && selectionBehavior !== 'at-most-one' && selectionBehavior !== 'any') tell('.selectionBehavior', 'is neither at-most-one nor any');
  if (overrideReasons !== undefined) {
    if (!Array.isArray(overrideReasons)) tell('.overrideReasons', 'is not an array');
    else overrideReasons.forEach((one) => lintCoding(one, '.overrideReasons[]', tell, true));
  }
  if (links !== undefined) {
    if (!Array.isArray(links)) tell('.links', 'is not an array');
    else links.forEach((one) => lintLink(one, tell));
  }
  if (extension !== undefined) lintExtension(extension, '.extension', tell);
}

function lintSource(source: Json | undefined, tell: Tell): void {
  if (!isObject(source)) return tell('.source', 'is missing');
  source = given(source, '.source', tell);
  if (!isText(source['label'])) tell('.source.label', 'is missing');
  for (const key of ['url', 'icon'] as const) {
    if (source[key] === undefined) continue;
    if (isDangerous(source[key])) tell(`.source.${key}`, 'is an address that runs code');
    else if (!isUrl(source[key])) tell(`.source.${key}`, 'is no absolute address', 'warning');
  }
  if (source['topic'] !== undefined) lintCoding(source['topic'], '.source.topic', tell, false);
}

function lintCoding(coding: Json, path: string, tell: Tell, display: boolean): void {
  if (!isObject(coding)) return tell(path, 'is no coding', 'warning');
  coding = given(coding, path, tell);
  if (!isText(coding['code'])) tell(`${path}.code`, 'is missing', 'warning');
  if (!isText(coding['system'])) tell(`${path}.system`, 'is missing', 'warning');
  if (display && !isText(coding['display'])) tell(`${path}.display`, 'is missing: there is nothing to read');
}

function lintSuggestion(suggestion: Json, tell: Tell): void {
  if (!isObject(suggestion)) return tell('.suggestions[]', 'is not an object');
  suggestion = given(suggestion, '.suggestions[]', tell);
  if (!isText(suggestion['label'])) tell('.suggestions[].label', 'is missing');
  if (suggestion['uuid'] !== undefined && !isText(suggestion['uuid'])) tell('.suggestions[].uuid', 'is not a string');
  if (suggestion['isRecommended'] !== undefined && typeof suggestion['isRecommended'] !== 'boolean') tell('.suggestions[].isRecommended', 'is not a boolean');
  const { actions } = suggestion;
  if (actions === undefined) return;
  if (!Array.isArray(actions)) return tell('.suggestions[].actions', 'is not an array');
  actions.forEach((one) => lintAction(one, '.suggestions[].actions[]', tell));
}

function lintAction(action: Json, path: string, tell: Tell): void {
  if (!isObject(action)) return tell(path, 'is not an object');
  action = given(action, path, tell);
  const { type, description, resource, resourceId } = action;
  if (type !== 'create' && type !== 'update' && type !== 'delete') tell(`${path}.type`, 'is none of create, update, delete');
  if (!isText(description)) tell(`${path}.description`, 'is missing');
  if ((type === 'create' || type === 'update') && !(isObject(resource) && isText(resource['resourceType']))) tell(`${path}.resource`, 'is no FHIR resource');
  // Before 2.0 it was so, and 2.0 calls it deprecated, not wrong.
  if (type === 'delete' && typeof resource === 'string') tell(`${path}.resource`, 'is an id; that belongs in resourceId', 'warning');
  else if (type === 'delete' && resourceId === undefined) tell(`${path}.resourceId`, 'is missing', 'warning');
  if (Array.isArray(resourceId) && resourceId.length > 0 && resourceId.every(isText)) tell(`${path}.resourceId`, 'is a list; 2.0 has one reference', 'warning');
  else if (resourceId !== undefined && !isText(resourceId)) tell(`${path}.resourceId`, 'is not a string');
}

function lintLink(link: Json, tell: Tell): void {
  if (!isObject(link)) return tell('.links[]', 'is not an object');
  link = given(link, '.links[]', tell);
  if (!isText(link['label'])) tell('.links[].label', 'is missing');
  if (isDangerous(link['url'])) tell('.links[].url', 'is an address that runs code');
  else if (!isUrl(link['url'])) tell('.links[].url', 'is no address');
  if (link['type'] !== 'absolute' && link['type'] !== 'smart') tell('.links[].type', 'is neither absolute nor smart');
  if (link['appContext'] !== undefined && !isText(link['appContext'])) tell('.links[].appContext', 'is not a string', 'warning');
  if (link['appContext'] !== undefined && link['type'] === 'absolute') tell('.links[].appContext', 'goes with smart links only', 'warning');
}

function lintExtension(extension: Json, path: string, tell: Tell): void {
  if (!isObject(extension)) tell(path, 'is not an object', 'warning');
}

/** Two cards, or two suggestions, with one uuid: feedback about them could not be told apart. The gateway mints its own. */
function sameTwice(cards: readonly Json[], tell: Tell): void {
  const seen = new Set<string>();
  let twice = false;
  const note = (uuid: Json | undefined) => {
    if (!isText(uuid)) return;
    if (seen.has(uuid)) twice = true;
    seen.add(uuid);
  };
  for (const card of cards) {
    if (!isObject(card)) continue;
    note(card['uuid']);
    if (Array.isArray(card['suggestions'])) for (const one of card['suggestions']) if (isObject(one)) note(one['uuid']);
  }
  if (twice) tell('cards[].uuid', 'two cards or suggestions have the same uuid', 'warning');
}

/** Context fields of the hooks whose tokens a prefetch template may use are those of the request; here only the form is judged. */
const token = /\{\{(.*?)\}\}/g;
const goodToken = /^(?:context\.[A-Za-z][\w-]*|userPractitionerId|userPractitionerRoleId|userPatientId|userRelatedPersonId|today\(\))$/;

/** Faults of a vendor's discovery, by CDS Hooks 2.0 "Discovery". */
export function lintDiscovery(told: Json): Fault[] {
  const faults: Fault[] = [];
  const tell: Tell = (path, says, severity = 'error') => void faults.push({ card: null, path, says, severity });
  if (!isObject(told) || !Array.isArray(told['services'])) return tell('services', 'is not an array'), faults;
  const seen = new Set<string>();
  for (const service of told['services']) {
    if (!isObject(service)) {
      tell('services[]', 'is not an object');
      continue;
    }
    const { prefetch, usageRequirements } = given(service, 'services[]', tell);
    for (const key of ['hook', 'id', 'description'] as const) if (!isText(service[key])) tell(`services[].${key}`, 'is missing');
    if (!isText(service['title'])) tell('services[].title', 'is missing', 'warning');
    if (isText(service['id']) && !/^[\w.~-]+$/.test(service['id'])) tell('services[].id', 'cannot stand in an address as it is');
    const named = `${String(service['id'])} ${String(service['hook'])}`;
    if (seen.has(named)) tell('services[].id', 'the same id and hook twice');
    seen.add(named);
    if (usageRequirements !== undefined && !isText(usageRequirements)) tell('services[].usageRequirements', 'is not a string', 'warning');
    if (prefetch === undefined) continue;
    if (!isObject(prefetch)) {
      tell('services[].prefetch', 'is not an object');
      continue;
    }
    for (const [key, template] of Object.entries(prefetch)) {
      if (/^attending[A-Z]/.test(key)) tell('services[].prefetch', 'uses a key of this house, beginning with attending');
      if (!isText(template)) tell(`services[].prefetch.${key}`, 'is not a string');
      else for (const [, inner] of template.matchAll(token)) if (!goodToken.test(inner!.trim())) tell(`services[].prefetch.${key}`, `the token ${inner!.trim().slice(0, 60)} is none of the specification`, 'warning');
      if (isText(template) && isText(service['hook'])) for (const name of misusedTokens(service['hook'], template)) tell(`services[].prefetch.${key}`, `uses context.${name}, which a template of ${service['hook']} may not`, 'warning');
    }
  }
  return faults;
}
