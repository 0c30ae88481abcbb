// Are facilities and departments called by their names, however encounters refer to them?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dataSection } from '../../spine/deployments/model.ts';
import { systemClock } from '../../tools/base/clock.ts';
import { charterOf } from './charter-input.ts';
import { runAudit } from './run-audit.ts';

const folder = mkdtempSync(join(tmpdir(), 'attending-units-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('by id, by identifier with a display, and by nothing but the reference', async () => {
  const encounter = (n: number, serviceProvider: object) => ({ resourceType: 'Encounter', id: `e${n}`, status: 'finished', class: { code: 'IMP' }, subject: { reference: `Patient/p${n}` }, period: { start: `2026-01-0${n}T08:00:00Z` }, serviceProvider });
  const lines = [
    { resourceType: 'Organization', id: 'north', name: 'North Hospital' },
    ...[1, 2, 3].map((n) => ({ resourceType: 'Patient', id: `p${n}`, birthDate: '1960-01-01' })),
    encounter(1, { reference: 'Organization/north' }),
    encounter(2, { reference: 'Organization?identifier=urn:site|south', display: 'South Hospital' }),
    encounter(3, { reference: 'Organization/nobody-exported' }),
  ];
  writeFileSync(join(folder, 'all.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const data = dataSection.parse({ elements: [{ id: 'birth-date', name: 'Birth date', resource: 'Patient', path: 'birthDate', per: 'encounter', tier: 'critical' }] });
  const audit = await runAudit(folder, await charterOf(data, 'units'), { clock: systemClock });
  const facilities = new Set(audit.findings.map(({ unit }) => unit.facility).filter((name) => name !== null));
  expect([...facilities].sort()).toEqual(['North Hospital', 'Organization/nobody-exported', 'South Hospital']);
});
