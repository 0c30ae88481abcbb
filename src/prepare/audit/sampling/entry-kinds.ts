// Which events of sampling does the ledger remember?
import { entryKind } from '../../../spine/ledger/model.ts';

export const kinds = {
  seed: entryKind('audit.sample-seed', 'The seed of a sample was fixed, before the data were read: its digest, the export and what is asked of the draw.'),
  drawn: entryKind('audit.sample-drawn', 'A sample was drawn with the seed fixed before: the seed, the digest of the frame and how many of each facility.'),
  extended: entryKind('audit.sample-extended', 'Further records of a sample were taken from its reserve list, in the order the seed gave.'),
  seen: entryKind('audit.sample-seen', 'The records of a sample, which point at single patients, were looked at.'),
  joined: entryKind('audit.review-joined', 'Somebody became a reviewer of a sample.'),
  saved: entryKind('audit.review-saved', 'A reviewer answered questions about records of a sample.'),
  finished: entryKind('audit.review-finished', 'A reviewer finished, or went on after having finished.'),
  published: entryKind('audit.review-published', 'What two reviewers found in the charts was published as measures.'),
};
