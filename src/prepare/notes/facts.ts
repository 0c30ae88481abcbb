// Which structured data of an encounter may have been pasted into its notes?
import { readKnowledge } from './knowledge.ts';
import type { Fact, NoteText } from './provenance/provenance.ts';
import type { Chart } from './reading/charts.ts';
import type { ValueHead } from './reading/heads.ts';

/** More than anybody pastes; the newest stay. */
const most = 4_000;

export interface Beside {
  /** Of an encounter, with those of the patient that belong to none. */
  values(encounter: string | null): readonly ValueHead[];
  facts(note: NoteText): readonly Fact[];
}

/** The structured data of a chart, by encounter. A value without an encounter belongs to the one its time falls into; lists (problems, allergies) to all. */
export function besideOf(chart: Chart): Beside {
  const names = readKnowledge().names;
  const visits = [...chart.encounters.values()].filter(({ start }) => start !== null);
  const byEncounter = new Map<string, ValueHead[]>();
  const ofPatient: ValueHead[] = [];
  for (const value of chart.values) {
    const encounter = value.encounter ?? (value.from === 'Observation' && value.at !== null ? (visits.find(({ start, end }) => start! <= value.at! && (end ?? '9999') >= value.at!)?.id ?? null) : null);
    if (encounter === null) {
      if (value.from !== 'Observation') ofPatient.push(value);
      continue;
    }
    const mine = byEncounter.get(encounter);
    if (mine) mine.push(value);
    else byEncounter.set(encounter, [value]);
    if (value.from === 'Condition' || value.from === 'AllergyIntolerance') ofPatient.push(value);
  }
  const factsOf = new Map<string, readonly Fact[]>();
  return {
    values: (encounter) => (encounter === null ? [] : (byEncounter.get(encounter) ?? [])),
    facts(note) {
      const key = note.encounter ?? '';
      let facts = factsOf.get(key);
      if (!facts) factsOf.set(key, (facts = toFacts([...(byEncounter.get(key) ?? []), ...ofPatient], names)));
      return facts;
    },
  };
}

function toFacts(values: readonly ValueHead[], names: Record<string, string[]>): Fact[] {
  const seen = new Set<string>();
  const facts: Fact[] = [];
  for (const value of values.length > most ? values.slice(-most) : values) {
    const aliases = value.codes.flatMap((code) => names[code] ?? []);
    const label = value.label ?? aliases[0];
    if (label === undefined) continue;
    const key = `${label} ${value.value ?? ''} ${value.unit ?? ''}`;
    if (seen.has(key)) continue;
    seen.add(key);
    facts.push({ label, aliases: [...aliases, ...shorter(label)], value: value.value, unit: value.unit, at: value.at });
  }
  return facts;
}

/** “Lisinopril 10 MG Oral Tablet” is pasted as written and as “Lisinopril 10 MG”; “Sodium [Moles/volume] in Serum” as “Sodium”. */
function shorter(label: string): string[] {
  const plain = label.replace(/\s*[[(].*$/, '');
  const drug = /^(.*?\d+(?:\.\d+)?\s?(?:MG|MCG|G|ML|UNT|mg|mcg|g|mL|units?))\b/.exec(label)?.[1];
  return [plain, drug].filter((one): one is string => one !== undefined && one !== '' && one !== label);
}
