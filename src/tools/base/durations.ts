// How long is an ISO 8601 duration of days, hours and minutes, and how is it said?

/** Minutes of `P2D`, `PT24H`, `P1DT30M`; the schema of the charter lets nothing else through. */
export function minutesOf(duration: string): number {
  const [, days = '0', hours = '0', minutes = '0'] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(duration) ?? [];
  return Number(days) * 1440 + Number(hours) * 60 + Number(minutes);
}

/** `24 h`, `2 days`, `30 min`. */
export function sayMinutes(minutes: number): string {
  const round = (value: number) => String(Math.round(value * 10) / 10);
  if (Math.abs(minutes) >= 2 * 1440) return `${round(minutes / 1440)} days`;
  if (Math.abs(minutes) >= 60) return `${round(minutes / 60)} h`;
  return `${round(minutes)} min`;
}
