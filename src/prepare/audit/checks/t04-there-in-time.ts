// T04: was the value on record when the model has to decide?
import type { Check } from '../check.ts';
import { minutesOf, sayMinutes } from '../../../tools/base/durations.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';

export const thereInTime: Check = {
  id: 'T04',
  name: 'There at the decision',
  asks: 'Of the encounters with a value in the window, how many had one on record when the model decides?',
  family: 'timeliness',
  about: 'element',
  formula: 'For elements with a window around the beginning or end of an encounter and values that carry a time on record (not meta.lastUpdated). The moment of decision is `data.decision` of the charter; without it the end of the window (anchor plus `after`; the anchor itself without it). n: encounters of the population with a usable value whose event lies in the window. k: those with such a value on record by that moment.',
  threshold: { bound: 'at-least', value: 0.95 },
  source: 'Weiskopf & Weng 2013, currency; leakage by values recorded after the fact: Kapoor & Narayanan, Patterns 2023;4:100804.',
  limits: 'Where the charter names no moment, the end of the window stands for the one at which the model runs; a model that runs earlier sees less. `issued` is when it was released, not when the model could read it.',
  weight: 'important',
  async find(desk) {
    const findings: Finding[] = [];
    const { decision } = desk.data;
    const moment = (anchor: string, after: string | undefined) => `${anchor === 'encounter-start' ? 'enc.start_' : 'enc.end_'} + INTERVAL ${after === undefined ? 0 : minutesOf(after)} MINUTE`;
    for (const [e, element] of desk.elements.entries()) {
      const { anchor, before, after } = element.window;
      if (anchor === 'any-time' || element.resource === 'Patient') continue;
      const point = anchor === 'encounter-start' ? 'enc.start_' : 'enc.end_';
      const end = moment(anchor, after);
      const decided = decision ? moment(decision.anchor, decision.after) : end;
      const begin = before === undefined ? (after === undefined ? `enc.start_ - INTERVAL 100 YEAR` : point) : `${point} - INTERVAL ${minutesOf(before)} MINUTE`;
      findings.push(...(await lookAtRows(desk, {
        check: thereInTime, element, resource: element.resource, name: element.name, are: `encounters with a value had it on record by ${decision ? 'the moment of decision' : 'the end of the window'}`, keep: true, dated: true,
        rows: `SELECT enc.p, any_value(enc.u) AS u, bool_or(f.rec <= ${decided}) AS k, NOT bool_or(f.rec <= ${decided}) AS wrong, any_value(enc.file)::INTEGER AS file, any_value(enc.line)::INTEGER AS line, min(date_diff('minute', ${decided}, f.rec))::VARCHAR AS a, NULL AS b, any_value(${monthOf('enc.start_')}) AS m
          FROM fact f JOIN enc ON enc.p = f.p AND enc.counted WHERE f.el = ${e} AND f.usable AND f.rec IS NOT NULL AND NOT f.rec_by_meta AND f.t BETWEEN ${begin} AND ${end}${decision ? ` AND ${decided} IS NOT NULL` : ''} GROUP BY enc.p, enc.e`,
        says: ({ a }) => `On record ${sayMinutes(Number(a))} after ${decision ? 'the moment of decision' : 'the window closed'}.`,
      })));
    }
    return findings;
  },
};
