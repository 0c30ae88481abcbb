// With which words does a clinician write a note of their own, so that no two read alike?
import { chronic, type ChronicKey } from './knowledge.ts';
import type { Random } from '../random.ts';

const complaints = ['cough', 'shortness of breath', 'pain in the flank', 'pain at the wound', 'back pain', 'nausea', 'headache', 'dizziness', 'loose stools', 'tiredness', 'swelling of the legs', 'chest tightness', 'itching', 'a dry mouth', 'burning on urination', 'palpitations', 'stiffness of the hands', 'a sore throat', 'cramps in the calf', 'hiccups', 'heartburn', 'blurred vision', 'numb fingers', 'night sweats'] as const;
const courses = ['much better', 'a little better', 'unchanged', 'on and off', 'worse at night', 'worse on lying down', 'worse with movement', 'gone by now', 'less than at home', 'new today', 'milder after a walk', 'stronger in the morning', 'hard to place', 'easing slowly', 'back after a pause', 'no trouble at rest'] as const;
const reliefs = ['rest helps', 'paracetamol helped', 'ice helped', 'nothing helps so far', 'sitting up helps', 'a warm drink helped', 'oxygen helped', 'the inhaler helped', 'eating makes it worse', 'talking brings it on', 'stairs bring it on', 'it wakes the patient', 'no fever with it', 'no rash with it', 'appetite is poor', 'wants to go home'] as const;
const kin = ['Daughter', 'Son', 'Wife', 'Husband', 'Sister', 'A neighbour', 'Brother', 'Granddaughter', 'Friend from church', 'Caregiver'] as const;
const worries = ['the stairs at home', 'the new tablets', 'falling again', 'the bill', 'driving', 'the dog', 'sleeping so little', 'who will cook', 'the wound', 'missing work', 'being a burden', 'the next scan'] as const;
const aids = ['a walker', 'one helper', 'two helpers', 'a cane', 'the rail', 'no help', 'a belt and one aide', 'crutches'] as const;
const ends = ['then tired', 'without a stop', 'with two stops', 'steady', 'a little unsteady', 'saturation held', 'asked to sit down', 'smiling'] as const;
const meals = ['breakfast', 'lunch', 'supper', 'the soup', 'toast and tea', 'yesterday’s dinner', 'the pudding', 'fruit only'] as const;
const parts = ['Left lung base', 'Right lung base', 'Abdomen', 'Wound', 'Left calf', 'Right ankle', 'Neck veins', 'Drain site', 'Skin of the back', 'Line site', 'Throat', 'Left knee', 'Right hip', 'Heart sounds', 'Speech', 'Gait'] as const;
const states = ['clear today', 'a few crackles', 'soft', 'tender on pressure', 'dry', 'a little red', 'slightly swollen', 'flat', 'warm', 'as yesterday', 'better than before', 'not examined, patient at X-ray', 'unremarkable', 'bruised', 'weaker than the other side', 'improved'] as const;
const drugs = ['furosemide', 'metoprolol', 'lisinopril', 'ceftriaxone', 'amlodipine', 'pantoprazole', 'insulin glargine', 'albuterol', 'oxycodone', 'ondansetron', 'prednisone', 'apixaban', 'gabapentin', 'doxycycline', 'atorvastatin', 'sertraline'] as const;
const changes = ['Raise', 'Lower', 'Stop', 'Start', 'Hold', 'Keep', 'Change the hour of', 'Halve', 'Double', 'Restart'] as const;
const reasons = ['pressure runs low', 'kidneys recover', 'pain is under control', 'rhythm is steady', 'cultures are quiet', 'sugar is high at noon', 'nausea persists', 'patient prefers it', 'pharmacy advised it', 'level was high', 'gait is unsafe', 'stomach is upset', 'rate is fast', 'edema is less'] as const;
const checks = ['potassium', 'creatinine', 'hemoglobin', 'the chest film', 'weight', 'the wound', 'sugar before meals', 'the culture', 'orthostatic pressure', 'residual urine', 'the drain', 'lactate', 'the echo', 'calcium'] as const;
const whens = ['tomorrow early', 'tonight', 'in two days', 'before discharge', 'at six', 'after lunch', 'on Monday', 'with the next draw', 'weekly', 'once home', 'after the scan', 'when awake'] as const;
const services = ['cardiology', 'nephrology', 'the wound nurse', 'physical therapy', 'nutrition', 'social work', 'pharmacy', 'pulmonology', 'palliative care', 'the family', 'speech therapy', 'infectious diseases', 'the primary physician'] as const;
const questions = ['about timing', 'for an opinion', 'about the dose', 'to see the patient', 'about going home', 'about the pump', 'for teaching', 'about rate control', 'about a second opinion', 'about the diet', 'about home oxygen', 'about hardware'] as const;

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** A time on the ward's clock. */
const clock = (random: Random): string => `${String(random.integer(0, 23)).padStart(2, '0')}:${String(random.integer(0, 59)).padStart(2, '0')}`;

