// How is a vendor's service reached, and who may call it here?
import { z } from 'zod';
import { slug } from '../../tools/base/id.ts';

const path = z.string().min(1).max(500);
const http = z.url({ protocol: /^https?$/ }).max(500);

/** The signature algorithms this house takes; none and the symmetric ones never (CDS Hooks 2.0, "Trusting CDS Clients"). */
export const algorithms = ['ES384', 'RS384', 'ES256', 'RS256', 'PS256', 'PS384', 'ES512', 'RS512', 'PS512', 'EdDSA', 'Ed25519'];

/** Somebody who may call: an EHR by the issuer of its tokens. */
export const issuer = z
  .strictObject({
    iss: z.string().min(1).max(500),
    jwksUrl: http.optional().describe('Where its public keys are.'),
    jwks: z.strictObject({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) }).optional().describe('Or the keys themselves.'),
  })
  .refine((one) => (one.jwksUrl === undefined) !== (one.jwks === undefined), 'name either `jwksUrl` or `jwks`');

export const connection = z.strictObject({
  url: http.describe('The vendor’s base address; its discovery is below it at `/cds-services`.'),
  discovery: http.optional().describe('Where the vendor describes its services, if it does so elsewhere than the specification says. Calls go to `url` all the same.'),
  callers: z
    .discriminatedUnion('check', [
      z.strictObject({ check: z.literal('jwt'), issuers: z.array(issuer).min(1) }),
      z.strictObject({ check: z.literal('none') }).describe('Nobody is checked: for a trial on one machine, or behind mutual TLS of a proxy.'),
    ])
    .describe('Who may call this gateway as an EHR.'),
  sign: z.boolean().default(true).describe('Whether calls to the vendor carry a token of this house, verified with /cds/jwks.json.'),
  origins: z.array(z.union([z.url({ protocol: /^https?$/ }), z.literal('*')])).max(50).default([]).describe('Web origins whose browser pages may call (CORS), such as https://sandbox.cds-hooks.org; `*` lets in any page, for a trial.'),
  prefetch: z
    .record(z.string().regex(/^attending[A-Z]\w{0,60}$/, 'begins with `attending`, such as attendingAntibiotics'), path)
    .default({})
    .describe('Prefetch templates of this house’s own rules: asked of the EHR, never forwarded to the vendor.'),
  places: z
    .strictObject({
      facility: path.nullable().default(null).describe('A FHIRPath over `%prefetch`, `%context` and `%tenant` that gives the facility.'),
      department: path.nullable().default(null),
      names: z.record(z.string(), slug).default({}).describe('What those paths give → the short name here; without an entry it must be the short name itself.'),
    })
    .prefault({}),
  moment: path.nullable().default(null).describe('A FHIRPath that gives the instant the decision is due.'),
  notices: z.strictObject({ patients: http.optional(), staff: http.optional() }).optional().describe('The pages that tell patients and staff of this AI. They are looked for every day.'),
});
export type Connection = z.infer<typeof connection>;
