// I01: does everybody have an identifier that can be one?
import { jsonAt } from '../cells.ts';
import { thresholdOf, whole, rowOf, type Check, type FoundRow } from '../check.ts';
import { mod10 } from '../code-systems.ts';
import { count, independent, percent, sayInterval, sayThreshold, share } from '../judging.ts';
import { maxRows, type Finding } from '../model.ts';
import { rawOf } from '../plan.ts';

/** Systems whose numbers carry their own proof. */
const proofs: readonly { name: string; systems: readonly string[]; fits(value: string): boolean }[] = [
  { name: 'US National Provider Identifier', systems: ['http://hl7.org/fhir/sid/us-npi'], fits: (value) => /^\d{10}$/.test(value) && mod10(`80840${value.slice(0, 9)}`) === Number(value[9]) },
  { name: 'NHS number', systems: ['https://fhir.nhs.uk/Id/nhs-number'], fits: nhs },
  { name: 'US Social Security Number', systems: ['http://hl7.org/fhir/sid/us-ssn'], fits: (value) => /^(?!000|666|9)\d{3}-?(?!00)\d{2}-?(?!0000)\d{4}$/.test(value) },
];

function nhs(value: string): boolean {
  const digits = value.replaceAll(' ', '');
  if (!/^\d{10}$/.test(digits)) return false;
  const sum = digits.slice(0, 9).split('').reduce((total, digit, at) => total + Number(digit) * (10 - at), 0);
  return (11 - (sum % 11)) % 11 === Number(digits[9]);
}

export const identifiers: Check = {
  id: 'I01',
  name: 'Identifiers',
  asks: 'Does every patient have an identifier, of a named system, that can be one?',
  family: 'identity',
  about: 'export',
  formula: `n: Patient resources. k: those with at least one identifier that has a system and a value, none of whose identifiers fails the proof of its system (${proofs.map(({ name }) => name).join(', ')}).`,
  threshold: { bound: 'at-least', value: 0.99 },
  source: 'Kahn et al. 2016, uniqueness plausibility and value conformance; CMS NPI check digit (Luhn with prefix 80840); NHS Data Dictionary, NHS number (modulus 11); US Social Security Administration, invalid numbers.',
  limits: 'Medical record numbers have no proof of their own. Whether one identifier stands at two patients is D04\'s. Masked identifiers (***) fail their proof rightly: nobody can be matched by them.',
  weight: 'important',
  async find(desk) {
    const identifier = jsonAt('identifier', desk.wanted['Patient'] ?? []);
    if (identifier === null || !desk.types.includes('Patient')) return [];
    // Only systems with a proof come out of the database, and only as system and value.
    const systems = proofs.flatMap((one) => one.systems);
    const proven = await desk.database.rows<{ system: string; value: string; file: number; line: number }>(`SELECT * FROM (SELECT json_extract_string(one, '$.system') AS system, json_extract_string(one, '$.value') AS value, file, line FROM (SELECT unnest(json_extract(${identifier}, '$[*]')) AS one, _file AS file, _line AS line FROM ${rawOf('Patient')} WHERE ${systems.map((system) => `contains(${identifier}::VARCHAR, '${system}')`).join(' OR ')})) WHERE system IN (${systems.map((system) => `'${system}'`).join(', ')}) ORDER BY file, line`);
    const wrong = proven.filter(({ system, value }) => !proofs.find((one) => one.systems.includes(system))?.fits(value ?? ''));
    const [all] = await desk.database.rows<{ n: number; has: number; rows: string | null }>(`SELECT count(*) AS n, count(*) FILTER (has) AS has, to_json(arg_min({file: file, line: line}, file::BIGINT * 10000000000 + line, ${maxRows}) FILTER (NOT has))::VARCHAR AS rows FROM (SELECT _file AS file, _line AS line, coalesce(len(list_filter(json_extract(${identifier}, '$[*]'), lambda one: json_extract_string(one, '$.system') IS NOT NULL AND trim(json_extract_string(one, '$.value')) <> '')) > 0, false) AS has FROM ${rawOf('Patient')})`);
    if (!all || all.n === 0) return [];
    const threshold = thresholdOf(identifiers, desk.data);
    const failing = new Set(wrong.map(({ file, line }) => `${file}:${line}`)).size;
    const finding: Finding = share({
      check: 'I01', element: null, resource: 'Patient', unit: whole, moments: independent(Math.max(0, all.has - failing), all.n), threshold, tier: 'important', minimumN: 1,
      says: ({ n, k, rate, low, high }) => `${count(k)} of ${count(n)} patients have an identifier that can be one, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`,
      figures: { without: all.n - all.has, failProof: failing },
      rows: [...wrong.map((row) => rowOf(desk, row, `An identifier of ${row.system} fails its check digit.`)), ...(((all.rows ? JSON.parse(all.rows) : null) as FoundRow[] | null) ?? []).map((row) => rowOf(desk, row, 'No identifier with a system and a value.'))].slice(0, maxRows),
    });
    return [finding];
  },
};
