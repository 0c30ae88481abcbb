// What happened to one decision, from the question to the outcome, and can it be proven?
import { revealSubject } from '../../spine/ledger/model.ts';
import { useAsk } from '../../tools/ui/asking.ts';
import { Go, useParam } from '../../tools/ui/Go.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { count, percent } from '../../tools/ui/numbers.ts';
import { Facts, Page, Part } from '../../tools/ui/Page.tsx';
import { PrintButton } from '../../tools/ui/Printed.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { showInstant } from '../../tools/ui/RelativeTime.tsx';
import { between } from '../../tools/base/clock.ts';
import type { Answered } from '../../tools/base/endpoint.ts';
import { DecisionProof } from './DecisionProof.tsx';
import { Whom } from './FindPatient.tsx';
import { assurances, dispositions, openDecision } from './model.ts';
import { SealedPart } from './payload/SealedPart.tsx';
import { usePlaceNames } from './place-names.ts';
import { actWords, assuranceWords, brief, dispositionWords, outputWords, tail } from './words.ts';

type Opened = Answered<typeof openDecision>;

export default function DecisionPage() {
  const deployment = useParam('deployment');
  const found = useAsk(openDecision, { params: { decision: useParam('decision') } });
  const places = usePlaceNames(deployment);
  const mayReveal = useMay(revealSubject);
  const trail = [{ label: 'Decisions', to: `/deployments/${deployment}/decisions?view=list` }];
  if (found.error) return <Page title="Decision" level={2} of={deployment} trail={trail}><ProblemNotice problem={found.error} /></Page>;
  if (!found.data) return <Waiting what="Loading the decision" />;
  const { decision: it, steps, encounter, user } = found.data;
  const said = it.class === null ? 'Decision' : outputWords(it.class);
  return (
    <Page
      title={`The AI said: ${said.toLowerCase()}${it.score === null ? '' : `, score ${it.score.toFixed(2)}`}`}
      level={2}
      of={deployment}
      trail={trail}
      actions={<PrintButton />}
      says={
        <>
          {showInstant(it.at)}, about patient <code title={it.subject}>{tail(it.subject)}</code>
          {(it.facility || it.department) && `, ${places.both(it.facility, it.department)}`}. {dispositions[it.disposition]} {it.rule && <>The rule was <code>{it.rule}</code>.</>}
        </>
      }
    >
      {it.assurance === 'reported' && <Note kind="info">This record is <b>reported</b>: it was told after the fact, so the ledger shows what was told and when, and not that the record came before anybody saw the output.</Note>}
      {it.repeatOf && <Note kind="info">A repeat: the same was said of this patient within the day before.</Note>}
      <div className="columns is-side">
        <Part title="What happened" says={`Times are those of your time zone, ${zoneOf(it.at)}.`}>
          <Timeline steps={steps} />
        </Part>
        <aside className="stack" aria-label="Facts">
          <div className="card">
            <Facts
              facts={[
                ['Patient', <span key="p"><Whom reference={it.subject} what="this patient" /><span className="fact-more"><Go to={`/deployments/${deployment}/decisions?view=list&about=${it.subject}`}>All about this patient</Go></span></span>],
                encounter === null ? null : ['Encounter', <span key="e"><Whom reference={encounter} what="this encounter" /><span className="fact-more"><Go to={`/deployments/${deployment}/decisions?view=list&about=${encounter}`}>All of this encounter</Go></span></span>],
                mayReveal ? ['Meant for', user === null ? <span className="none" key="u">no person named</span> : <Whom key="u" reference={user} what="this person" />] : null,
                ['Became', dispositionWords[it.disposition]],
                // Nobody can answer what nobody saw.
                it.disposition === 'shown' || it.act ? ['Clinician', it.act ? actWords[it.act] : <span className="none" key="a">no answer yet</span>] : null,
                it.reason ? ['Reason', it.reason] : null,
                it.disposition === 'shown' || it.dwellMs !== null ? ['Looked at', it.dwellMs === null ? <span className="none" key="d">unknown</span> : brief(it.dwellMs)] : null,
                it.edited !== null ? ['Changed before signing', percent(it.edited)] : null,
                ['Lead time', it.leadMs === null ? <span className="none" key="l">no moment told</span> : it.leadMs < 0 ? `${brief(-it.leadMs)} too late` : `${brief(it.leadMs)} before`],
                ['Actionable', it.actionable === null ? <span className="none" key="c">unknown</span> : it.actionable ? 'yes' : 'no'],
                ['Critical', it.critical ? 'yes' : 'no'],
                ['Version', it.version],
                it.arm ? ['Arm', it.arm] : null,
                ['Assurance', <span key="s" title={assurances[it.assurance]}>{assuranceWords[it.assurance]}, by {it.via}</span>],
                ['Input and output', found.data.hasPayload ? 'kept sealed in the ledger' : <span className="none" key="p">not handed in</span>],
              ]}
            />
          </div>
        </aside>
      </div>
      {found.data.hasPayload && <SealedPart decision={it.decision} />}
      <Part title="Proof" says="Every step above is an entry of the ledger, or a record under one. The proofs are fetched and worked out in this browser.">
        <DecisionProof decision={it.decision} positions={[...new Set(steps.flatMap(({ position }) => (position === null ? [] : [position])))]} />
      </Part>
    </Page>
  );
}

const words: Record<string, string> = { asked: 'Asked', answered: 'Answered', recorded: 'Recorded', shown: 'Shown', moment: 'Decision due', delivered: 'Delivered', 'not-delivered': 'Not delivered', accepted: 'Accepted', overridden: 'Overridden', outcome: 'Outcome', displayed: 'Displayed', opened: 'Opened', closed: 'Closed', edited: 'Edited', signed: 'Signed', discarded: 'Discarded', shadow: 'Kept silent', suppressed: 'Suppressed', killed: 'Killed', late: 'Late', withheld: 'Withheld' };

const clockTime = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

/** The name of the reader's time zone on that day, e.g. GMT-7. */
const zoneOf = (at: string): string => new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(new Date(at)).find(({ type }) => type === 'timeZoneName')?.value ?? '';

function Timeline({ steps }: { steps: Opened['steps'] }) {
  return (
    <ol className="timeline">
      {steps.map((step, nth) => {
        const before = steps[nth - 1];
        const passed = before ? between(before.at, step.at) : 0;
        return (
          <li key={nth} className={`is-${step.what}`}>
            <div className="timeline-when">
              <time dateTime={step.at}>{clockTime.format(new Date(step.at))}</time>
              {passed > 0 && <span>{brief(passed)} later</span>}
            </div>
            <div>
              <b>{words[step.what] ?? step.what}</b> <span className="timeline-says">{step.says}</span>
              {step.position !== null && <div className="faint small">Entry {count(step.position)} of the ledger</div>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
