// Exactly which data does the model depend on, and how good must they be?
import { z } from 'zod';
import { slug } from '../../tools/base/id.ts';

const duration = z
  .string()
  .regex(/^P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?)?$/, 'an ISO 8601 duration such as PT24H, P2D or P365D')
  .describe('An ISO 8601 duration of days, hours and minutes.');

const share = z.number().min(0).max(1);

const coding = z.strictObject({
  system: z.string().min(1).describe('The canonical URL of the code system.'),
  code: z.string().min(1),
  display: z.string().optional(),
});

/** How much depends on an element: critical blocks the gate, important is judged, context is only reported. */
export const tier = z.enum(['critical', 'important', 'context']);
export type Tier = z.infer<typeof tier>;

/** One thing the model reads: where it stands in FHIR, in which window, for whom, and how complete it must be. */
export const element = z.strictObject({
  id: slug,
  name: z.string().min(1),
  resource: z.string().regex(/^[A-Z][A-Za-z]+$/, 'a FHIR R4 resource type such as Observation'),
  path: z
    .string()
    .min(1)
    .describe('FHIRPath from the resource to the value, in the subset of SQL on FHIR, e.g. `value.ofType(Quantity).value`.'),
  codes: z.array(coding).default([]).describe('Only resources that carry one of these codes count; none: all of the type.'),
  codePath: z.string().default('code').describe('FHIRPath to the CodeableConcept the codes are looked up in.'),
  where: z.string().optional().describe('A further FHIRPath condition on the resource.'),
  datePath: z.string().optional().describe('FHIRPath to the clinically relevant time; by default the usual one of the type.'),
  per: z.enum(['patient', 'encounter']).describe('The unit of analysis: of whom must a usable value exist?'),
  window: z
    .strictObject({
      anchor: z.enum(['encounter-start', 'encounter-end', 'any-time']).default('any-time'),
      before: duration.optional().describe('How far back from the anchor a value may lie.'),
      after: duration.optional().describe('How far after the anchor a value may lie.'),
    })
    .default({ anchor: 'any-time' })
    .describe('The look-back window. `any-time`: anywhere in the export.'),
  tier,
  threshold: share.default(0.95).describe('The least share of patients or encounters with a usable value.'),
  maxSpread: share.default(0.1).describe('The largest difference between facilities, as a share (0.1 = 10 points).'),
  minimumN: z.int().min(1).default(30).describe('With fewer patients or encounters the element is not measurable.'),
  units: z.array(z.string()).default([]).describe('The UCUM units the model understands; with none, every unit counts.'),
  range: z.strictObject({ low: z.number().optional(), high: z.number().optional() }).optional().describe('Plausible values, inclusive, in the first of `units`.'),
  values: z.array(z.string()).default([]).describe('The only values allowed, for coded elements; with none, every value counts.'),
  maxDelay: duration.optional().describe('How late after the event the value may be on record.'),
});
export type Element = z.infer<typeof element>;

/** The charter's data section: what `attending audit` checks. */
export const dataSection = z.strictObject({
  population: z
    .strictObject({
      encounterClasses: z.array(z.string()).default([]).describe('Encounter.class codes that count, e.g. IMP, EMER; none: all.'),
      from: z.string().optional().describe('First day of the study period, YYYY-MM-DD.'),
      to: z.string().optional().describe('Last day of the study period, YYYY-MM-DD.'),
      reference: z
        .strictObject({
          source: z.string().min(1).describe('Where these numbers come from, e.g. the table of patients in the validation study.'),
          age: z.strictObject({ mean: z.number(), sd: z.number().min(0) }).optional().describe('Years.'),
          shares: z.record(z.string(), share).default({}).describe('Shares by group, e.g. `sex: female` or `language: es`.'),
        })
        .optional()
        .describe('The patients the product was developed or validated on; check B02 compares the population with them.'),
    })
    .default({ encounterClasses: [] }),
  unitPaths: z
    .strictObject({
      facility: z.string().default('serviceProvider').describe('FHIRPath from Encounter to the facility.'),
      department: z.string().default('location.location').describe('FHIRPath from Encounter to the department.'),
      clinician: z.string().default('participant.individual').describe('FHIRPath from Encounter to the responsible clinician.'),
    })
    .default({ facility: 'serviceProvider', department: 'location.location', clinician: 'participant.individual' }),
  decision: z
    .strictObject({
      anchor: z.enum(['encounter-start', 'encounter-end']),
      after: duration.optional().describe('How long after the anchor; without it at the anchor.'),
    })
    .optional()
    .describe('The moment the model decides, counted from the encounter: what is on record later cannot inform it. Without it the end of the latest window of an element stands for it.'),
  elements: z.array(element).default([]),
  noteTypes: z
    .array(z.strictObject({ name: z.string(), codes: z.array(coding).default([]), tier }))
    .default([])
    .describe('The kinds of clinical note the product depends on.'),
  thresholds: z
    .record(z.string().regex(/^[A-Z]\d\d$/), z.strictObject({ atLeast: share.optional(), atMost: share.optional() }))
    .default({})
    .describe('Thresholds of single checks, by check id, where the default is not right here.'),
});
export type DataSection = z.infer<typeof dataSection>;
