// How is a measured number written for people?

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

/** A count, with separators. */
export const count = (n: number): string => whole.format(n);

/** A share as a percentage: one digit, two where it would round to 0 or 100 without being it. */
export function percent(share: number): string {
  const hundred = share * 100;
  if (hundred === 0 || hundred === 100) return `${hundred} %`;
  const text = hundred.toFixed(1);
  if (text === '0.0' || text === '100.0') return hundred < 50 ? (hundred < 0.01 ? '< 0.01 %' : `${hundred.toFixed(2)} %`) : hundred > 99.99 ? '> 99.99 %' : `${hundred.toFixed(2)} %`;
  return `${text} %`;
}

/** A share in whole per cent, for a share that nobody judges by its decimals. */
export const wholePercent = (share: number): string => `${Math.round(share * 100)} %`;

/** A value in its unit. `proportion` reads as a percentage, `yes` as yes or no. */
export function inUnit(value: number, unit: string): string {
  if (unit === 'proportion' || unit === 'share') return percent(value);
  if (unit === 'yes') return value >= 1 ? 'yes' : 'no';
  if (unit === 'points') return `${short.format(value * 100)} points`;
  if (['count', '', 'ratio', 'score', 'tier', 'money'].includes(unit)) return short.format(value);
  return `${short.format(value)} ${value === 1 ? unit.replace(/s$/, '') : unit}`;
}

/** The ends of an interval in the unit, the unit written once. */
export function range(low: number, high: number, unit: string): string {
  if (unit === 'proportion' || unit === 'share') return `${percent(low).replace(' %', '')}–${percent(high)}`;
  if (unit === 'points') return `${short.format(low * 100)}–${short.format(high * 100)} points`;
  return `${short.format(low)}–${short.format(high)}`;
}

/** A size in bytes, in decimal units as file managers show them. */
export function bytes(n: number): string {
  const names = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = n;
  let name = 0;
  while (size >= 1000 && name < names.length - 1) {
    size /= 1000;
    name++;
  }
  return `${name === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${names[name]}`;
}

/** A length of time, in the largest two fitting words at most. */
export function span(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `${hours} h`;
  return `${Math.round(hours / 24)} days`;
}
