// How does an identity provider provision people (SCIM 2.0, RFC 7643 and RFC 7644)?
import { z } from 'zod';
import { isUsable } from './plain-text.ts';
import { endpoint, type Endpoint, type Method, type Role } from '../../tools/base/endpoint.ts';

const provisions: Role[] = ['administrator'];
const base = '/api/v1/deployments/scim/v2';

// SCIM clients send attributes we do not keep and expect them to be ignored, so these bodies are open.
const resource = z.looseObject({});
const params = z.strictObject({ person: z.string() });
const query = z.looseObject({
  filter: z.string().optional().describe('`userName eq "…"`, or externalId or id in place of userName.'),
  startIndex: z.coerce.number().int().optional().describe('1-based.'),
  count: z.coerce.number().int().optional(),
});

const scim = (name: string, method: Method, path: string, says: string) => ({ name: `deployments.scim-${name}`, method, path: `${base}${path}`, says, who: provisions, output: resource, answers: 'stream' as const });

export const scimList = endpoint({ ...scim('list', 'GET', '/Users', 'Lists people for an identity provider.'), query });
export const scimGet = endpoint({ ...scim('get', 'GET', '/Users/:person', 'Shows one person to an identity provider.'), params });
export const scimCreate = endpoint({ ...scim('create', 'POST', '/Users', 'Adds a person for an identity provider.'), body: resource, status: 201 });
export const scimReplace = endpoint({ ...scim('replace', 'PUT', '/Users/:person', 'Replaces a person for an identity provider.'), params, body: resource });
export const scimPatch = endpoint({ ...scim('patch', 'PATCH', '/Users/:person', 'Changes a person for an identity provider.'), params, body: resource });
export const scimDelete = endpoint({ ...scim('delete', 'DELETE', '/Users/:person', 'Removes a person for an identity provider.'), params, status: 204 });
export const scimConfig = endpoint(scim('config', 'GET', '/ServiceProviderConfig', 'Tells an identity provider what this SCIM service can do.'));
export const scimResourceTypes = endpoint(scim('resource-types', 'GET', '/ResourceTypes', 'Tells an identity provider which resources there are.'));
export const scimEndpoints: readonly Endpoint[] = [scimList, scimGet, scimCreate, scimReplace, scimPatch, scimDelete, scimConfig, scimResourceTypes];

export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const enterpriseSchema = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** What went wrong in SCIM's words: an HTTP status and, for 400 and 409, one of the `scimType`s of RFC 7644 §3.12. */
export class ScimError extends Error {
  readonly status: number;
  readonly scimType: 'invalidFilter' | 'uniqueness' | 'invalidSyntax' | 'invalidPath' | 'noTarget' | 'invalidValue' | null;
  constructor(status: number, detail: string, scimType: ScimError['scimType'] = null) {
    super(detail);
    this.status = status;
    this.scimType = scimType;
  }
}

/** The part of a SCIM user that the roster keeps. */
export interface ScimUser {
  userName: string;
  externalId: string | null;
  givenName: string;
  familyName: string;
  displayName: string | null;
  email: string | null;
  job: string | null;
  active: boolean;
  /** Of the enterprise extension: what the identity provider calls the facility and the unit. */
  organization: string | null;
  department: string | null;
}

type Resource = Record<string, unknown>;
const isResource = (value: unknown): value is Resource => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Attribute names are case-insensitive (RFC 7643 §2.1). */
function attribute(of: Resource, name: string): unknown {
  const key = Object.keys(of).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : of[key];
}

function text(value: unknown, name: string): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' || value.length > 200 || /[\p{Cc}\p{Cs}]/u.test(value)) throw new ScimError(400, `${name} should be a text of at most 200 characters.`, 'invalidValue');
  return value.trim() || null;
}

/** Some providers send booleans as the text "True" or "False". */
function boolean(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  throw new ScimError(400, `${name} should be true or false.`, 'invalidValue');
}

