// Which diagnoses, laboratory tests, medicines and procedures exist here, with their codes?

/** A diagnosis in both vocabularies hospitals use (ICD-10-CM FY2026; SNOMED CT). */
export interface Diagnosis {
  icd10: string;
  snomed: string;
  name: string;
}

const diagnosis = (icd10: string, snomed: string, name: string): Diagnosis => ({ icd10, snomed, name });

/** Long-standing conditions of the problem list. */
export const chronic = {
  hypertension: diagnosis('I10', '38341003', 'Essential hypertension'),
  diabetes: diagnosis('E11.9', '44054006', 'Type 2 diabetes mellitus'),
  hyperlipidemia: diagnosis('E78.5', '55822004', 'Hyperlipidemia'),
  heartFailure: diagnosis('I50.9', '84114007', 'Heart failure'),
  copd: diagnosis('J44.9', '13645005', 'Chronic obstructive pulmonary disease'),
  kidneyDisease: diagnosis('N18.30', '433144002', 'Chronic kidney disease stage 3'),
  atrialFibrillation: diagnosis('I48.91', '49436004', 'Atrial fibrillation'),
  coronaryDisease: diagnosis('I25.10', '53741008', 'Coronary arteriosclerosis'),
  asthma: diagnosis('J45.909', '195967001', 'Asthma'),
  depression: diagnosis('F32.A', '35489007', 'Depressive disorder'),
} as const;
export type ChronicKey = keyof typeof chronic;

/** Share of people who have it at 20 and at 80 years of age; a straight line between. Roughly the order of US adult prevalence, not an estimate of it. */
export const prevalence: Record<ChronicKey, readonly [at20: number, at80: number]> = {
  hypertension: [0.08, 0.72],
  diabetes: [0.03, 0.3],
  hyperlipidemia: [0.05, 0.5],
  heartFailure: [0.005, 0.2],
  copd: [0.01, 0.18],
  kidneyDisease: [0.01, 0.25],
  atrialFibrillation: [0.003, 0.17],
  coronaryDisease: [0.005, 0.24],
  asthma: [0.09, 0.07],
  depression: [0.12, 0.1],
};

/** Why somebody comes: the encounter diagnosis and where it leads. */
export interface Reason extends Diagnosis {
  /** The department that admits it, by the first that the hospital has. */
  to: readonly string[];
  infection?: boolean;
  /** Planned admissions go straight to the department. */
  planned?: boolean;
  procedure?: keyof typeof procedures;
  weight: number;
}

const reason = (weight: number, icd10: string, snomed: string, name: string, to: readonly string[], more: Partial<Reason> = {}): Reason => ({ weight, icd10, snomed, name, to, ...more });

export const reasons: readonly Reason[] = [
  reason(13, 'J18.9', '233604007', 'Pneumonia', ['medicine'], { infection: true }),
  reason(9, 'N39.0', '68566005', 'Urinary tract infectious disease', ['medicine'], { infection: true }),
  reason(6, 'L03.90', '128045006', 'Cellulitis', ['medicine'], { infection: true }),
  reason(9, 'I50.9', '84114007', 'Heart failure', ['cardiology', 'medicine']),
  reason(7, 'I21.4', '401314000', 'Acute non-ST segment elevation myocardial infarction', ['cardiology', 'medicine'], { procedure: 'angiography' }),
  reason(6, 'J44.1', '195951007', 'Acute exacerbation of chronic obstructive airways disease', ['medicine']),
  reason(6, 'K35.80', '85189001', 'Acute appendicitis', ['surgery', 'medicine'], { infection: true, procedure: 'appendectomy' }),
  reason(9, 'K80.20', '235919008', 'Gallbladder calculus', ['surgery', 'medicine'], { planned: true, procedure: 'cholecystectomy' }),
  reason(8, 'M17.11', '239873007', 'Osteoarthritis of knee', ['orthopedics', 'surgery'], { planned: true, procedure: 'knee' }),
  reason(5, 'S72.001A', '5913000', 'Fracture of neck of femur', ['orthopedics', 'surgery'], { procedure: 'hip' }),
  reason(6, 'C18.9', '363406005', 'Malignant tumor of colon', ['oncology', 'surgery'], { planned: true }),
  reason(5, 'D70.9', '409089005', 'Febrile neutropenia', ['oncology', 'medicine'], { infection: true }),
  reason(6, 'N17.9', '14669001', 'Acute renal failure syndrome', ['medicine']),
  reason(5, 'I63.9', '422504002', 'Ischemic stroke', ['medicine']),
];

