// F01: how many lines are FHIR?
import { thresholdOf, whole, type Check } from '../check.ts';
import { count, independent, percent, sayInterval, sayThreshold, share } from '../judging.ts';
import { maxRows } from '../model.ts';

export const validLines: Check = {
  id: 'F01',
  name: 'Valid lines',
  asks: 'How many lines of the export are FHIR resources that can be read?',
  family: 'conformance',
  about: 'file',
  formula: 'n: lines that are not blank. k: those that are one JSON object with a resourceType of R4. A file that is cut off (truncated gzip) fails the check whatever its share.',
  threshold: { bound: 'at-least', value: 0.999 },
  source: 'FHIR Bulk Data Access 2.0 (NDJSON); RFC 8259; Kahn et al. 2016, value conformance.',
  limits: 'What a cut-off file would have held cannot be counted.',
  weight: 'important',
  async find(desk) {
    const n = desk.files.reduce((sum, file) => sum + file.lines - file.blankLines, 0);
    const bad = desk.files.reduce((sum, file) => sum + file.badLineCount, 0);
    const troubled = desk.files.filter((file) => file.trouble);
    const threshold = thresholdOf(validLines, desk.data);
    const rows = [
      ...troubled.map((file) => ({ file: file.name, line: null, id: null, says: file.trouble! })),
      ...desk.files.flatMap((file) => file.badLines.slice(0, maxRows).map(({ line, reason }) => ({ file: file.name, line: Math.max(1, line), id: null, says: reason }))),
    ].slice(0, maxRows);
    const finding = share({
      check: 'F01', element: null, resource: null, unit: whole, moments: independent(Math.max(0, n - bad), n), threshold, tier: 'important', minimumN: 1,
      says: ({ n, k, rate, low, high }) => `${count(k)} of ${count(n)} lines are FHIR resources, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.${troubled.length > 0 ? ` ${troubled.length === 1 ? `${troubled[0]!.name} is damaged` : `${troubled.length} files are damaged`}: what is missing cannot be counted.` : ''}`,
      figures: { badLines: bad, damagedFiles: troubled.length },
      rows,
    });
    return [troubled.length > 0 ? { ...finding, verdict: 'not-met' as const } : finding];
  },
};
