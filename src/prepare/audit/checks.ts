// Which checks are there?
import type { Check } from './check.ts';
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
import { samePatient } from './checks/d04-same-patient.ts';
import { validLines } from './checks/f01-valid-lines.ts';
import { requiredElements } from './checks/f03-required-elements.ts';
import { validDates } from './checks/f07-valid-dates.ts';
import { expectedUnits } from './checks/f08-units.ts';
import { codesFitSystem } from './checks/f09-codes.ts';
import { referencesResolve } from './checks/f10-references.ts';
import { codedVersusTrue } from './checks/l01-coded-vs-true.ts';
import { inRange } from './checks/p01-range.ts';
import { orderInTime } from './checks/p03-order.ts';
import { noFuture } from './checks/p04-future.ts';
import { ageAtEvent } from './checks/p05-age.ts';
import { provenanceOfExport } from './checks/s01-provenance.ts';
import { delayToRecord } from './checks/t01-delay.ts';
import { delayGrows } from './checks/t03-delay-drift.ts';
import { betweenUnits } from './checks/v01-between-units.ts';
import { betweenClinicians } from './checks/v02-between-clinicians.ts';
import { betweenDepartments } from './checks/v03-between-departments.ts';
import { outsideFunnel } from './checks/v04-funnel.ts';
import { valuesShift } from './checks/v05-shift.ts';
import type { CheckWords } from './model.ts';

/** In the order of the report. C02 stands before those that read it. */
export const checks: readonly Check[] = [
  cellsPresent, subjectsWithValue, placeholders, coded, spreadBetweenFacilities, gapsByMonth, silentFeed, completenessFalls,
  validLines, requiredElements, validDates, expectedUnits, codesFitSystem, referencesResolve,
  inRange, orderInTime, noFuture, ageAtEvent,
  sameId, sameContent, samePatient,
  codedVersusTrue,
  delayToRecord, delayGrows,
  betweenUnits, betweenClinicians, betweenDepartments, outsideFunnel, valuesShift,
  provenanceOfExport,
];

/** The catalogue as people read it. */
export const catalogue: readonly CheckWords[] = checks.map(({ id, name, asks, family, about, formula, threshold, source, limits }) => ({ id, name, asks, family, about, formula, threshold, source, limits }));