/** Why somebody comes to the emergency department and goes home again. */
export const complaints: readonly Diagnosis[] = [
  diagnosis('R07.9', '29857009', 'Chest pain'),
  diagnosis('R10.9', '21522001', 'Abdominal pain'),
  diagnosis('R51.9', '25064002', 'Headache'),
  diagnosis('S93.401A', '44465007', 'Sprain of ankle'),
  diagnosis('J06.9', '54150009', 'Upper respiratory infection'),
  diagnosis('R55', '271594007', 'Syncope'),
  diagnosis('N39.0', '68566005', 'Urinary tract infectious disease'),
];

export const sepsis = diagnosis('A41.9', '91302008', 'Sepsis');

/** A quantity: LOINC code, UCUM unit, and how healthy and very sick values are distributed. */
export interface Test {
  loinc: string;
  name: string;
  unit: string;
  decimals: number;
  usual: number;
  /** Standard deviation; of the logarithm where `skewed`. */
  spread: number;
  skewed?: boolean;
  /** The usual value at full severity. */
  sick: number;
  least: number;
  most: number;
}

export const laboratory = {
  lactate: { loinc: '2524-7', name: 'Lactate [Moles/volume] in Serum or Plasma', unit: 'mmol/L', decimals: 1, usual: 1.2, spread: 0.3, skewed: true, sick: 4.6, least: 0.4, most: 18 },
  creatinine: { loinc: '2160-0', name: 'Creatinine [Mass/volume] in Serum or Plasma', unit: 'mg/dL', decimals: 2, usual: 0.9, spread: 0.25, skewed: true, sick: 2.3, least: 0.3, most: 12 },
  leukocytes: { loinc: '6690-2', name: 'Leukocytes [#/volume] in Blood by Automated count', unit: '10*3/uL', decimals: 1, usual: 7.6, spread: 0.28, skewed: true, sick: 16.5, least: 0.3, most: 60 },
  hemoglobin: { loinc: '718-7', name: 'Hemoglobin [Mass/volume] in Blood', unit: 'g/dL', decimals: 1, usual: 13.4, spread: 1.5, sick: 10.2, least: 4, most: 19 },
  platelets: { loinc: '777-3', name: 'Platelets [#/volume] in Blood by Automated count', unit: '10*3/uL', decimals: 0, usual: 240, spread: 0.25, skewed: true, sick: 150, least: 8, most: 900 },
  sodium: { loinc: '2951-2', name: 'Sodium [Moles/volume] in Serum or Plasma', unit: 'mmol/L', decimals: 0, usual: 139, spread: 3, sick: 134, least: 112, most: 165 },
  potassium: { loinc: '2823-3', name: 'Potassium [Moles/volume] in Serum or Plasma', unit: 'mmol/L', decimals: 1, usual: 4.1, spread: 0.4, sick: 4.7, least: 2.2, most: 7.8 },
  glucose: { loinc: '2345-7', name: 'Glucose [Mass/volume] in Serum or Plasma', unit: 'mg/dL', decimals: 0, usual: 108, spread: 0.2, skewed: true, sick: 165, least: 35, most: 700 },
  bilirubin: { loinc: '1975-2', name: 'Bilirubin.total [Mass/volume] in Serum or Plasma', unit: 'mg/dL', decimals: 1, usual: 0.6, spread: 0.4, skewed: true, sick: 1.9, least: 0.1, most: 25 },
} as const satisfies Record<string, Test>;

export const hba1c: Test = { loinc: '4548-4', name: 'Hemoglobin A1c/Hemoglobin.total in Blood', unit: '%', decimals: 1, usual: 5.4, spread: 0.3, sick: 5.4, least: 4, most: 15 };

