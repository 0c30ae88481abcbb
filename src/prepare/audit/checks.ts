// Which checks are there?
import type { Check } from './check.ts';
import { groupsAlike } from './checks/b01-groups-alike.ts';
import { populationAlike } from './checks/b02-population.ts';
import { missingAndOutcome } from './checks/b03-missing-and-outcome.ts';
import { cellsPresent } from './checks/c01-cells-present.ts';
import { subjectsWithValue } from './checks/c02-subjects-with-value.ts';
import { placeholders } from './checks/c03-placeholders.ts';
import { coded } from './checks/c04-coded.ts';
import { spreadBetweenFacilities } from './checks/c05-spread.ts';
import { gapsByMonth } from './checks/c06-months.ts';
import { silentFeed } from './checks/c07-silent-feed.ts';
import { completenessFalls } from './checks/c08-drift.ts';
import { sameId } from './checks/d01-same-id.ts';
import { sameContent } from './checks/d02-same-content.ts';
import { againWithinMinutes } from './checks/d03-again-within-minutes.ts';
import { samePatient } from './checks/d04-same-patient.ts';
import { likelySamePerson } from './checks/d05-likely-same-person.ts';
import { validLines } from './checks/f01-valid-lines.ts';
import { followsProfile } from './checks/f02-must-support.ts';
import { requiredElements } from './checks/f03-required-elements.ts';
import { allowedCodes } from './checks/f04-required-codes.ts';
import { formats } from './checks/f05-formats.ts';
import { shape } from './checks/f06-shape.ts';
import { validDates } from './checks/f07-valid-dates.ts';
import { expectedUnits } from './checks/f08-units.ts';
import { codesFitSystem } from './checks/f09-codes.ts';
import { referencesResolve } from './checks/f10-references.ts';
import { identifiers } from './checks/i01-identifiers.ts';
import { demographics } from './checks/i02-demographics.ts';
import { insideTheStay } from './checks/i03-inside-the-stay.ts';
import { overlappingStays } from './checks/i04-overlapping-stays.ts';
import { codedVersusTrue } from './checks/l01-coded-vs-true.ts';
import { medicineWithoutReason } from './checks/l02-medicine-without-reason.ts';
import { staleProblems } from './checks/l03-stale-problems.ts';
import { notOnProblemList } from './checks/l04-not-on-problem-list.ts';
import { ordersAndResults } from './checks/l05-orders-and-results.ts';
import { standardCodes } from './checks/m01-standard-codes.ts';
import { localCodes } from './checks/m02-local-codes.ts';
import { ucumUnits } from './checks/m03-ucum.ts';
import { oneThingManyCodes } from './checks/m04-one-thing-many-codes.ts';
import { inRange } from './checks/p01-range.ts';
import { suddenChange } from './checks/p02-sudden-change.ts';
import { orderInTime } from './checks/p03-order.ts';
import { noFuture } from './checks/p04-future.ts';
import { ageAtEvent } from './checks/p05-age.ts';
import { impossibleTogether } from './checks/p06-impossible-together.ts';
import { digitsAndRuns } from './checks/p07-digits.ts';
import { physiologic } from './checks/p08-physiologic.ts';
import { provenanceOfExport } from './checks/s01-provenance.ts';
import { prerequisiteClasses } from './checks/s02-prerequisites.ts';
import { delayToRecord } from './checks/t01-delay.ts';
import { batchCharting } from './checks/t02-batch-charting.ts';
import { delayGrows } from './checks/t03-delay-drift.ts';
import { thereInTime } from './checks/t04-there-in-time.ts';
import { betweenUnits } from './checks/v01-between-units.ts';
import { betweenClinicians } from './checks/v02-between-clinicians.ts';
import { betweenDepartments } from './checks/v03-between-departments.ts';
import { outsideFunnel } from './checks/v04-funnel.ts';
import { valuesShift } from './checks/v05-shift.ts';
import type { CheckWords } from './model.ts';

/** In the order of the report. C02 stands before those that read it. */
export const checks: readonly Check[] = [
  cellsPresent, subjectsWithValue, placeholders, coded, spreadBetweenFacilities, gapsByMonth, silentFeed, completenessFalls,
  validLines, followsProfile, requiredElements, allowedCodes, formats, shape, validDates, expectedUnits, codesFitSystem, referencesResolve,
  inRange, suddenChange, orderInTime, noFuture, ageAtEvent, impossibleTogether, digitsAndRuns, physiologic,
  sameId, sameContent, againWithinMinutes, samePatient, likelySamePerson,
  codedVersusTrue, medicineWithoutReason, staleProblems, notOnProblemList, ordersAndResults,
  standardCodes, localCodes, ucumUnits, oneThingManyCodes,
  identifiers, demographics, insideTheStay, overlappingStays,
  groupsAlike, populationAlike, missingAndOutcome,
  delayToRecord, batchCharting, delayGrows, thereInTime,
  betweenUnits, betweenClinicians, betweenDepartments, outsideFunnel, valuesShift,
  provenanceOfExport, prerequisiteClasses,
];

/** The catalogue as people read it. */
export const catalogue: readonly CheckWords[] = checks.map(({ id, name, asks, family, about, formula, threshold, source, limits }) => ({ id, name, asks, family, about, formula, threshold, source, limits }));
