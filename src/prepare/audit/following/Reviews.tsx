// Has the foundation moved, and what was decided about it?
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { usePages, useTell } from '../../../tools/ui/asking.ts';
import { Go } from '../../../tools/ui/Go.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { showDay } from '../../../tools/ui/RelativeTime.tsx';
import { Tag } from '../../../tools/ui/TaskList.tsx';
import { answerReview, listReviews, type Review } from './model.ts';
import { PersonField } from './PersonField.tsx';

/** Open reviews in full, the closed ones folded. Nothing is shown where there never was one. */
export function Reviews({ deployment }: { deployment: string }) {
  const reviews = usePages(listReviews, { query: { deployment, limit: 50 } });
  if (reviews.problem) return <ProblemNotice problem={reviews.problem} />;
  if (reviews.items.length === 0) return null;
  const open = reviews.items.filter(({ state }) => state === 'open');
  const closed = reviews.items.filter(({ state }) => state === 'closed');
  return (
    <Part title={open.length > 0 ? 'The foundation moved: a review is open' : 'Reviews of the foundation'} says="Opened by an audit when completeness fell beyond chance since the audit before or the baseline. However often audits run, chance alone opens one in at most 5 % of deployments.">
      {open.map((review) => (
        <div key={review.id} className="card stack is-review">
          <Causes review={review} />
          <Answer review={review} />
        </div>
      ))}
      {closed.map((review) => (
        <details key={review.id} className="card">
          <summary>
            {showDay(review.openedAt)} to {review.closedAt ? showDay(review.closedAt) : ''}: {review.causes[0]?.says}
          </summary>
          <div className="stack" style={{ paddingTop: '0.5rem' }}>
            <Causes review={review} />
            <p>
              <b>Decided by {review.closedBy}:</b> {review.decision}
            </p>
          </div>
        </details>
      ))}
    </Part>
  );
}

function Causes({ review }: { review: Review }) {
  return (
    <>
      <ul className="stack">
        {review.causes.slice(0, 12).map((cause, at) => (
          <li key={at}>
            <Tag kind="warning">{cause.kind === 'fell' ? 'fell' : cause.kind.replace('-', ' ')}</Tag> {cause.says}
          </li>
        ))}
        {review.causes.length > 12 && <li className="faint">and {review.causes.length - 12} more</li>}
      </ul>
      <p className="small faint">
        Opened {showDay(review.openedAt)} by <Go to={`/deployments/${review.deployment}/data/${review.run}?view=compare`}>this audit</Go>, look {review.look} since the last answer; {review.comparisons} comparisons shared a risk of {review.alpha < 0.0001 ? review.alpha.toExponential(1) : review.alpha.toFixed(4)}.
        {review.answers && ` ${review.answers} answers for it.`}
      </p>
    </>
  );
}

function Answer({ review }: { review: Review }) {
  const may = useMay(answerReview);
  const [decision, setDecision] = useState('');
  const telling = useTell(answerReview, { rooms: ['audit', 'gates', 'measures'] });
  if (!may) return null;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        telling.tell({ params: { review: review.id }, body: { decision } });
      }}
    >
      <PersonField label="Who answers for it" value="" onChange={(answers) => answers !== '' && telling.tell({ params: { review: review.id }, body: { answers } })} />
      <Textarea label="What was decided" description="Kept in the ledger. It closes the review; what was measured then is the new baseline." value={decision} onChange={(event) => setDecision(event.currentTarget.value)} autosize minRows={2} />
      <div>
        <Button type="submit" size="xs" loading={telling.busy} disabled={decision.trim() === ''}>
          Close the review
        </Button>
      </div>
      <ProblemNotice problem={telling.problem} />
    </form>
  );
}
