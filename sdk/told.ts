// What does a product tell of an AI's output, in which words?

/** What became of the output; `shown` unless told. */
export type Disposition = 'shown' | 'shadow' | 'suppressed' | 'killed' | 'late' | 'withheld';
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One output for one patient. Times are ISO 8601 with an offset. Identifiers are replaced by references on arrival. */
export interface Draft {
  /** Your own id of it, unique in the deployment; one is made where you have none. */
  key?: string;
  /** When the AI answered; now unless told. */
  at?: string;
  askedAt?: string;
  subject: string;
  encounter?: string;
  user?: string;
  facility?: string;
  department?: string;
  /** The version of the model that answered. */
  version: string;
  /** What can be counted of it; no free text. */
  output?: { class?: string; score?: number; label?: string; critical?: boolean };
  arm?: string;
  /** When the decision it serves was due. */
  momentAt?: string;
  /** Input and output in full; sealed with the patient's own key. */
  payload?: Json;
}

export interface Feedback {
  key: string;
  at?: string;
  act: 'accepted' | 'overridden';
  user?: string;
  reason?: { code: string; system?: string; text?: string };
  suggestion?: string;
  /** Share of a drafted text that was changed, 0 to 1; see `editedShare`. */
  edited?: number;
  /** Milliseconds it was looked at. */
  dwellMs?: number;
}

export interface Outcome {
  key: string;
  at?: string;
  name: string;
  /** Null: looked for and not to be known. */
  positive: boolean | null;
  /** True where this is the action the output asked for. */
  acted?: boolean;
  value?: number;
}

export interface Use {
  key: string;
  at?: string;
  what: 'displayed' | 'opened' | 'closed' | 'edited' | 'signed' | 'discarded';
  user?: string;
  /** Milliseconds. */
  ms?: number;
}

/** What the house answers once a record is on its disk. */
export interface Receipt {
  decision: string;
  /** Number of the entry in the ledger; null where the same was told before. */
  position: number | null;
  leafHash: string | null;
  recordedAt: string;
  assurance: 'enforced' | 'attested' | 'reported';
  before: boolean;
}
