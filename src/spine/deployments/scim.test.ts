// Can an identity provider provision people by SCIM 2.0, as Okta and Entra ID speak it?
import { beforeAll, describe, expect, test } from 'vitest';
import { entries } from '../ledger/ledger.ts';
import { enterpriseSchema, errorSchema, listSchema, patched, patchSchema, readFilter, readUser, ScimError, userSchema, type ScimUser } from './scim.ts';
import { furnish, openHospital } from './test-hospital.ts';

const house = await openHospital();
beforeAll(() => furnish(house));
const base = '/api/v1/deployments/scim/v2';
const ask = async (method: string, path: string, body?: object) => {
  const response = await house.request(`${base}${path}`, { method, ...(body && { body: JSON.stringify(body) }), headers: { 'content-type': 'application/scim+json' } });
  const text = await response.text();
  return { status: response.status, type: response.headers.get('content-type'), location: response.headers.get('location'), body: (text ? JSON.parse(text) : null) as Record<string, never> };
};
const ann = {
  schemas: [userSchema, enterpriseSchema], userName: 'ann@example.org', externalId: '00u1', name: { givenName: 'Ann', familyName: 'Lee' }, title: 'Nurse', active: true,
  emails: [{ value: 'home@example.org', type: 'home' }, { value: 'ann@example.org', type: 'work', primary: true }], [enterpriseSchema]: { division: 'North Hospital', department: 'MED-1' }, locale: 'en-US',
};

describe('the service', () => {
  test('describes itself', async () => {
    expect((await ask('GET', '/ServiceProviderConfig')).body).toMatchObject({ patch: { supported: true }, bulk: { supported: false } });
    expect((await ask('GET', '/ResourceTypes')).body).toMatchObject({ schemas: [listSchema], totalResults: 1 });
  });

  test('adds, finds, changes, replaces and removes a person', async () => {
    expect((await ask('GET', `/Users?filter=${encodeURIComponent('userName eq "ann@example.org"')}`)).body).toMatchObject({ schemas: [listSchema], totalResults: 0, Resources: [] });
    const made = await ask('POST', '/Users', ann);
    expect(made).toMatchObject({ status: 201, type: 'application/scim+json', body: { userName: 'ann@example.org', externalId: '00u1', title: 'Nurse', [enterpriseSchema]: { division: 'North Hospital', department: 'MED-1' }, meta: { resourceType: 'User' } } });
    expect(made.location).toContain(`${base}/Users/${made.body['id']}`);
    const id = String(made.body['id']);
    expect((await ask('POST', '/Users', { ...ann, userName: 'ANN@example.org' })).body).toMatchObject({ schemas: [errorSchema], status: '409', scimType: 'uniqueness' });
    expect((await ask('GET', `/Users?filter=${encodeURIComponent('userName Eq "Ann@Example.org"')}&startIndex=1&count=1`)).body).toMatchObject({ totalResults: 1, itemsPerPage: 1, Resources: [{ id }] });
    expect((await ask('GET', '/Users?count=0')).body).toMatchObject({ totalResults: 1, itemsPerPage: 0, Resources: [] });

    // Entra ID writes the operation with a capital and the boolean as text; Okta sends an object without a path.
    expect((await ask('PATCH', `/Users/${id}`, { schemas: [patchSchema], Operations: [{ op: 'Replace', path: 'active', value: 'False' }] })).body).toMatchObject({ active: false });
    expect((await ask('PATCH', `/Users/${id}`, { schemas: [patchSchema], Operations: [{ op: 'replace', value: { active: true, 'name.familyName': 'Lea' } }] })).body).toMatchObject({ active: true, name: { familyName: 'Lea' }, [enterpriseSchema]: { department: 'MED-1' } });

    // A provider that says nothing of places leaves the roster's in place.
    const { [enterpriseSchema]: _, ...plain } = ann;
    const put = await ask('PUT', `/Users/${id}`, { ...plain, schemas: [userSchema], title: undefined });
    expect(put.body).toMatchObject({ name: { familyName: 'Lee' }, [enterpriseSchema]: { department: 'MED-1' } });
    expect(put.body).not.toHaveProperty('title');

    expect(await ask('DELETE', `/Users/${id}`)).toMatchObject({ status: 204, body: null });
    expect((await ask('GET', `/Users/${id}`)).body).toMatchObject({ status: '404', schemas: [errorSchema] });
    expect((await ask('DELETE', `/Users/${id}`)).status).toBe(404);
    expect((await ask('POST', '/Users', ann)).status).toBe(201);
  });

  test('a place nobody has set up stays empty', async () => {
    const made = await ask('POST', '/Users', { ...ann, userName: 'x', externalId: 'x', [enterpriseSchema]: { department: 'Nowhere' } });
    expect(made.status).toBe(201);
    expect(made.body).not.toHaveProperty(enterpriseSchema);
  });

  test.each([
    ['no schemas', { userName: 'y' }, 'invalidSyntax'],
    ['no userName', { schemas: [userSchema] }, 'invalidValue'],
    ['a boolean that is none', { schemas: [userSchema], userName: 'y', active: 'perhaps' }, 'invalidValue'],
  ])('%s is refused in SCIM’s words', async (_name, body, scimType) => {
    expect((await ask('POST', '/Users', body)).body).toMatchObject({ status: '400', scimType });
  });

  test('filters it does not understand are refused', async () => {
    expect((await ask('GET', `/Users?filter=${encodeURIComponent('userName sw "a"')}`)).body).toMatchObject({ status: '400', scimType: 'invalidFilter' });
  });

  test('the ledger hears which fields changed, and no names', async () => {
    const { items } = await entries(house.db, { kind: 'person.changed' });
    expect(items.map((one) => (one.body as { fields: string[] }).fields)).toContainEqual(['active']);
    expect(JSON.stringify(items)).not.toMatch(/Lee|Lea|example\.org/);
  });
});

