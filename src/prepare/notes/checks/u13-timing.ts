// U13: do notes say when and by whom they were written, and are they finished in time?
import { between } from '../cells.ts';
import { count, countedShare, findingOf, isWhole, percent, places, sayUnit, type Check } from '../check.ts';
import { evidence } from '../desk.ts';

export const timing: Check = {
  id: 'U13',
  name: 'Time and author',
  asks: 'Do notes say when and by whom they were written, and are they finished, and fresh, when the model decides?',
  family: 'origin',
  formula: 'n: documents. k: those with a time that can be read and an author. Beside it: hours from writing to signing (median, 90th percentile) and the share finished after their encounter had ended. Where the charter says when the model decides (`data.decision`, else the end of the latest window of an element), of the notes of encounters with a known moment those finished by then, of the encounters with notes those with one finished by then, and how old the newest of these is then (hours: median, 90th percentile).',
  threshold: { bound: 'at-least', value: 0.98 },
  source: 'Ours: one in fifty. A note finished after the decision moment of the charter cannot inform it.',
  limits: 'Signing is DocumentReference.date, DiagnosticReport.issued, the attester’s time of a Composition, or the signed column, where the time of writing stands beside it; many systems keep one of the two. A note without a time of signing counts as finished when it was written. Notes of earlier encounters are not counted as fresh.',
  find: (desk) => places(desk).flatMap(([key, unit]) => {
    const { all: n, withoutDate, unreadableDate, withoutAuthor, delays, finished, afterEncounter, readable, decided, inTime, encounters, informed, hoursOld } = desk.documents.get(key)!;
    if (n === 0 || readable === 0) return [];
    const k = Math.max(0, n - Math.max(withoutDate, withoutAuthor));
    const sorted = [...delays].sort((a, b) => a - b);
    const p50 = between(sorted, 0.5);
    const p90 = between(sorted, 0.9);
    const ages = [...hoursOld].sort((a, b) => a - b);
    const isKept = p90 !== null && p90 > 0;
    return [findingOf(timing, desk, unit, countedShare(k, n), {
      weight: n, tier: 'important',
      says: `${percent(k / n)} of ${count(n)} documents${sayUnit(unit)} have both time and author.${isKept ? ` Half are finished within ${hours(p50!)}, nine of ten within ${hours(p90)}; ${percent(afterEncounter / Math.max(1, finished))} after the encounter had ended.` : ''}${decided > 0 ? ` When the model decides (${desk.decision!.says}), ${percent(inTime / decided)} of ${count(decided)} notes are finished, and ${percent(informed / encounters)} of ${count(encounters)} encounters with notes have one${ages.length > 0 ? `, the newest ${hours(between(ages, 0.5)!)} old at the median` : ''}.` : ''}`,
      figures: { withoutTime: withoutDate, unreadableTime: unreadableDate, withoutAuthor, ...(isKept && { hoursToSignP50: p50, hoursToSignP90: p90, finishedAfterEncounter: afterEncounter, finished }), ...(decided > 0 && { notesWithDecision: decided, notesInTime: inTime, encountersWithNotes: encounters, encountersInformed: informed, hoursOldP50: between(ages, 0.5), hoursOldP90: between(ages, 0.9) }) },
      rows: isWhole(unit) ? [...evidence(desk, 'U13 date').slice(0, 7), ...evidence(desk, 'U13 author').slice(0, 7), ...evidence(desk, 'U13 late').slice(0, 6)] : [],
    })];
  }),
};

const hours = (n: number): string => (n < 1 ? `${Math.round(n * 60)} minutes` : `${Number(n.toPrecision(2))} hours`);
