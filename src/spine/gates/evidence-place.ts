// On which screen does the evidence of a number lie, by the record it was computed from?

/** The part of a deployment's address that a room's records are found under. */
const parts: Readonly<Record<string, string>> = { audit: 'data', notes: 'notes', sample: 'data/samples', gateway: 'gateway', decisions: 'decisions', charter: 'charter', deployments: 'charter' };
/** Rooms whose record has a screen of its own: `audit/aud_01…` is `data/aud_01…`. */
const opened = new Set(['audit', 'notes', 'sample']);

/** The address under `/deployments/…` that shows what a measurement's source names; null: none does. */
export function evidencePlace(source: string | null): string | null {
  const [room = '', id = ''] = (source ?? '').split('/');
  const part = parts[room];
  if (part === undefined) return null;
  return opened.has(room) && /^[a-z]{3}_[0-9a-z]+$/.test(id) ? `${part}/${id}` : part;
}

const named: Readonly<Record<string, string>> = { audit: 'the data audit', notes: 'the notes audit', sample: 'the sample', gateway: 'the gateway', decisions: 'its decisions', charter: 'the charter', deployments: 'the charter' };
/** What that screen is, in words. */
export const evidenceNamed = (source: string | null): string => named[(source ?? '').split('/')[0] ?? ''] ?? 'the evidence';
