// V03: do the rates depend on the department?
import type { Check } from '../check.ts';
import { kinship } from '../unit-rates.ts';

export const betweenDepartments: Check = {
  id: 'V03',
  name: 'Variation between departments',
  asks: 'Does the quality of the data depend on the department?',
  family: 'variation',
  about: 'element',
  formula: 'As V02, over departments with at least 5 patients.',
  threshold: { bound: 'at-most', value: 0.1 },
  source: 'Donner & Klar 2000, chapter 6; Donner & Wells, Biometrics 1986;42:401-412. The 0.1 is ours, as in V02.',
  limits: 'Departments do different work, and their rates rightly differ; the single departments stand with each check.',
  weight: 'important',
  find: (desk) => kinship(desk, betweenDepartments, 'department'),
};
