// Shall the audit check everything, or records drawn by chance?
import { Checkbox, TextInput } from '@mantine/core';

export interface ChosenSample { on: boolean; size: string; perFacility: boolean; seed: string }
export const everything: ChosenSample = { on: false, size: '150', perFacility: true, seed: '' };

/** What the form says as the request of a draw; null: everything. */
export const sampleAsked = ({ on, size, perFacility, seed }: ChosenSample) => (on ? { size: Number(size), per: perFacility ? ('facility' as const) : ('export' as const), ...(seed.trim() !== '' && { seed: seed.trim() }) } : null);

export function ChooseSample({ chosen, onChange }: { chosen: ChosenSample; onChange: (chosen: ChosenSample) => void }) {
  const change = (to: Partial<ChosenSample>) => onChange({ ...chosen, ...to });
  return (
    <div className="stack">
      <Checkbox label="Check only a random sample" description="Quick, with intervals beside the full feed. It moves no measure and closes no issue: the gate wants everything." checked={chosen.on} onChange={(event) => change({ on: event.currentTarget.checked })} />
      {chosen.on && (
        <div className="fields">
          <TextInput label="Records" description="The articles ask for 100 to 200." type="number" min={2} max={10_000} required value={chosen.size} onChange={(event) => change({ size: event.currentTarget.value })} />
          <TextInput label="Seed" description="Any words of eight letters or more; left empty, chance gives one." minLength={8} maxLength={200} value={chosen.seed} onChange={(event) => change({ seed: event.currentTarget.value })} />
          <Checkbox className="is-wide" label="So many in every facility" checked={chosen.perFacility} onChange={(event) => change({ perFacility: event.currentTarget.checked })} />
        </div>
      )}
    </div>
  );
}
