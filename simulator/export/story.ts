// What happens to one patient in the study period, before anybody writes it down?
import { departmentOf, hospitals, localOffset, payers, type Department, type Hospital } from '../hospitals.ts';
import { between, logNormal, poisson, stream, type Random } from '../random.ts';
import { hour, oneDay, year } from './fhir.ts';
import { chronic, complaints, prevalence, reasons, type ChronicKey, type Diagnosis, type Reason } from './knowledge.ts';

/** A stretch of a stay in one department. */
export interface Move {
  department: Department;
  from: number;
  /** The end of the stretch; for a stay that goes on, the end of the study period. */
  to: number;
}

export interface Stay {
  id: string;
  hospital: Hospital;
  kind: 'inpatient' | 'emergency' | 'ambulatory';
  diagnosis: Diagnosis;
  reason: Reason | null;
  septic: boolean;
  infected: boolean;
  /** 0 well … 1 very sick, at arrival. */
  severity: number;
  moves: Move[];
  start: number;
  end: number;
  ongoing: boolean;
  /** Number of the attending on the list of the last department. */
  attending: number;
  died: boolean;
}

export interface Story {
  number: number;
  id: string;
  hospital: Hospital;
  sex: 'female' | 'male';
  birth: number;
  age: number;
  chronic: ChronicKey[];
  /** The diabetic's usual HbA1c, percent. */
  hba1c: number;
  payer: (typeof payers)[number];
  stays: Stay[];
  died: number | null;
}

export interface Period {
  seed: string;
  from: number;
  /** The virtual now: nothing is later. */
  to: number;
}

/** Arrivals per local hour: few before dawn, most from late morning to evening, as emergency departments know it. */
const arrivals = [5, 4, 3, 3, 3, 3, 4, 6, 8, 10, 12, 12, 12, 11, 11, 11, 11, 11, 11, 10, 10, 9, 8, 6].map((weight, at) => [at, weight] as const);

export function tellStory(number: number, period: Period): Story {
  const random = stream(period.seed, number, 'story');
  const hospital = random.weighted(hospitals.map((one) => [one, one.share] as const));
  const age = Math.min(97, Math.max(18, random.normal(60, 18)));
  const has = (Object.keys(chronic) as ChronicKey[]).filter((key) => {
    const [young, old] = prevalence[key];
    return random.chance(Math.max(0, young + ((old - young) * (age - 20)) / 60));
  });
  const story: Story = {
    number,
    id: `pat-${String(number).padStart(6, '0')}`,
    hospital,
    sex: random.chance(0.53) ? 'female' : 'male',
    birth: period.to - age * year,
    age,
    chronic: has,
    hba1c: has.includes('diabetes') ? Math.min(13, Math.max(6.6, random.normal(7.9, 1.1))) : random.normal(5.4, 0.25),
    payer: payers[age >= 65 ? 1 : random.chance(0.25) ? 2 : 0]!,
    stays: [],
    died: null,
  };
  const wishes = [
    ...Array.from({ length: poisson(random, 0.3 + 0.09 * has.length) }, () => 'inpatient' as const),
    ...Array.from({ length: poisson(random, 0.45) }, () => 'emergency' as const),
    ...Array.from({ length: poisson(random, 0.7 + 0.15 * has.length) }, () => 'ambulatory' as const),
  ];
  if (wishes.length === 0) wishes.push('ambulatory');
  const visits = wishes.map((kind) => ({ kind, start: arrival(random, kind, period) })).sort((a, b) => a.start - b.start);
  let free = period.from;
  for (const { kind, start } of visits) {
    if (start < free || start > period.to - hour) continue;
    const stay = makeStay(random, story, kind, start, period);
    story.stays.push(stay);
    free = stay.end + 6 * hour;
    if (stay.died) {
      story.died = stay.end;
      break;
    }
  }
  if (story.stays.length === 0) story.stays.push(makeStay(random, story, 'ambulatory', arrival(random, 'ambulatory', { ...period, to: period.to - oneDay }), period));
  return story;
}

function arrival(random: Random, kind: Stay['kind'], period: Period): number {
  const day = Math.floor(between(random, period.from, period.to) / oneDay) * oneDay;
  const local = kind === 'ambulatory' ? random.integer(8, 16) : random.weighted(arrivals);
  let at = day + (local - localOffset) * hour + random.integer(0, 59) * 60_000;
  if (kind === 'ambulatory') {
    const weekday = new Date(at + localOffset * hour).getUTCDay();
    if (weekday === 0) at -= 2 * oneDay;
    if (weekday === 6) at -= oneDay;
  }
  return at;
}

