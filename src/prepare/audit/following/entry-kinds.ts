// Which things that follow an audit does the ledger remember?
import { entryKind } from '../../../spine/ledger/model.ts';

export const kinds = {
  issueOpened: entryKind('audit.issue-opened', 'A data-quality issue was opened from a finding.'),
  issueChanged: entryKind('audit.issue-changed', 'A data-quality issue got another owner, due date, priority, note or state by a person.'),
  issueClosed: entryKind('audit.issue-closed', 'A data-quality issue closed itself: an audit that measured it found it met.'),
  issueReopened: entryKind('audit.issue-reopened', 'A closed data-quality issue was opened again by an audit that found it not met.'),
  watchChanged: entryKind('audit.watch-changed', 'A folder is audited again by itself, in another rhythm, or no longer.'),
  reviewOpened: entryKind('audit.review-opened', 'The data foundation moved beyond chance between audits, so a review was opened.'),
  reviewAnswered: entryKind('audit.review-answered', 'Somebody was named to answer a review of the data foundation, or it was closed with a decision.'),
};