export const vitals = {
  heartRate: { loinc: '8867-4', name: 'Heart rate', unit: '/min', decimals: 0, usual: 78, spread: 9, sick: 118, least: 34, most: 190 },
  respiratoryRate: { loinc: '9279-1', name: 'Respiratory rate', unit: '/min', decimals: 0, usual: 16, spread: 2, sick: 27, least: 7, most: 48 },
  saturation: { loinc: '59408-5', name: 'Oxygen saturation in Arterial blood by Pulse oximetry', unit: '%', decimals: 0, usual: 97, spread: 1.4, sick: 91, least: 72, most: 100 },
  temperature: { loinc: '8310-5', name: 'Body temperature', unit: 'Cel', decimals: 1, usual: 36.8, spread: 0.3, sick: 38.7, least: 33.5, most: 41.4 },
  systolic: { loinc: '8480-6', name: 'Systolic blood pressure', unit: 'mm[Hg]', decimals: 0, usual: 128, spread: 14, sick: 92, least: 58, most: 235 },
  diastolic: { loinc: '8462-4', name: 'Diastolic blood pressure', unit: 'mm[Hg]', decimals: 0, usual: 76, spread: 9, sick: 54, least: 32, most: 130 },
} as const satisfies Record<string, Test>;
export const bloodPressure = { loinc: '85354-9', name: 'Blood pressure panel with all children optional' } as const;

/** A medicine as its RxNorm ingredient. */
export interface Medicine {
  rxnorm: string;
  name: string;
  dose: number;
  unit: string;
  route: 'oral' | 'intravenous' | 'subcutaneous';
  everyHours: number;
}
const medicine = (rxnorm: string, name: string, dose: number, unit: string, route: Medicine['route'], everyHours: number): Medicine => ({ rxnorm, name, dose, unit, route, everyHours });

export const homeMedicines: Partial<Record<ChronicKey, Medicine>> = {
  hypertension: medicine('29046', 'lisinopril', 20, 'mg', 'oral', 24),
  diabetes: medicine('6809', 'metformin', 1_000, 'mg', 'oral', 12),
  hyperlipidemia: medicine('83367', 'atorvastatin', 40, 'mg', 'oral', 24),
  heartFailure: medicine('4603', 'furosemide', 40, 'mg', 'oral', 24),
  copd: medicine('435', 'albuterol', 2.5, 'mg', 'oral', 8),
  atrialFibrillation: medicine('1364430', 'apixaban', 5, 'mg', 'oral', 12),
  coronaryDisease: medicine('1191', 'aspirin', 81, 'mg', 'oral', 24),
};

export const antibiotics: readonly Medicine[] = [
  medicine('2193', 'ceftriaxone', 2_000, 'mg', 'intravenous', 24),
  medicine('11124', 'vancomycin', 1_250, 'mg', 'intravenous', 12),
  medicine('74169', 'piperacillin / tazobactam', 4_500, 'mg', 'intravenous', 8),
  medicine('20481', 'cefepime', 2_000, 'mg', 'intravenous', 12),
  medicine('29561', 'meropenem', 1_000, 'mg', 'intravenous', 8),
];
export const acetaminophen = medicine('161', 'acetaminophen', 650, 'mg', 'oral', 8);
export const enoxaparin = medicine('67108', 'enoxaparin', 40, 'mg', 'subcutaneous', 24);

export const allergens = [
  { rxnorm: '7980', name: 'penicillin G', reaction: 'Urticaria', snomed: '126485001' },
  { rxnorm: '10180', name: 'sulfamethoxazole', reaction: 'Eruption of skin', snomed: '271807003' },
  { rxnorm: '2670', name: 'codeine', reaction: 'Nausea', snomed: '422587007' },
  { rxnorm: '5640', name: 'ibuprofen', reaction: 'Wheezing', snomed: '56018004' },
] as const;

/** Procedures by SNOMED CT only. */
export const procedures = {
  bloodCulture: { snomed: '30088009', name: 'Blood culture' },
  angiography: { snomed: '33367005', name: 'Coronary angiography' },
  appendectomy: { snomed: '80146002', name: 'Excision of appendix' },
  cholecystectomy: { snomed: '45595009', name: 'Laparoscopic cholecystectomy' },
  knee: { snomed: '609588000', name: 'Total knee replacement' },
  hip: { snomed: '52734007', name: 'Total replacement of hip' },
} as const;

/** Drugs and devices that need an authorization before (HCPCS Level II, public domain). */
export const authorized = [
  { code: 'J9271', name: 'Injection, pembrolizumab, 1 mg', cost: 1_140_000 },
  { code: 'J1745', name: 'Injection, infliximab, 10 mg', cost: 420_000 },
  { code: 'E0601', name: 'Continuous positive airway pressure device', cost: 89_000 },
  { code: 'K0005', name: 'Ultralightweight wheelchair', cost: 310_000 },
] as const;
