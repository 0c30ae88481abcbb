// F10: do references point at something?
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { count, independent, percent, sayInterval, sayThreshold, share } from '../judging.ts';
import { maxRows, type Finding } from '../model.ts';
import { textAt } from '../cells.ts';
import { fieldsOf, manyReferences, referencePlace } from '../type-fields.ts';

export const referencesResolve: Check = {
  id: 'F10',
  name: 'References resolve',
  asks: 'Do the references inside the export point at something in it?',
  family: 'conformance',
  about: 'resource',
  formula: 'n: literal references of a type (to patient, encounter, and the main ones of the type). k: those whose target is in the export. References into contained resources (#…), to other kinds of address (a search, an identifier) and to types the export does not hold at all are left out; the last are counted beside. Evidence: the first row of each reference to nothing.',
  threshold: { bound: 'at-least', value: 0.99 },
  source: 'Kahn et al. 2016, relational conformance; OHDSI Data Quality Dashboard, isForeignKey.',
  limits: 'A reference that resolves may still point at the wrong one.',
  weight: 'important',
  async find(desk) {
    const { database } = desk;
    const threshold = thresholdOf(referencesResolve, desk.data);
    const held = Object.keys(desk.resources).map(quote).join(', ');
    const texts = desk.types.flatMap((resource, at) => referenceTexts(resource, desk.wanted[resource] ?? []).map((one) => ({ resource, at, ...one })));
    if (texts.length === 0) return [];
    // Most references are of the form Type/id and resolve: their hash is among those of the resources that are pointed at. Only the rest is looked at one by one.
    const targets = Object.keys(desk.resources).filter((type) => pointedAt.has(type));
    await database.run(`CREATE OR REPLACE TEMP TABLE target AS SELECT hash(resourceType || '/' || id) AS h FROM resources WHERE resourceType IN (${targets.map(quote).join(', ') || 'NULL'}) AND id IS NOT NULL AND NOT contains(id, '?') AND NOT contains(id, '/')`);
    const [single, several] = [texts.filter(({ many }) => !many), texts.filter(({ many }) => many)];
    const each = single.map(({ resource, at, text }, field) => `SELECT ${at} AS resource, ${field} AS field, ${text} AS one, _file, _line FROM ${name(`raw_${resource}`)} WHERE ${text} IS NOT NULL`).join(' UNION ALL ') || `SELECT 0 AS resource, 0 AS field, NULL::VARCHAR AS one, 0 AS _file, 0::BIGINT AS _line WHERE false`;
    await database.run(`CREATE OR REPLACE TEMP TABLE missed AS SELECT resource, any_value(one) AS ref, count(*) AS n, min(_file::BIGINT * 10000000000 + _line) AS first FROM (${each}) ANTI JOIN target ON target.h = hash(one) GROUP BY resource, field, hash(one)`);
    const straight = new Map<number, number>();
    if (single.length > 0)
      for (const { resource, n } of await database.rows<{ resource: number; n: number }>(`SELECT resource, sum(n)::BIGINT AS n FROM (${single.map(({ resource, at, text }) => `SELECT ${at} AS resource, count(${text}) AS n FROM ${name(`raw_${resource}`)}`).join(' UNION ALL ')} UNION ALL SELECT resource, -sum(n)::BIGINT FROM missed GROUP BY resource) GROUP BY resource`)) straight.set(resource, n);
    // Equal references are looked up once, and those of all types together; the ids of the whole export are read again only for those that miss.
    await database.run(`CREATE OR REPLACE TEMP TABLE named AS SELECT *, split_part(plain, '/', -2) AS type, split_part(plain, '/', -1) AS target, EXISTS (SELECT 1 FROM target WHERE target.h = hash(plain)) AS hit FROM (SELECT resource, ref, n, first, CASE WHEN contains(ref, '/_history/') THEN split_part(ref, '/_history/', 1) ELSE ref END AS plain
        FROM (${['SELECT resource, ref, n, first FROM missed', ...several.map(listedReferences)].join(' UNION ALL ')}) WHERE NOT starts_with(ref, '#') AND NOT contains(ref, '?') AND NOT starts_with(ref, 'urn:') AND contains(ref, '/'))`);
    await database.run(`CREATE OR REPLACE TEMP TABLE pointing AS WITH there AS (SELECT DISTINCT x.resourceType, x.id FROM resources x SEMI JOIN (SELECT * FROM named WHERE NOT hit) named ON named.target = x.id AND named.type = x.resourceType)
      SELECT named.resource, named.ref, named.n, named.first, named.type IN (${held}) AS held, hit OR there.id IS NOT NULL AS ok FROM named LEFT JOIN there ON there.id = named.target AND there.resourceType = named.type`);
    const others = await database.rows<{ resource: number; n: number; k: number; elsewhere: number; types: string }>(`SELECT resource, coalesce(sum(n) FILTER (held), 0)::BIGINT AS n, coalesce(sum(n) FILTER (held AND ok), 0)::BIGINT AS k, coalesce(sum(n) FILTER (NOT held), 0)::BIGINT AS elsewhere,
        to_json(list_slice(list_sort(coalesce(list(DISTINCT split_part(ref, '/', -2)) FILTER (NOT held), [])), 1, 10))::VARCHAR AS types FROM pointing GROUP BY resource ORDER BY resource`);
    const wrong = await database.rows<{ resource: number; rows: string }>(`SELECT resource, to_json(arg_min({file: first // 10000000000, line: first % 10000000000, a: ref}, first, ${maxRows}))::VARCHAR AS rows FROM pointing WHERE held AND NOT ok GROUP BY resource`);
    await database.run('DROP TABLE pointing; DROP TABLE named; DROP TABLE missed; DROP TABLE target');
    const rows = desk.types.flatMap((_, at) => {
      const other = others.find((one) => one.resource === at);
      const found = straight.get(at) ?? 0;
      return other || found > 0 ? [{ resource: at, n: found + (other?.n ?? 0), k: found + (other?.k ?? 0), elsewhere: other?.elsewhere ?? 0, types: other?.types ?? '[]' }] : [];
    });
    return rows.map(({ resource: at, n, k, elsewhere, types }): Finding => {
      const resource = desk.types[at]!;
      const evidence = wrong.find((one) => one.resource === at);
      return share({
        check: 'F10', element: null, resource, unit: whole, moments: independent(k, n), threshold, tier: 'important', minimumN: 1,
        says: ({ n, k, rate, low, high }) =>
          `${resource}: ${rate === null ? 'no reference points at a type the export holds' : `${count(k)} of ${count(n)} references resolve, ${percent(rate)}${sayInterval(low, high)}${sayThreshold(threshold)}`}.${elsewhere > 0 ? ` ${count(elsewhere)} more point at types that are not in the export (${(JSON.parse(types) as string[]).map((type) => type || 'unknown').join(', ')}).` : ''}`,
        figures: { toTypesNotInExport: elsewhere },
        rows: evidence ? (JSON.parse(evidence.rows) as FoundRow[]).map((row) => rowOf(desk, row, `${row.a} is not in the export.`)) : [],
      });
    });
  },
};

