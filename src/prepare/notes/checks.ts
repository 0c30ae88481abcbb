// Which checks of the notes are there?
import type { Check } from './check.ts';
import { readable } from './checks/u01-readable.ts';
import { noteTypesFound } from './checks/u02-note-types.ts';
import { copiedShare } from './checks/u03-copied.ts';
import { templatedShare } from './checks/u04-templated.ts';
import { importedShare } from './checks/u05-imported.ts';
import { authoredShare } from './checks/u06-authored.ts';
import { staleness } from './checks/u07-staleness.ts';
import { otherPatient } from './checks/u08-other-patient.ts';
import { contradiction } from './checks/u09-contradiction.ts';
import { unreachable } from './checks/u10-unreachable.ts';
import { orphans } from './checks/u11-orphans.ts';
import { writersDiffer } from './checks/u12-writers.ts';
import { timing } from './checks/u13-timing.ts';
import type { CheckWords } from './model.ts';

/** In the order of the report. */
export const checks: readonly Check[] = [readable, noteTypesFound, copiedShare, templatedShare, importedShare, authoredShare, staleness, otherPatient, contradiction, unreachable, orphans, writersDiffer, timing];

/** The catalogue as people read it. */
export const catalogue: readonly CheckWords[] = checks.map(({ id, name, asks, family, formula, threshold, source, limits }) => ({ id, name, asks, family, formula, threshold, source, limits }));
