// What stands in a clinical note: the template, the copied, the imported and the freshly written?
import type { Department } from '../hospitals.ts';
import type { Random } from '../random.ts';
import { chronic } from './knowledge.ts';
import { nameOfSex, type Stay, type Story } from './story.ts';

const review = `REVIEW OF SYSTEMS
Constitutional: No fever, chills or weight change unless noted above.
Eyes: No change in vision. ENT: No sore throat or hearing loss.
Cardiovascular: No chest pain, palpitations or edema.
Respiratory: No cough, wheezing or shortness of breath.
Gastrointestinal: No nausea, vomiting, diarrhea or constipation.
Genitourinary: No dysuria or hematuria. Musculoskeletal: No joint swelling.
Neurologic: No headache, weakness or numbness. Psychiatric: Mood stable.
All other systems were reviewed and are negative.`;

const examination = `PHYSICAL EXAMINATION
General: Alert and oriented, in no acute distress.
Head: Normocephalic, atraumatic. Neck: Supple, no lymphadenopathy.
Heart: Regular rate and rhythm, no murmurs, rubs or gallops.
Lungs: Clear to auscultation bilaterally. Abdomen: Soft, non-tender, non-distended.
Extremities: No cyanosis, clubbing or edema. Skin: Warm and dry.
Neurologic: No focal deficits.`;

const attestation = 'I have reviewed the laboratory results, imaging and medication list. I discussed the plan with the patient, who agrees. More than half of the time was spent on counseling and coordination of care.';

const course = [
  'Slept poorly, asked twice for something for the cough.',
  'Walked the corridor with physical therapy, short of breath after forty steps.',
  'Family was at the bedside and says the patient is not yet the usual self.',
  'Ate half of breakfast. No new complaints.',
  'Overnight one episode of low blood pressure, answered to 500 mL of fluid.',
  'Fever gone since yesterday noon. Feels clearly better.',
  'Confused for an hour in the evening, oriented again this morning.',
  'Drain output is falling, wound edges look clean.',
  'Pain is four of ten with movement, none at rest.',
  'Urine output picked up after the diuretic was doubled.',
] as const;
const plans = [
  'Continue the present treatment and recheck laboratory values in the morning.',
  'Narrow the antibiotic once the culture names an organism.',
  'Hold the diuretic today, creatinine is rising.',
  'Physical therapy twice daily; discharge planning for the day after tomorrow.',
  'Ask cardiology about rate control before discharge.',
  'Wean oxygen as tolerated, target saturation 92 %.',
  'Repeat lactate in four hours; call if above 2.',
  'Change to oral medication if the evening dose is kept down.',
] as const;

/** What a writer is like in this department. */
export interface Culture {
  templated: number;
  copied: number;
}

/** A progress note. It is the department's template, or yesterday's note with a line changed, or written afresh beside the template blocks. */
export function progressNote(random: Random, story: Story, stay: Stay, department: Department, day: number, before: string | null, culture: Culture): string {
  const head = `PROGRESS NOTE - ${department.name.toUpperCase()}\nHospital day ${day}\n`;
  if (before !== null && random.chance(culture.copied)) return before.replace(/Hospital day \d+/, `Hospital day ${day}`).replace(/INTERVAL: .*/, `INTERVAL: ${random.pick(course)}`);
  if (random.chance(culture.templated)) return `${head}\n${review}\n\n${examination}\n\nASSESSMENT AND PLAN\n${stay.diagnosis.name}: stable. Continue current management.\n\n${attestation}\n`;
  const thoughts = random.shuffle(course).slice(0, random.integer(2, 4));
  const steps = random.shuffle(plans).slice(0, random.integer(2, 4));
  return `${head}\nINTERVAL: ${thoughts.join(' ')}\n\n${imported(random, stay)}\n\n${random.chance(0.5) ? `${examination}\n\n` : ''}ASSESSMENT AND PLAN\n${aged(story)} with ${stay.diagnosis.name.toLowerCase()}${stay.septic ? ', meeting sepsis criteria on admission' : ''}.\n${steps.map((step, at) => `${at + 1}. ${step}`).join('\n')}\n`;
}

/** Values the record system pastes in. */
const imported = (random: Random, stay: Stay) =>
  `VITALS (last 24 h): HR ${Math.round(random.normal(82 + 30 * stay.severity, 8))}, RR ${Math.round(random.normal(17 + 7 * stay.severity, 2))}, T ${(36.8 + stay.severity * random.uniform() * 2).toFixed(1)} C, SpO2 ${Math.min(100, Math.round(random.normal(96 - 4 * stay.severity, 1.5)))} %`;

const aged = (story: Story) => `${Math.floor(story.age)}-year-old ${nameOfSex[story.sex]}`;
const historyOf = (story: Story) => (story.chronic.length === 0 ? 'no known chronic illness' : story.chronic.map((key) => chronic[key].name.toLowerCase()).join(', '));

export const emergencyNote = (random: Random, story: Story, stay: Stay) =>
  `EMERGENCY DEPARTMENT NOTE\n\n${aged(story)} with ${historyOf(story)}, presents with ${stay.diagnosis.name.toLowerCase()}. ${random.pick(course)}\n\n${imported(random, stay)}\n\nMEDICAL DECISION MAKING\n${random.pick(plans)}\n`;

export const admissionNote = (random: Random, story: Story, stay: Stay) =>
  `HISTORY AND PHYSICAL\n\nCHIEF COMPLAINT: ${stay.diagnosis.name}\n\nHISTORY OF PRESENT ILLNESS\n${aged(story)} with ${historyOf(story)}. ${random.shuffle(course).slice(0, 3).join(' ')}\n\n${review}\n\n${examination}\n\nASSESSMENT AND PLAN\n${random.shuffle(plans).slice(0, 3).join('\n')}\n`;

export const consultNote = (random: Random, story: Story, stay: Stay) =>
  `CONSULTATION\n\nREASON: ${stay.diagnosis.name}\n\n${aged(story)}, known for ${historyOf(story)}. ${random.shuffle(course).slice(0, 2).join(' ')}\n\nRECOMMENDATIONS\n${random.shuffle(plans).slice(0, 3).map((plan) => `- ${plan}`).join('\n')}\n`;

export const dischargeNote = (random: Random, story: Story, stay: Stay) =>
  `DISCHARGE SUMMARY\n\nDIAGNOSES: ${stay.diagnosis.name}${stay.septic ? '; sepsis' : ''}; ${historyOf(story)}\n\nHOSPITAL COURSE\n${aged(story)}. ${random.shuffle(course).slice(0, 4).join(' ')}\n\nFOLLOW-UP\n${random.shuffle(plans).slice(0, 2).join(' ')}\n`;

export const clinicNote = (random: Random, story: Story, stay: Stay, culture: Culture) =>
  random.chance(culture.templated)
    ? `CLINIC VISIT\n\n${review}\n\n${examination}\n\nASSESSMENT\n${stay.diagnosis.name}: stable.\n\n${attestation}\n`
    : `CLINIC VISIT\n\n${aged(story)} with ${historyOf(story)} comes for ${stay.diagnosis.name.toLowerCase()}. ${random.pick(course)}\n\nPLAN\n${random.shuffle(plans).slice(0, 2).join('\n')}\n`;
