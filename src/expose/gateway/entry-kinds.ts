// What does the ledger remember about the gateway?
import { entryKind } from '../../spine/ledger/model.ts';

export const kinds = {
  serviceChanged: entryKind('gateway.service-changed', 'The connection between the EHR and a vendor’s service was set up or changed.'),
  discoveryChanged: entryKind('gateway.discovery-changed', 'The vendor’s service describes itself otherwise than before, without a word.'),
  proposed: entryKind('gateway.policy-proposed', 'Somebody proposed what an AI may say here and to whom.'),
  approved: entryKind('gateway.policy-approved', 'A policy was made the one that acts; where more would be shown, by a second person.'),
  refused: entryKind('gateway.policy-refused', 'A proposed policy was refused or withdrawn.'),
  killed: entryKind('gateway.killed', 'The kill switch was pressed: nothing of this AI is shown.'),
  exceptionEnded: entryKind('gateway.exception-ended', 'A policy acted although a gate was not passed; its time is over, and it shows no more.'),
  acting: entryKind('gateway.policy-acting', 'One process of the gateway acts by a policy from this moment on.'),
  failed: entryKind('gateway.failed', 'For a time the gateway could not record; what became of the calls of that time.'),
  feedbackDropped: entryKind('gateway.feedback-dropped', 'Feedback that is recorded here could not be told to the vendor, and is not tried any more.'),
  keyMade: entryKind('gateway.key-created', 'A key that signs calls to vendors was made; its public half stands here.'),
  suspendDrill: entryKind('gateway.suspend-drill', 'A step of a suspend drill: it was tried whether this AI can be stopped, and how long it takes.'),
  replayed: entryKind('gateway.policy-replayed', 'A policy was tried on recorded calls; their sealed payloads were read for it.'),
};
