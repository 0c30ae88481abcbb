// What might a clinician write here for the first time, and what does everybody write again and again?
import type { Random } from '../../../../tools/statistics/seeded-random.ts';

const symptoms = ['chest pain', 'dyspnea', 'palpitations', 'dizziness', 'nausea', 'abdominal cramping', 'low back pain', 'headache', 'fatigue', 'insomnia', 'leg swelling', 'a dry cough', 'wheezing', 'night sweats', 'joint stiffness', 'blurred vision', 'hoarseness', 'constipation', 'loose stools', 'urinary frequency', 'flank pain', 'numbness of the toes', 'poor appetite', 'an itchy rash', 'heartburn', 'muscle cramps', 'tinnitus', 'tremor'];
const places = ['at the kitchen table', 'in the garden', 'on the stairs', 'at work in the bakery', 'while driving to Salem', 'during choir practice', 'in the shower', 'at the grandson’s wedding', 'on the way to church', 'in the night', 'after lunch', 'on the treadmill', 'at the bus stop', 'in the waiting room', 'while folding laundry', 'at a baseball game', 'on a fishing trip', 'after shoveling snow', 'in physical therapy', 'on the phone with us'];
const people = ['wife', 'husband', 'daughter', 'son', 'neighbor', 'sister', 'caregiver', 'roommate', 'visiting nurse', 'brother-in-law', 'pharmacist', 'teacher', 'boss'];
const drugs = ['metoprolol', 'lisinopril', 'apixaban', 'furosemide', 'atorvastatin', 'gabapentin', 'sertraline', 'prednisone', 'insulin glargine', 'metformin', 'omeprazole', 'levothyroxine', 'albuterol', 'tiotropium', 'amlodipine', 'allopurinol', 'tamsulosin', 'cefepime', 'vancomycin', 'hydralazine', 'spironolactone', 'duloxetine', 'trazodone', 'empagliflozin', 'warfarin', 'ceftriaxone'];
const problems = ['heart failure with reduced ejection fraction', 'atrial fibrillation', 'community-acquired pneumonia', 'type 2 diabetes', 'chronic kidney disease', 'COPD', 'cellulitis of the left calf', 'acute kidney injury', 'gout of the right knee', 'iron deficiency anemia', 'major depression', 'hip fracture', 'urosepsis', 'diverticulitis', 'hyponatremia', 'hypothyroidism', 'pulmonary embolism', 'a diabetic foot ulcer', 'migraine', 'lumbar stenosis', 'cirrhosis', 'pancreatitis'];
const feelings = ['worried', 'relieved', 'not convinced', 'frustrated', 'tearful', 'cheerful', 'determined', 'ashamed', 'hopeful', 'resigned', 'curious', 'impatient'];
const verbs = ['started', 'stopped', 'skipped', 'doubled', 'halved', 'ran out of', 'mislaid', 'refilled', 'tolerated', 'restarted', 'split', 'borrowed'];
const words = ['marginal', 'brisk', 'patchy', 'stubborn', 'surprising', 'gradual', 'partial', 'sudden', 'clear', 'slight', 'steady', 'uneven', 'modest', 'striking', 'transient', 'puzzling'];
const findings = ['crackles at the left base', 'a soft systolic murmur at the apex', 'two plus pitting edema to the mid shin', 'a healing incision without drainage', 'tenderness over the right flank', 'a reducible umbilical hernia', 'decreased vibration sense to the ankles', 'an effusion of the right knee', 'bilateral wheezes', 'jugular venous distension to the jaw', 'a palpable liver edge', 'a shuffling gait', 'dry mucous membranes', 'a stage two sacral ulcer', 'fluctuance near the port site', 'an irregularly irregular pulse'];
const tests = ['echocardiogram', 'chest radiograph', 'CT of the abdomen', 'renal ultrasound', 'stress test', 'colonoscopy', 'MRI of the lumbar spine', 'lower extremity duplex', 'EEG', 'bronchoscopy', 'sleep study', 'bone density scan', 'Holter monitor', 'upper endoscopy'];
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const units = ['days', 'weeks', 'months', 'hours'];

/** What stands in many notes because language and habit are so; nobody copied it. */
export const stockSentences = [
  'Patient denies chest pain, shortness of breath, nausea or vomiting.',
  'No acute distress.',
  'Alert and oriented times three.',
  'Regular rate and rhythm, no murmurs, rubs or gallops.',
  'Lungs clear to auscultation bilaterally.',
  'Abdomen soft, non-tender, non-distended, bowel sounds present.',
  'Will continue current medications.',
  'Discussed with the patient, who agrees with the plan.',
  'No known drug allergies.',
  'Follow up in two weeks or sooner as needed.',
  'Return to the emergency department for worsening symptoms.',
  'All questions were answered.',
  'Continue to monitor and replete electrolytes as needed.',
  'Review of systems otherwise negative.',
  'The patient was seen and examined at the bedside.',
  'Slept well overnight, no events on telemetry.',
  'Pain is well controlled on the present regimen.',
  'Tolerating a regular diet without difficulty.',
];

