// May everybody call exactly what they may call, and nothing else?
import { describe, expect, it } from 'vitest';
import { capabilities } from '../src/app/capabilities.ts';
import { roleNames, type Endpoint } from '../src/tools/base/endpoint.ts';
import { testCallers, testHouse } from '../src/tools/server/test-database.ts';

const house = await testHouse(capabilities);
const endpoints = capabilities.flatMap((room) => (room.routes ?? []).map((route) => ({ room: room.name, endpoint: route.endpoint })));
const closed = endpoints.filter(({ endpoint }) => endpoint.who !== 'public');

const ask = (endpoint: Endpoint, as: Parameters<typeof house.request>[2]) =>
  house.request(endpoint.path.replace(/:\w+/g, 'x'), { method: endpoint.method, ...(endpoint.method !== 'GET' && { body: '{}', headers: { 'content-type': 'application/json' } }) }, as);

describe('endpoints', () => {
  it('exist', () => expect(closed.length).toBeGreaterThan(30));

  it('have names of their own', () => {
    const names = endpoints.map(({ endpoint }) => endpoint.name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('say what they do, in one sentence', () => {
    expect(endpoints.filter(({ endpoint }) => !/^[A-Z].{8,}\.$/s.test(endpoint.says)).map(({ endpoint }) => endpoint.name)).toEqual([]);
  });

  it.each(closed)('$endpoint.name refuses a caller who is not signed in', async ({ endpoint }) => {
    const response = await ask(endpoint, null);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  // An endpoint for every role has no role to refuse; a caller without any role stands in.
  it.each(closed)('$endpoint.name refuses every role it does not name', async ({ endpoint }) => {
    const who = endpoint.who as readonly string[];
    const refused = [...roleNames.filter((role) => !who.includes(role)).map((role) => testCallers[role]), { ...testCallers.clinician, id: 'acc_none', roles: [] }];
    for (const caller of refused) {
      const response = await ask(endpoint, caller);
      expect([caller.roles, response.status]).toEqual([caller.roles, 403]);
    }
  });
});
