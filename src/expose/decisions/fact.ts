// What became of one decision, from everything that was told about it?
import type { Event, Recorded } from './event.ts';

/**
 * One row per decision. What depends on the time of asking (ignored, in the action window) is no part of it: see reading.ts.
 * Times are ISO 8601 in UTC, durations milliseconds.
 */
export interface Fact extends Omit<Recorded, 'what' | 'payload'> {
  /** What it was recorded as; the delivery may tell another end. */
  recordedAs: Recorded['disposition'];
  /** When it was written into the ledger. */
  recordedAt: string;
  /** False: the answer could not be handed over; null: nobody told. */
  delivered: boolean | null;
  /** The first time a person is known to have had it before them; null where only the release is known. */
  seenAt: string | null;
  act: 'accepted' | 'overridden' | null;
  actAt: string | null;
  reason: string | null;
  edited: number | null;
  /** How long it was looked at until feedback: measured by the product, else from `seenAt`, else from `shownAt`. */
  dwellMs: number | null;
  dwellFrom: 'measured' | 'seen' | 'shown' | null;
  /** When the action it asked for was done: accepted, or told as an outcome that is the action. */
  actedAt: string | null;
  signedAt: string | null;
  /** The latest before it in the ledger of the same class for the same subject that was recorded as shown within 24 hours before. */
  repeatOf: string | null;
}

/** Looks after half an hour are a forgotten window, not reading. */
export const longestDwell = 30 * 60_000;
/** The same thing said again within this time is a repeat. */
export const repeatWithin = 24 * 3_600_000;

const since = (from: string, to: string) => Date.parse(to) - Date.parse(from);
const earlier = (a: string | null, b: string) => (a === null || b < a ? b : a);

/** The first fact of a decision. */
export function begin(told: Recorded, recordedAt: string, repeatOf: string | null): Fact {
  // Field by field: an object made by leaving some out of another is of the slow sort, and so are all that follow from it.
  const { decision, at, name, askedAt, shownAt, subject, encounter, user, facility, department, version, score, label, critical, disposition, rule, arm, momentAt, assurance, via } = told;
  return {
    decision, at, name, askedAt, shownAt, subject, encounter, user, facility, department, version, class: told.class, score, label, critical, disposition, rule, arm, momentAt, assurance, via,
    recordedAs: told.disposition, recordedAt, delivered: null, seenAt: null, act: null, actAt: null, reason: null, edited: null, dwellMs: null, dwellFrom: null, actedAt: null, signedAt: null, repeatOf,
  };
}

/** The fact after one more event. Events come in the order of the ledger, so a rebuild ends with the same facts. */
export function follow(fact: Fact, told: Exclude<Event, Recorded>): Fact {
  switch (told.what) {
    case 'delivered': {
      const disposition = told.disposition ?? fact.disposition;
      const shownAt = disposition === 'shown' ? (told.delivered ? told.at : null) : null;
      return { ...fact, delivered: told.delivered, disposition, shownAt };
    }
    case 'feedback': {
      // A second thought within the same look replaces the first: the last word counts.
      if (fact.actAt !== null && told.at < fact.actAt) return fact;
      const from = fact.seenAt ?? fact.shownAt;
      const measured = told.dwellMs;
      const inferred = from === null || told.at < from ? null : since(from, told.at);
      const dwell = measured ?? inferred;
      return {
        ...fact, act: told.act, actAt: told.at, reason: told.reason, edited: told.edited ?? fact.edited,
        dwellMs: dwell === null || dwell > longestDwell ? null : dwell,
        dwellFrom: dwell === null || dwell > longestDwell ? null : measured !== null ? 'measured' : fact.seenAt !== null ? 'seen' : 'shown',
        actedAt: told.act === 'accepted' ? earlier(fact.actedAt, told.at) : fact.actedAt,
      };
    }
    case 'outcome':
      return told.acted && told.positive === true ? { ...fact, actedAt: earlier(fact.actedAt, told.at) } : fact;
    case 'used':
      if (told.touch === 'signed') return { ...fact, signedAt: earlier(fact.signedAt, told.at), seenAt: earlier(fact.seenAt, told.at) };
      return told.touch === 'displayed' || told.touch === 'opened' ? { ...fact, seenAt: earlier(fact.seenAt, told.at) } : fact;
  }
}

/** Is it a card that a person had before them? */
export const wasShown = (fact: Pick<Fact, 'disposition' | 'delivered'>): boolean => fact.disposition === 'shown' && fact.delivered !== false;

/** Milliseconds from being shown to the moment it was due; negative: too late; null: not shown, or no moment told. */
export const leadMs = (fact: Pick<Fact, 'shownAt' | 'momentAt' | 'disposition' | 'delivered'>): number | null =>
  !wasShown(fact) || fact.shownAt === null || fact.momentAt === null ? null : since(fact.shownAt, fact.momentAt);

/** Shown, in time, and nothing new to somebody who has just been told: somebody could act on it. Null: no moment told. */
export const actionable = (fact: Fact): boolean | null => {
  if (!wasShown(fact) || fact.repeatOf !== null) return false;
  const lead = leadMs(fact);
  return lead === null ? null : lead >= 0;
};

/** Acted on while acting still helped. Null: not shown, or the window is not over and nothing happened yet. */
export function inActionWindow(fact: Fact, windowMs: number, now: string): boolean | null {
  if (!wasShown(fact) || fact.shownAt === null) return null;
  if (fact.actedAt !== null) return since(fact.shownAt, fact.actedAt) <= windowMs;
  return since(fact.shownAt, now) > windowMs ? false : null;
}

/** Nobody answered while the window was open. Inferred from silence, so never called an override. */
export const ignored = (fact: Fact, windowMs: number, now: string): boolean =>
  wasShown(fact) && fact.shownAt !== null && fact.act === null && fact.actedAt === null && since(fact.shownAt, now) > windowMs;