describe('a PatchOp', () => {
  const user: ScimUser = readUser(ann);
  const patch = (...Operations: object[]) => patched(user, { schemas: [patchSchema], Operations });
  test.each<[string, object, Partial<ScimUser>]>([
    ['replaces by a filtered path', { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@example.org' }, { email: 'new@example.org' }],
    ['adds by an extension’s path', { op: 'add', path: `${enterpriseSchema}:department`, value: 'ICU' }, { department: 'ICU', organization: 'North Hospital' }],
    ['removes', { op: 'remove', path: 'title' }, { job: null }],
    ['removes the address', { op: 'remove', path: 'emails' }, { email: null }],
    ['merges a complex value', { op: 'replace', path: 'name', value: { givenName: 'Anna' } }, { givenName: 'Anna', familyName: 'Lee' }],
    ['knows attributes in any case', { op: 'add', path: 'USERNAME', value: 'a2' }, { userName: 'a2' }],
    ['leaves aside what the roster does not keep', { op: 'add', path: 'phoneNumbers[type eq "work"].value', value: '1' }, {}],
  ])('%s', (_name, operation, changed) => expect(patch(operation)).toEqual({ ...user, ...changed }));

  test.each([
    ['an unknown operation', { op: 'move', path: 'title' }, 'invalidSyntax'],
    ['a remove without a path', { op: 'remove' }, 'noTarget'],
    ['a path that is none', { op: 'add', path: 'a b[', value: 1 }, 'invalidPath'],
    ['no value', { op: 'replace', path: 'title' }, 'invalidValue'],
    ['the name everything hangs on', { op: 'remove', path: 'userName' }, 'invalidValue'],
  ])('refuses %s', (_name, operation, scimType) => expect(() => patch(operation)).toThrow(expect.objectContaining({ scimType })));
});

test.each([['userName eq "a \\" b"', { attribute: 'user_name', value: 'a " b' }], ['externalid EQ "7"', { attribute: 'external_id', value: '7' }], [undefined, null]])('the filter %s is read', (filter, read) => {
  expect(readFilter(filter)).toEqual(read);
});
test.each(['userName eq a', 'userName', 'userName eq "a" and active eq true', 'password eq "x"'])('the filter %s is refused', (filter) => {
  expect(() => readFilter(filter)).toThrow(ScimError);
});
