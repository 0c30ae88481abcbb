// Which things that happen at the gates does the ledger remember?
import { entryKind } from '../ledger/model.ts';

export const kinds = {
  decided: entryKind('gate.decided', 'The committee decided about a gate; the digest stands for every value it saw.'),
  thresholdsLocked: entryKind('gate.thresholds-locked', 'The thresholds of a gate were locked because the gate before was approved.'),
  thresholdSet: entryKind('gate.threshold-set', 'A threshold was set for one deployment, before the lock.'),
  thresholdAmended: entryKind('gate.threshold-amended', 'A threshold was changed after it was locked.'),
  reopened: entryKind('gate.reopened', 'Something an approved gate rests on has changed, so it is open again.'),
  waiverRequested: entryKind('gate.waiver-requested', 'Somebody asked that a criterion may pass for a time without being met.'),
  waived: entryKind('gate.waived', 'A second person approved a waiver.'),
  waiverEnded: entryKind('gate.waiver-ended', 'A waiver was refused, ended or ran out.'),
  pathSet: entryKind('gate.path-set', 'The path of a deployment through the gates was chosen.'),
} as const;