/** Reads a user resource as POST and PUT send it. What is absent is null, and an absent `active` is true. */
export function readUser(body: Resource): ScimUser {
  const schemas = attribute(body, 'schemas');
  if (!Array.isArray(schemas) || !schemas.includes(userSchema)) throw new ScimError(400, `\`schemas\` should list ${userSchema}.`, 'invalidSyntax');
  return userFrom(body);
}

function userFrom(body: Resource): ScimUser {
  const userName = text(attribute(body, 'userName'), 'userName');
  if (!userName) throw new ScimError(400, '`userName` is required.', 'invalidValue');
  const name = attribute(body, 'name');
  const names = isResource(name) ? name : {};
  const displayName = text(attribute(body, 'displayName'), 'displayName');
  const whole = displayName ?? text(attribute(names, 'formatted'), 'name.formatted') ?? userName;
  const active = attribute(body, 'active');
  const extension = attribute(body, enterpriseSchema);
  const enterprise = isResource(extension) ? extension : {};
  return {
    userName,
    externalId: text(attribute(body, 'externalId'), 'externalId'),
    givenName: text(attribute(names, 'givenName'), 'name.givenName') ?? whole.split(' ').slice(0, -1).join(' '),
    familyName: text(attribute(names, 'familyName'), 'name.familyName') ?? whole.split(' ').at(-1)!,
    displayName,
    email: emailOf(attribute(body, 'emails')),
    job: text(attribute(body, 'title'), 'title'),
    active: active === undefined || active === null ? true : boolean(active, 'active'),
    organization: text(attribute(enterprise, 'division') ?? attribute(enterprise, 'organization'), 'organization'),
    department: text(attribute(enterprise, 'department'), 'department'),
  };
}

function emailOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) throw new ScimError(400, '`emails` should be a list.', 'invalidValue');
  const emails = value.filter(isResource);
  const chosen = emails.find((one) => attribute(one, 'primary') === true) ?? emails.find((one) => attribute(one, 'type') === 'work') ?? emails[0];
  return chosen ? text(attribute(chosen, 'value'), 'emails.value') : null;
}

/** The resource a user reads as; PatchOps work on this form. */
export function resourceOf(user: ScimUser): Resource {
  const { userName, externalId, givenName, familyName, displayName, email, job, active, organization, department } = user;
  const enterprise = { ...(organization && { division: organization }), ...(department && { department }) };
  const extended = Object.keys(enterprise).length > 0;
  return {
    schemas: [userSchema, ...(extended ? [enterpriseSchema] : [])],
    userName,
    ...(externalId && { externalId }),
    name: { givenName, familyName, formatted: `${givenName} ${familyName}`.trim() },
    ...(displayName && { displayName }),
    ...(job && { title: job }),
    ...(email && { emails: [{ value: email, type: 'work', primary: true }] }),
    active,
    ...(extended && { [enterpriseSchema]: enterprise }),
  };
}

/** The user after a PatchOp (RFC 7644 §3.5.2). Attributes the roster does not keep are left aside, wrong paths refused. */
export function patched(user: ScimUser, body: Resource): ScimUser {
  const schemas = attribute(body, 'schemas');
  const operations = attribute(body, 'Operations');
  if (!Array.isArray(schemas) || !schemas.includes(patchSchema)) throw new ScimError(400, `\`schemas\` should list ${patchSchema}.`, 'invalidSyntax');
  if (!Array.isArray(operations) || operations.length === 0) throw new ScimError(400, '`Operations` should list at least one operation.', 'invalidSyntax');
  return userFrom(operations.reduce<Resource>((draft, operation) => applyOperation(draft, operation), resourceOf(user)));
}