/** How the patient is, in one sentence. Fixed words between two choices stay few: a template somebody shares would be longer. */
const finding = (random: Random): string => {
  const r = random;
  return r.pick([
    () => `${capital(r.pick(complaints))} ${r.pick(courses)} for ${r.integer(2, 40)} ${r.pick(['hours', 'days'])}, ${r.pick(reliefs)}.`,
    () => `${r.pick(kin)} visited at ${clock(r)}, worried about ${r.pick(worries)}; ${r.pick(reliefs)}.`,
    () => `Walked ${r.integer(4, 180)} metres with ${r.pick(aids)} by ${clock(r)}, ${r.pick(ends)}.`,
    () => `Slept ${r.integer(2, 9)} hours, ate ${r.pick(['half of', 'all of', 'none of', 'a third of', 'most of'])} ${r.pick(meals)}; ${r.pick(complaints)} ${r.pick(courses)}.`,
    () => `Pain ${r.integer(0, 9)} of ten at ${clock(r)}, ${r.pick(complaints)} ${r.pick(courses)}.`,
    () => `Urine ${r.integer(30, 260) * 10} mL, weight ${r.integer(-22, 18) / 10} kg, ${r.pick(complaints)} ${r.pick(courses)}.`,
    () => `Denies ${r.pick(complaints)} at ${clock(r)}; mentions ${r.pick(complaints)}, ${r.pick(courses)}, ${r.pick(reliefs)}.`,
    () => `${clock(r)}: ${r.pick(parts)} ${r.pick(states)}; ${clock(r)}: ${r.pick(parts).toLowerCase()} ${r.pick(states)}.`,
  ])();
};

/** What is to be done, in one sentence. */
const step = (random: Random): string => {
  const r = random;
  return r.pick([
    () => `${r.pick(changes)} ${r.pick(drugs)} ${r.integer(1, 90)} mg from ${clock(r)}: ${r.pick(reasons)}.`,
    () => `Recheck ${r.pick(checks)} ${r.pick(whens)} (${clock(r)}), and ${r.pick(checks)} ${r.pick(whens)}.`,
    () => `Ask ${r.pick(services)} ${r.pick(questions)} ${r.pick(whens)}, paged ${clock(r)}.`,
    () => `${capital(r.pick(services))} ${r.pick(whens)}; ${r.pick(drugs)} ${r.integer(1, 40) * 5} mg ${r.pick(whens)}.`,
    () => `Home ${r.pick(whens)} near ${clock(r)} if ${r.pick(checks)} allows and ${r.pick(reasons)}.`,
  ])();
};

export const findings = (random: Random, count: number): string => Array.from({ length: count }, () => finding(random)).join(' ');
export const steps = (random: Random, count: number): string[] => Array.from({ length: count }, () => step(random));

/** Chronic illness as somebody retells it: some of it, in another order each time. */
export const retold = (random: Random, keys: readonly ChronicKey[]): string => {
  const told = random.shuffle(keys).slice(0, 3).map((key) => `${chronic[key].name.toLowerCase()} for ${random.integer(1, 24)} years`);
  return told.length === 0 ? 'no known chronic illness' : told.join(', ');
};
