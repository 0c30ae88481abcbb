// How does a value in one UCUM unit read in another?

/** `value * factor + offset` turns a value in `from` into one in `to`. Sources: UCUM 2.1 for factors; NIST SP 811 for temperature. */
export const conversions: readonly { from: string; to: string; factor: number; offset: number }[] = [
  { from: '[degF]', to: 'Cel', factor: 5 / 9, offset: -160 / 9 },
  { from: 'Cel', to: '[degF]', factor: 9 / 5, offset: 32 },
  { from: '[lb_av]', to: 'kg', factor: 0.45359237, offset: 0 },
  { from: 'kg', to: '[lb_av]', factor: 1 / 0.45359237, offset: 0 },
  { from: 'g', to: 'kg', factor: 0.001, offset: 0 },
  { from: 'kg', to: 'g', factor: 1000, offset: 0 },
  { from: '[in_i]', to: 'cm', factor: 2.54, offset: 0 },
  { from: 'm', to: 'cm', factor: 100, offset: 0 },
  { from: 'mm', to: 'cm', factor: 0.1, offset: 0 },
  { from: 'kPa', to: 'mm[Hg]', factor: 7.50061683, offset: 0 },
  { from: 'mg/L', to: 'mg/dL', factor: 0.1, offset: 0 },
  { from: 'g/L', to: 'g/dL', factor: 0.1, offset: 0 },
  { from: 'g/dL', to: 'g/L', factor: 10, offset: 0 },
  { from: 'mg/dL', to: 'mg/L', factor: 10, offset: 0 },
  { from: 's', to: 'min', factor: 1 / 60, offset: 0 },
  { from: 'h', to: 'min', factor: 60, offset: 0 },
];