function makeStay(random: Random, story: Story, kind: Stay['kind'], start: number, period: Period): Stay {
  // One in twelve visits goes to another hospital of the system.
  const hospital = random.chance(0.08) ? random.pick(hospitals) : story.hospital;
  const number = story.stays.length + 1;
  const base = { id: `enc-${String(story.number).padStart(6, '0')}-${number}`, hospital, kind, start, died: false, ongoing: false };
  const has = (slug: string) => hospital.departments.some((department) => department.slug === slug);
  const emergency = departmentOf(hospital, 'emergency');
  if (kind === 'ambulatory') {
    const clinic = departmentOf(hospital, 'clinic');
    const end = Math.min(period.to, start + random.integer(2, 5) * 10 * 60_000);
    const diagnosis = story.chronic.length > 0 ? chronic[random.pick(story.chronic)] : { icd10: 'Z00.00', snomed: '185349003', name: 'Encounter for check up' };
    return { ...base, diagnosis, reason: null, septic: false, infected: false, severity: between(random, 0, 0.1), moves: [{ department: clinic, from: start, to: end }], end, attending: random.integer(1, clinic.attendings) };
  }
  if (kind === 'emergency') {
    const end = Math.min(period.to, start + Math.max(0.7, logNormal(random, 3.6, 0.5)) * hour);
    return { ...base, diagnosis: random.pick(complaints), reason: null, septic: false, infected: random.chance(0.12), severity: between(random, 0, 0.35), moves: [{ department: emergency, from: start, to: end }], end, attending: random.integer(1, emergency.attendings) };
  }
  const why = random.weighted(reasons.map((one) => [one, one.weight] as const));
  const infected = why.infection === true;
  const severity = infected ? Math.min(1, Math.max(0, random.normal(0.42, 0.22))) : Math.min(1, Math.max(0, random.normal(0.25, 0.18)));
  const septic = infected && severity > 0.45;
  const ward = departmentOf(hospital, why.to.find(has)!);
  const icu = departmentOf(hospital, 'intensive-care');
  const length = Math.max(0.8, logNormal(random, septic ? 5.2 : 3, 0.55)) * oneDay;
  const planned = why.planned === true && random.chance(0.85);
  const moves: Move[] = [];
  let at = start;
  const morning = (Math.floor(start / oneDay) + 1) * oneDay + (random.integer(6, 10) - localOffset) * hour;
  if (planned && morning < period.to - 4 * hour) at = start = morning;
  const finish = Math.min(period.to, at + length);
  const stretch = (department: Department, hours: number) => {
    const to = Math.min(finish, at + hours * hour);
    if (to > at) moves.push({ department, from: at, to });
    at = to;
  };
  if (!planned) stretch(emergency, Math.max(1.2, logNormal(random, 4.5, 0.35)));
  const sick = random.chance(septic ? 0.55 : severity > 0.55 ? 0.3 : 0.03);
  if (sick) stretch(icu, Math.max(10, logNormal(random, 46, 0.6)));
  stretch(ward, Number.MAX_SAFE_INTEGER / hour);
  if (moves.length === 0) moves.push({ department: ward, from: start, to: start + hour });
  const end = moves.at(-1)!.to;
  const last = moves.at(-1)!.department;
  return {
    ...base,
    start: moves[0]!.from,
    diagnosis: why,
    reason: why,
    septic,
    infected,
    severity,
    moves,
    end,
    ongoing: end === period.to,
    died: end < period.to && random.chance(septic ? 0.11 : 0.012),
    attending: random.integer(1, last.attendings),
  };
}

/** How sick the patient is at a moment of the stay: treatment works over days. */
export function severityAt(stay: Stay, at: number): number {
  const gone = (at - stay.start) / oneDay;
  return stay.died ? Math.min(1, stay.severity + 0.12 * gone) : stay.severity * Math.exp(-gone / 2.2);
}

/** Where the patient is at that moment; the last place afterwards. */
export const placeAt = (stay: Stay, at: number): Department => (stay.moves.find((move) => at < move.to) ?? stay.moves.at(-1)!).department;

export const nameOfSex: Record<Story['sex'], string> = { female: 'woman', male: 'man' };