function referenceTexts(resource: string, columns: readonly string[]): { text: string; many: boolean }[] {
  const { subject, encounter, references } = fieldsOf(resource);
  return [subject, encounter, ...references].flatMap((field) => {
    const text = field === null ? null : textAt(referencePlace(field), columns);
    return text === null ? [] : [{ text, many: manyReferences.has(field!) }];
  });
}

/** Types that references mostly point at, those apart of which there are most: a wrong guess costs time and no correctness. */
const pointedAt: ReadonlySet<string> = new Set(['Patient', 'Encounter', 'Medication', 'MedicationRequest', 'Specimen', 'Organization', 'Location', 'Practitioner', 'PractitionerRole', 'ServiceRequest', 'Device']);

interface ReferenceText {
  resource: string;
  /** The number of the type. */
  at: number;
  text: string;
  many: boolean;
}

/** A list of references is taken apart, equal lists once. `first`: where a reference stands first. */
const listedReferences = ({ resource, at, text }: ReferenceText): string =>
  `SELECT ${at} AS resource, ref, sum(n) AS n, min(first) AS first FROM (SELECT unnest(regexp_extract_all(one, '"reference"\\s*:\\s*"([^"]+)"', 1)) AS ref, n, first
    FROM (SELECT any_value(one) AS one, count(*) AS n, min(_file::BIGINT * 10000000000 + _line) AS first FROM (SELECT ${text} AS one, _file, _line FROM ${name(`raw_${resource}`)}) WHERE one IS NOT NULL GROUP BY hash(one))) GROUP BY ref`;
