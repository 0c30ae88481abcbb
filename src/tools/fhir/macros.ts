// Which FHIRPath steps are DuckDB macros, so that generated SQL stays short enough to read?

/** Defined in every database `openDatabase` opens. JSON null is FHIR's "no value here", so it never becomes an element. */
export const macros: string[] = [
  // the elements of a JSON value: of an array its items, of anything else itself
  `CREATE OR REPLACE MACRO fhir_many(v) AS
     list_transform([v], lambda fhir_v:
       CASE WHEN fhir_v IS NULL THEN CAST([] AS JSON[])
            WHEN json_type(fhir_v) = 'ARRAY' THEN list_filter(json_extract(fhir_v, '$[*]'), lambda fhir_e: json_type(fhir_e) <> 'NULL')
            WHEN json_type(fhir_v) = 'NULL' THEN CAST([] AS JSON[])
            ELSE [fhir_v] END)[1]`,
  // a list without its NULL and JSON null items
  `CREATE OR REPLACE MACRO fhir_present(l) AS
     list_filter(coalesce(l, CAST([] AS JSON[])), lambda fhir_e: fhir_e IS NOT NULL AND json_type(fhir_e) <> 'NULL')`,
  // the only element, or an error: FHIRPath singleton evaluation
  `CREATE OR REPLACE MACRO fhir_one(l) AS
     list_transform([l], lambda fhir_l:
       CASE WHEN len(fhir_l) > 1 THEN error('FHIR view: more than one value where one is expected') ELSE fhir_l[1] END)[1]`,
  `CREATE OR REPLACE MACRO fhir_number(t) AS TRY_CAST(t AS DOUBLE)`,
  // FHIRPath: a single value that is no boolean counts as true
  `CREATE OR REPLACE MACRO fhir_true(v) AS
     CASE WHEN v IS NULL THEN NULL WHEN json_type(v) = 'BOOLEAN' THEN (v->>'$') = 'true' ELSE true END`,
  `CREATE OR REPLACE MACRO fhir_criterion(v) AS
     CASE WHEN v IS NULL THEN NULL WHEN json_type(v) = 'BOOLEAN' THEN (v->>'$') = 'true'
          ELSE error('FHIR view: where does not give a boolean') END`,
  // -1, 0, 1 or NULL: numbers as numbers, date-times with a time zone as moments, anything else as text
  `CREATE OR REPLACE MACRO fhir_compare(a, b) AS
     CASE WHEN a IS NULL OR b IS NULL THEN NULL
          WHEN TRY_CAST(a AS DOUBLE) IS NOT NULL AND TRY_CAST(b AS DOUBLE) IS NOT NULL
            THEN CAST(sign(TRY_CAST(a AS DOUBLE) - TRY_CAST(b AS DOUBLE)) AS INTEGER)
          WHEN regexp_matches(a, '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}.*(Z|[+-]\\d{2}:\\d{2})$') AND regexp_matches(b, '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}.*(Z|[+-]\\d{2}:\\d{2})$')
               AND TRY_CAST(a AS TIMESTAMPTZ) IS NOT NULL AND TRY_CAST(b AS TIMESTAMPTZ) IS NOT NULL
            THEN CASE WHEN TRY_CAST(a AS TIMESTAMPTZ) < TRY_CAST(b AS TIMESTAMPTZ) THEN -1 WHEN TRY_CAST(a AS TIMESTAMPTZ) > TRY_CAST(b AS TIMESTAMPTZ) THEN 1 ELSE 0 END
          WHEN a < b THEN -1 WHEN a > b THEN 1 ELSE 0 END`,
  // "Type/id", an absolute URL or a versioned reference: the id, or NULL for a fragment or a urn.
  // The first branch is the common relative form; the full pattern is ten times dearer.
  `CREATE OR REPLACE MACRO fhir_reference_id(t) AS
     list_transform([t], lambda fhir_r:
       CASE WHEN contains(fhir_r, '/') AND split_part(fhir_r, '/', 3) = '' AND regexp_matches(fhir_r, '^[A-Z]') THEN nullif(split_part(fhir_r, '/', 2), '')
            ELSE nullif(regexp_extract(fhir_r, '^(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.\\-]{1,64})(?:/_history/[^/]+)?$', 2), '') END)[1]`,
  // the same, only for references to one type
  `CREATE OR REPLACE MACRO fhir_reference_key(t, wanted) AS
     list_transform([t], lambda fhir_r:
       CASE WHEN starts_with(fhir_r, wanted || '/') AND NOT contains(substr(fhir_r, len(wanted) + 2), '/') THEN nullif(substr(fhir_r, len(wanted) + 2), '')
            WHEN NOT contains(fhir_r, wanted || '/') THEN NULL
            WHEN regexp_extract(fhir_r, '^(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.\\-]{1,64})(?:/_history/[^/]+)?$', 1) = wanted
              THEN nullif(regexp_extract(fhir_r, '^(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.\\-]{1,64})(?:/_history/[^/]+)?$', 2), '') END)[1]`,
  // half a unit of the last written digit (FHIRPath lowBoundary, highBoundary on decimals)
  `CREATE OR REPLACE MACRO fhir_half_unit(t) AS 0.5 * pow(10, -len(regexp_extract(t, '\\.(\\d+)', 1)))`,
  `CREATE OR REPLACE MACRO fhir_day(t, high) AS
     CASE WHEN len(t) = 10 THEN t
          WHEN NOT high THEN CASE WHEN len(t) = 4 THEN t || '-01-01' ELSE t || '-01' END
          WHEN len(t) = 4 THEN t || '-12-31'
          ELSE CAST(last_day(CAST(t || '-01' AS DATE)) AS VARCHAR) END`,
  `CREATE OR REPLACE MACRO fhir_boundary(t, high, hint) AS
     CASE WHEN t IS NULL THEN NULL
          WHEN hint <> 'dateTime' AND regexp_matches(t, '^-?\\d+(\\.\\d+)?$') AND (hint = 'decimal' OR NOT regexp_matches(t, '^\\d{4}$'))
            THEN CAST(round(CAST(t AS DOUBLE) + CASE WHEN high THEN 1 ELSE -1 END * fhir_half_unit(t), CAST(len(regexp_extract(t, '\\.(\\d+)', 1)) + 1 AS INTEGER)) AS VARCHAR)
          WHEN regexp_matches(t, '^\\d{2}:\\d{2}') THEN
            t || CASE WHEN len(t) > 5 THEN '' WHEN high THEN ':59' ELSE ':00' END
              || CASE WHEN regexp_matches(t, '\\.\\d+$') THEN '' WHEN high THEN '.999' ELSE '.000' END
          WHEN regexp_matches(t, '^\\d{4}(-\\d{2}(-\\d{2})?)?$') THEN
            fhir_day(t, high) || CASE WHEN hint <> 'dateTime' THEN '' WHEN high THEN 'T23:59:59.999-12:00' ELSE 'T00:00:00.000+14:00' END
          WHEN regexp_matches(t, '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}') THEN
            regexp_extract(t, '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}')
              || coalesce(nullif(regexp_extract(t, 'T\\d{2}:\\d{2}(:\\d{2})', 1), ''), CASE WHEN high THEN ':59' ELSE ':00' END)
              || coalesce(nullif(regexp_extract(t, 'T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)', 1), ''), CASE WHEN high THEN '.999' ELSE '.000' END)
              || coalesce(nullif(regexp_extract(t, '(Z|[+-]\\d{2}:\\d{2})$', 1), ''), CASE WHEN high THEN '-12:00' ELSE '+14:00' END)
          ELSE NULL END`,
];
