// L05: does every result answer an order, and every order get its result?
import { textAt } from '../cells.ts';
import type { Check } from '../check.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import { rawOf } from '../plan.ts';

export const ordersAndResults: Check = {
  id: 'L05',
  name: 'Results without an order',
  asks: 'Do laboratory results name the order they answer?',
  family: 'agreement',
  about: 'resource',
  formula: 'Only where the export holds ServiceRequests. n: laboratory Observations. k: those with basedOn.',
  threshold: { bound: 'at-least', value: 0.8 },
  source: 'Weiskopf & Weng 2013, concordance; HL7 FHIR R4, Observation.basedOn. The 80 % is ours.',
  limits: 'An order may be named by the DiagnosticReport only, which is not followed. Orders without any result are not counted: many are rightly never carried out.',
  weight: 'context',
  async find(desk) {
    const columns = desk.wanted['Observation'] ?? [];
    const [based, category] = [textAt('basedOn', columns), textAt('category', columns)];
    if ((desk.resources['ServiceRequest'] ?? 0) === 0 || !desk.types.includes('Observation') || based === null || category === null) return [];
    return lookAtRows(desk, {
      check: ordersAndResults, resource: 'Observation: laboratory', name: 'Laboratory results', are: 'name their order', keep: true, dated: true,
      rows: `SELECT o.p, o.u, r.k, NOT r.k AS wrong, o.file, o.line, NULL AS a, NULL AS b, ${monthOf('o.t')} AS m FROM (SELECT _file, _line, ${based} IS NOT NULL AS k FROM ${rawOf('Observation')} WHERE contains(${category}, '"laboratory"')) r JOIN "placed_Observation" o ON o.file = r._file AND o.line = r._line`,
      says: () => 'The result names no order.',
    });
  },
};
