// What does the ledger remember about decisions?
import { entryKind } from '../../spine/ledger/model.ts';

export const kinds = {
  recorded: entryKind('decision.recorded', 'An AI answered about one subject, and this is what it said and what became of it.'),
  delivered: entryKind('decision.delivered', 'The answer left the house, or could not be delivered.'),
  feedback: entryKind('decision.feedback', 'A clinician accepted an AI’s output or went another way.'),
  outcome: entryKind('decision.outcome', 'What turned out to be true, or was done, after an AI’s output.'),
  used: entryKind('decision.used', 'A person opened, edited, signed or closed an AI’s output.'),
  batch: entryKind('decision.batch-taken', 'A batch of records about decisions was taken in; the entry commits to every one of them.'),
  // Not `decision.…`: the facts follow those, and these are no events of one decision.
  counted: entryKind('log.counted', 'The source of decisions told how many inferences it counted itself, hour by hour.'),
  mapped: entryKind('csv.mapping-kept', 'It was kept which column of a CSV file is which field of a record.'),
  drilled: entryKind('drill.scored', 'Decisions nobody could choose were drawn, and it was tried to tell each from input to action.'),
};