/** One sentence of its own: its many slots make it rare across patients. */
export function sentence(random: Random): string {
  const n = (low: number, high: number) => random.integer(low, high);
  const pick = <T>(items: readonly T[]) => random.pick(items);
  switch (n(0, 23)) {
    case 0: return `The ${pick(people)} reports ${pick(words)} ${pick(symptoms)} ${pick(places)} about ${n(2, 14)} ${pick(units)} ago, ${pick(feelings)} since.`;
    case 1: return `${cap(pick(symptoms))} began ${pick(places)} and came with ${pick(symptoms)} for ${n(5, 90)} minutes.`;
    case 2: return `On ${pick(weekdays)} the patient ${pick(verbs)} ${pick(drugs)} ${n(2, 80)} mg after talking with the ${pick(people)}.`;
    case 3: return `Exam shows ${pick(findings)} and ${pick(findings)}, a ${pick(words)} change from ${pick(weekdays)}.`;
    case 4: return `The ${pick(tests)} from ${n(1, 12)}/${n(1, 28)} was read as ${pick(words)} with ${pick(findings)}; ${pick(problems)} seems less likely.`;
    case 5: return `For ${pick(problems)} we ${pick(verbs)} ${pick(drugs)} and will recheck the ${pick(tests)} in ${n(2, 12)} ${pick(units)}.`;
    case 6: return `Seems ${pick(feelings)} about ${pick(problems)}, asks whether ${pick(drugs)} explains the ${pick(symptoms)}.`;
    case 7: return `Weight went from ${n(120, 260)} to ${n(120, 260)} pounds in ${n(2, 9)} ${pick(units)} while ${pick(drugs)} was at ${n(5, 120)} mg.`;
    case 8: return `Lives with the ${pick(people)}, who is ${pick(feelings)} and handles ${pick(drugs)} every ${pick(weekdays)}.`;
    case 9: return `The ${pick(people)} called on ${pick(weekdays)}: ${pick(symptoms)} ${pick(places)}, ${pick(words)} but now gone.`;
    case 10: return `Given ${pick(findings)}, ${pick(problems)} is favored over ${pick(problems)}, though the ${pick(tests)} was ${pick(words)}.`;
    case 11: return `Held ${pick(drugs)} for a creatinine of ${n(1, 4)}.${n(0, 9)} and gave ${n(250, 2000)} mL of fluid with ${pick(words)} response.`;
    case 12: return `Plan: ${pick(tests)} by ${pick(weekdays)}, then ${pick(drugs)} ${n(5, 300)} mg every ${n(4, 24)} hours if ${pick(symptoms)} persists.`;
    case 13: return `Could walk ${n(20, 400)} feet ${pick(places)} before ${pick(symptoms)} set in, ${n(2, 50)} feet more than on ${pick(weekdays)}.`;
    case 14: return `Surgery was ${n(2, 30)} years ago for ${pick(problems)}; since then ${pick(words)} ${pick(symptoms)} each ${pick(weekdays)}.`;
    case 15: return `Glucose ran ${n(80, 180)} to ${n(181, 390)} after ${pick(drugs)} was ${pick(verbs)} by the ${pick(people)}.`;
    case 16: return `Our ${pick(people)} interpreter explained the ${pick(tests)}; the patient remains ${pick(feelings)}.`;
    case 17: return `Wound care changed the dressing ${n(2, 5)} times, found ${pick(findings)} and a ${pick(words)} odor.`;
    case 18: return `If ${pick(symptoms)} returns ${pick(places)}, the ${pick(people)} knows to call and to stop ${pick(drugs)}.`;
    case 19: return `Bowel regimen failed; ${pick(symptoms)} and ${pick(symptoms)} since ${pick(weekdays)} despite ${pick(drugs)}.`;
    case 20: return `Cardiology doubts ${pick(problems)} and suggests a ${pick(tests)} before any more ${pick(drugs)}.`;
    case 21: return `Oxygen need fell from ${n(3, 9)} to ${n(1, 2)} liters by ${pick(weekdays)} ${n(1, 11)} pm, ${pick(words)} improvement.`;
    case 22: return `Quit smoking ${n(2, 40)} years ago ${pick(places)} with help of the ${pick(people)}; drinks ${n(1, 12)} beers on ${pick(weekdays)}.`;
    default: return `Code status discussed with the ${pick(people)} ${pick(places)}, who was ${pick(feelings)}; ${pick(problems)} limits the options to ${pick(drugs)}.`;
  }
}

const cap = (text: string) => text[0]!.toUpperCase() + text.slice(1);

/** Words that edits put in. */
export const editWords = [...words, ...feelings, ...weekdays, ...drugs, 'today', 'yesterday', 'mild', 'worse', 'improved', 'left', 'right', 'still', 'again', 'daily'];

/** A template of a unit or an author: long, the same in every note but for its blanks (`__`). */
export function templateText(random: Random, tokens: number): string {
  const regions = random.shuffle(['Constitutional', 'Eyes', 'ENT', 'Cardiovascular', 'Respiratory', 'Gastrointestinal', 'Genitourinary', 'Musculoskeletal', 'Skin', 'Neurologic', 'Psychiatric', 'Endocrine', 'Hematologic']);
  const lines: string[] = [random.pick(['REVIEW OF SYSTEMS', 'PHYSICAL EXAM', 'ATTESTATION', 'STANDING ORDERS', 'DISCHARGE INSTRUCTIONS', 'SCREENING'])];
  while (lines.join(' ').split(/\s+/).length < tokens) {
    const region = regions[lines.length % regions.length]!;
    lines.push(`${region}: ${random.pick(['Negative for', 'No', 'Denies', 'Without', 'Not remarkable for'])} ${random.pick(symptoms)}, ${random.pick(symptoms)} or ${random.pick(symptoms)}${random.chance(0.3) ? `, ${random.pick(words)} ${random.pick(findings)}` : ''}.`);
  }
  return lines.join('\n');
}
