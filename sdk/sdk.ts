// What does an AI product embed to have its outputs recorded before they are seen?
export { editedShare } from './edited.ts';
export { NotRecorded, openGate, type Gate, type GateOptions } from './gate.ts';
export type { Store } from './queue.ts';
export { Refused, type Connection } from './send.ts';
export type { Disposition, Draft, Feedback, Json, Outcome, Receipt, Use } from './told.ts';