function applyOperation(draft: Resource, operation: unknown): Resource {
  if (!isResource(operation)) throw new ScimError(400, 'An operation should be an object.', 'invalidSyntax');
  const op = String(attribute(operation, 'op')).toLowerCase();
  const path = attribute(operation, 'path');
  const value = attribute(operation, 'value');
  if (!['add', 'replace', 'remove'].includes(op)) throw new ScimError(400, `An operation is add, replace or remove, not \`${op}\`.`, 'invalidSyntax');
  if (op !== 'remove' && value === undefined) throw new ScimError(400, `\`${op}\` needs a value.`, 'invalidValue');
  if (path === undefined || path === null || path === '') {
    if (op === 'remove') throw new ScimError(400, '`remove` needs a path.', 'noTarget');
    if (!isResource(value)) throw new ScimError(400, 'Without a path the value should be an object of attributes.', 'invalidValue');
    // The keys of such a value may themselves be paths: `name.givenName`, or an extension's attribute.
    return Object.entries(value).reduce((next, [key, part]) => setAt(next, stepsOf(key), part), draft);
  }
  return setAt(draft, stepsOf(String(path)), op === 'remove' ? undefined : value);
}

/** `name.givenName`, `emails[type eq "work"].value`, `urn:…:User:department` as steps into the resource. */
function stepsOf(path: string): string[] {
  const extension = path.toLowerCase().startsWith(enterpriseSchema.toLowerCase()) ? path.slice(enterpriseSchema.length).replace(/^[:.]/, '') : null;
  if (extension !== null) return extension === '' ? [enterpriseSchema] : [enterpriseSchema, extension];
  const core = path.toLowerCase().startsWith(`${userSchema.toLowerCase()}:`) ? path.slice(userSchema.length + 1) : path;
  const found = /^(?<head>[A-Za-z$][\w$-]*)(\[[^\]]+\])?(\.(?<tail>[A-Za-z$][\w$-]*))?$/.exec(core);
  if (!found && core.includes(':')) return ['unknown'];
  if (!found) throw new ScimError(400, `\`${path}\` is no path of a user.`, 'invalidPath');
  const { head, tail } = found.groups as { head: string; tail?: string };
  return tail === undefined ? [head] : [head, tail];
}

function setAt(draft: Resource, [head, tail]: string[], value: unknown): Resource {
  const key = Object.keys(draft).find((one) => one.toLowerCase() === head!.toLowerCase()) ?? head!;
  // The roster keeps one address, so whatever the filter of `emails[…]` says means that one.
  if (key.toLowerCase() === 'emails' && tail) return { ...draft, emails: tail.toLowerCase() !== 'value' ? (draft['emails'] ?? []) : value === undefined ? [] : [{ value, type: 'work', primary: true }] };
  if (tail === undefined) return { ...draft, [key]: isResource(value) && isResource(draft[key]) ? { ...(draft[key] as Resource), ...value } : value };
  const inner = isResource(draft[key]) ? (draft[key] as Resource) : {};
  const innerKey = Object.keys(inner).find((one) => one.toLowerCase() === tail.toLowerCase()) ?? tail;
  return { ...draft, [key]: { ...inner, [innerKey]: value } };
}

/** A filter of the one form identity providers use to look a user up. */
export function readFilter(filter: string | undefined): { attribute: 'user_name' | 'external_id' | 'id'; value: string } | null {
  if (filter === undefined || filter.trim() === '') return null;
  const found = /^\s*(?:urn:ietf:params:scim:schemas:core:2\.0:User:)?(\w+)\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i.exec(filter);
  const columns = { username: 'user_name', externalid: 'external_id', id: 'id' } as const;
  const column = found && columns[found[1]!.toLowerCase() as keyof typeof columns];
  if (!column) throw new ScimError(400, 'The filters understood are `userName eq "…"`, `externalId eq "…"` and `id eq "…"`.', 'invalidFilter');
  try {
    const value = JSON.parse(found![2]!) as string;
    if (isUsable(value)) return { attribute: column, value };
  } catch {
    // Said below, in words.
  }
  throw new ScimError(400, 'The value of the filter is no JSON string.', 'invalidFilter');
}
