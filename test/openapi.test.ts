// Does openapi.json say what the code does, and can a stranger's tool read it?
import { describe, expect, it } from 'vitest';
import { capabilities } from '../src/app/capabilities.ts';
import { openApi } from '../src/app/openapi.ts';
import { version } from '../src/app/near.ts';
import { text } from './tree.ts';

const made = openApi(capabilities, version);
type Operation = { operationId: string; 'x-roles': unknown; responses: Record<string, unknown>; parameters?: { name: string; in: string; schema: object }[] };
const operations = Object.entries(made['paths'] as Record<string, Record<string, Operation>>).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));

describe('openapi.json', () => {
  it('equals the code; `npm run generate` brings it up to date', () => {
    expect(JSON.parse(text('openapi.json'))).toEqual(JSON.parse(JSON.stringify(made)));
  });

  it('describes every endpoint once, with its roles', () => {
    const endpoints = capabilities.flatMap((room) => (room.routes ?? []).map(({ endpoint }) => endpoint));
    expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual(endpoints.map(({ name }) => name).sort());
    for (const { name, who } of endpoints) expect(operations.find(({ operation }) => operation.operationId === name)!.operation['x-roles']).toEqual(who === 'public' ? 'public' : [...who]);
  });

  it('names every part of a path as a parameter, and no other', () => {
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name);
      expect([path, inPath.sort()]).toEqual([path, [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort()]);
    }
  });

  it('points only to parts that are there', () => {
    const whole = JSON.stringify(made);
    const parts = (made['components'] as { schemas: Record<string, unknown> }).schemas;
    const broken = [...whole.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!).filter((ref) => !ref.startsWith('#/components/schemas/') || !(ref.slice(21).replaceAll('~1', '/') in parts));
    expect(broken).toEqual([]);
  });
});
