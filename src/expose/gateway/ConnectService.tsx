// How is a vendor's service set up behind the gateway?
import { z } from 'zod';
import { FormDialog } from '../../tools/ui/FormDialog.tsx';
import { useTell } from '../../tools/ui/asking.ts';
import { useMay } from '../../tools/ui/me.ts';
import { useSay } from '../../tools/ui/Said.tsx';
import { connection, putService, type Connection, type Service } from './model.ts';

/** What most connections need; the rest (prefetch of our own, places, the decision moment) is set over the API and stays. */
const short = z.strictObject({
  url: connection.shape.url,
  check: z.enum(['jwt', 'none']).describe('`jwt`: the record system signs its calls. `none`: nobody is checked; for a trial on one machine only.'),
  issuer: z.string().max(500).optional().describe('`iss` of the record system’s tokens; with `jwt`.'),
  jwksUrl: z.string().max(500).optional().describe('Where its public keys are; with `jwt`.'),
  sign: z.boolean().default(true).describe('Whether our calls to the vendor are signed.'),
  discovery: z.string().max(500).optional().describe('Only where it is not below the base address at `/cds-services`.'),
  patients: z.string().max(500).optional().describe('The page that tells patients of this AI.'),
  staff: z.string().max(500).optional().describe('The page that tells staff of it.'),
});

const fresh: Pick<Connection, 'origins' | 'prefetch' | 'places' | 'moment'> = { origins: [], prefetch: {}, places: { facility: null, department: null, names: {} }, moment: null };

/** The connection as before, with what the form changes. Issuers beyond the first stay. */
function connectionFrom(value: z.input<typeof short>, before: Connection | null): unknown {
  const { url, check, issuer = '', jwksUrl = '', sign = true, discovery, patients, staff } = value;
  const others = before?.callers.check === 'jwt' ? before.callers.issuers : [];
  const same = others[0] && others[0].iss === issuer && (others[0].jwksUrl ?? '') === jwksUrl;
  const callers = check === 'none' ? { check } : { check, issuers: same ? others : [{ iss: issuer, ...(jwksUrl && { jwksUrl }) }, ...others.slice(1)] };
  const notices = { ...(patients && { patients }), ...(staff && { staff }) };
  return { ...(before ?? fresh), url, callers, sign, discovery: discovery || undefined, notices: patients || staff ? notices : undefined };
}

export function ConnectService({ deployment, now }: { deployment: string; now?: Service }) {
  const say = useSay();
  const putting = useTell(putService, { rooms: ['gateway'], done: () => say('The connection is kept; the mode is as it was, and off where it is new.') });
  if (!useMay(putService)) return null;
  const first = now?.connection.callers.check === 'jwt' ? now.connection.callers.issuers[0] : undefined;
  return (
    <FormDialog
      wide
      label={now ? 'Connection' : 'Connect a service'}
      title={now ? 'Connection to the vendor' : 'Connect a CDS Hooks service'}
      says="Nothing is shown by this: a new connection begins with the mode off."
      schema={short}
      words={{ url: { label: 'Base address of the vendor' }, check: { label: 'Who may call' }, issuer: { label: 'Issuer' }, jwksUrl: { label: 'Address of its keys' }, sign: { label: 'Sign our calls' }, discovery: { label: 'Address of its discovery' }, patients: { label: 'Notice to patients' }, staff: { label: 'Notice to staff' } }}
      start={now ? { url: now.connection.url, check: now.connection.callers.check, sign: now.connection.sign, ...(first && { issuer: first.iss, ...(first.jwksUrl && { jwksUrl: first.jwksUrl }) }), ...(now.connection.discovery && { discovery: now.connection.discovery }), ...now.connection.notices } : { check: 'jwt', sign: true }}
      does="Keep it"
      send={(value) => putting.tellAsync({ params: { deployment }, body: connectionFrom(value, now?.connection ?? null) } as never)}
    />
  );
}
