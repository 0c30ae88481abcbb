// F02: does what claims to follow US Core carry what US Core asks for?
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { hasAt, textAt } from '../cells.ts';
import type { Check } from '../check.ts';
import { mustSupport } from '../knowledge.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';
import { rawOf } from '../plan.ts';

export const followsProfile: Check = {
  id: 'F02',
  name: 'Declared profile',
  asks: 'Do resources that say they follow US Core carry its mandatory and must-support elements?',
  family: 'conformance',
  about: 'resource',
  formula: 'n: resources whose meta.profile names a US Core profile. k: those with every element of knowledge/must-support.yaml for their type (of a choice, one of its forms).',
  threshold: { bound: 'at-least', value: 0.9 },
  source: `${mustSupport().source}; Kahn et al. 2016, relational conformance.`,
  limits: 'Must-support means that a sender that has it must send it: a missing element may be missing at the source. First level only, without values, slices and value sets.',
  weight: 'important',
  async find(desk) {
    const { elements, profile } = mustSupport();
    const findings: Finding[] = [];
    for (const [resource, wantedElements] of Object.entries(elements)) {
      const columns = desk.wanted[resource] ?? [];
      const meta = textAt('meta.profile', columns);
      if (!desk.types.includes(resource) || meta === null) continue;
      const claims = `contains(${meta}, ${quote(profile)})`;
      const [claiming] = await desk.database.rows<{ n: number }>(`SELECT count(*) AS n FROM ${rawOf(resource)} WHERE ${meta} IS NOT NULL AND ${claims}`);
      if ((claiming?.n ?? 0) === 0) continue;
      const lacks = wantedElements.flatMap((element) => {
        const parts = element.split('|').flatMap((place) => {
          const there = hasAt(place, columns) ?? (textAt(place, columns) === null ? null : `${textAt(place, columns)} IS NOT NULL`);
          return there === null ? [] : [`coalesce(${there}, false)`];
        });
        return parts.length === 0 ? [] : [`CASE WHEN NOT (${parts.join(' OR ')}) THEN ${quote(element.split(/[|.]/)[0]!)} END`];
      });
      findings.push(...(await lookAtRows(desk, {
        check: followsProfile, resource, name: resource, are: 'that claim US Core carry what it asks for', keep: true, dated: true,
        rows: `SELECT o.p, o.u, r.lacks = '' AS k, NOT k AS wrong, o.file, o.line, r.lacks AS a, NULL AS b, ${monthOf('o.t')} AS m FROM (SELECT _file, _line, concat_ws(', ', ${lacks.join(', ')}) AS lacks FROM ${rawOf(resource)} WHERE ${claims}) r JOIN ${name(`placed_${resource}`)} o ON o.file = r._file AND o.line = r._line`,
        says: ({ a }) => `Missing: ${a}.`,
      })));
    }
    return findings;
  },
};
