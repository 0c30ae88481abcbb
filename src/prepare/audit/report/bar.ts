// How does a share with its interval and its threshold look in a table cell?

/** An SVG bar from 0 to 1: the interval as a line, the share as a point, the threshold as a tick. */
export function intervalBar({ rate, low, high, threshold }: { rate: number; low: number | null; high: number | null; threshold: number }): string {
  const width = 160;
  const x = (share: number) => (4 + share * (width - 8)).toFixed(1);
  const says = `${(rate * 100).toFixed(1)} %, interval ${low === null ? 'unknown' : `${(low * 100).toFixed(1)} to ${((high ?? 1) * 100).toFixed(1)} %`}, promised ${(threshold * 100).toFixed(0)} %`;
  return `<svg role="img" aria-label="${says}" width="${width}" height="18" viewBox="0 0 ${width} 18"><line class="axis" x1="${x(0)}" y1="9" x2="${x(1)}" y2="9"/><line class="tick" x1="${x(threshold)}" y1="2" x2="${x(threshold)}" y2="16"/>${low === null || high === null ? '' : `<line class="interval" x1="${x(low)}" y1="9" x2="${x(high)}" y2="9"/>`}<circle class="point" cx="${x(rate)}" cy="9" r="3.5"/></svg>`;
}
