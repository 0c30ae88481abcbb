// How much money is it, exactly?
import { z } from 'zod';

/** An exact amount: whole minor units (cents) as an integer and an ISO 4217 currency. Never a float. */
export const money = z
  .strictObject({
    minor: z.int().describe('Whole minor units, e.g. cents.'),
    currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as USD'),
  })
  .describe('An exact amount of money.');
export type Money = z.infer<typeof money>;

export function add(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new RangeError(`cannot add ${b.currency} to ${a.currency}`);
  return { minor: a.minor + b.minor, currency: a.currency };
}

/** For people: `$1,200.50`; the language decides the separators. */
export function show(amount: Money, locale = 'en-US'): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: amount.currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount.minor / 10 ** digits);
}
