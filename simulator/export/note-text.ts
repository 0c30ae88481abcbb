// What stands in a clinical note: the template, the copied, the imported and the freshly written?
import type { Department } from '../hospitals.ts';
import type { Random } from '../random.ts';
import { findings, retold, steps } from './note-phrases.ts';
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

/** What a writer is like in this department. */
export interface Culture {
  templated: number;
  copied: number;
}

/** The newest values on record at the time of writing, as the record system pastes them. Empty: none yet. */
export type Pasted = string;

/** A progress note. It is the department's template, or yesterday's note with a line changed, or written afresh. */
export function progressNote(random: Random, story: Story, stay: Stay, department: Department, day: number, before: string | null, culture: Culture, pasted: Pasted): string {
  const head = `PROGRESS NOTE - ${department.name.toUpperCase()}\nHospital day ${day}\n`;
  if (before !== null && random.chance(culture.copied)) return before.replace(/Hospital day \d+/, `Hospital day ${day}`).replace(/INTERVAL: .*/, `INTERVAL: ${findings(random, 1)}`);
  if (random.chance(culture.templated)) return `${head}\n${review}\n\n${examination}\n\nASSESSMENT AND PLAN\n${stay.diagnosis.name}: stable. Continue current management.\n\n${attestation}\n`;
  const plan = steps(random, random.integer(4, 7));
  return `${head}\nINTERVAL: ${findings(random, 2)}\n${findings(random, random.integer(9, 14))}\n\n${pasted === '' ? '' : `${pasted}\n\n`}${random.chance(0.12) ? `${examination}\n\n` : ''}ASSESSMENT AND PLAN\n${aged(story)} with ${stay.diagnosis.name.toLowerCase()}${stay.septic ? ', meeting sepsis criteria on admission' : ''}. ${findings(random, 2)}\n${plan.map((step, at) => `${at + 1}. ${step}`).join('\n')}\n`;
}

const aged = (story: Story) => `${Math.floor(story.age)}-year-old ${nameOfSex[story.sex]}`;

/** The first visit's history, in its writer's words: what is carried forward where `faults.ts` says so. */
export const firstHistory = (random: Random, story: Story): string => `HISTORY OF THE FIRST VISIT\n${aged(story)}: ${retold(random, story.chronic)}. ${findings(random, 7)}\n`;

export const emergencyNote = (random: Random, story: Story, stay: Stay, pasted: Pasted) =>
  `EMERGENCY DEPARTMENT NOTE\n\n${aged(story)} with ${retold(random, story.chronic)}, presents with ${stay.diagnosis.name.toLowerCase()}. ${findings(random, 7)}\n\n${pasted === '' ? '' : `${pasted}\n\n`}MEDICAL DECISION MAKING\n${findings(random, 3)} ${steps(random, 3).join(' ')}\n`;

export const admissionNote = (random: Random, story: Story, stay: Stay) =>
  `HISTORY AND PHYSICAL\n\nCHIEF COMPLAINT: ${stay.diagnosis.name}\n\nHISTORY OF PRESENT ILLNESS\n${aged(story)} with ${retold(random, story.chronic)}. ${findings(random, random.integer(14, 20))}\n\n${random.chance(0.3) ? `${examination}\n\n` : ''}ASSESSMENT AND PLAN\n${findings(random, 2)}\n${steps(random, 5).join('\n')}\n`;

export const consultNote = (random: Random, story: Story, stay: Stay) =>
  `CONSULTATION\n\nREASON: ${stay.diagnosis.name}\n\n${aged(story)}, known for ${retold(random, story.chronic)}. ${findings(random, 8)}\n\nRECOMMENDATIONS\n${steps(random, 4).map((plan) => `- ${plan}`).join('\n')}\n`;

export const dischargeNote = (random: Random, story: Story, stay: Stay) =>
  `DISCHARGE SUMMARY\n\nDIAGNOSES: ${stay.diagnosis.name}${stay.septic ? '; sepsis' : ''}; ${retold(random, story.chronic)}\n\nHOSPITAL COURSE\n${aged(story)}. ${findings(random, 10)}\n\nFOLLOW-UP\n${steps(random, 4).join(' ')}\n`;

export const clinicNote = (random: Random, story: Story, stay: Stay, culture: Culture) =>
  random.chance(culture.templated)
    ? `CLINIC VISIT\n\n${review}\n\n${examination}\n\nASSESSMENT\n${stay.diagnosis.name}: stable.\n\n${attestation}\n`
    : `CLINIC VISIT\n\n${aged(story)} with ${retold(random, story.chronic)} comes for ${stay.diagnosis.name.toLowerCase()}. ${findings(random, 12)}\n\nPLAN\n${steps(random, 5).join('\n')}\n`;
