// What stands behind one criterion: the numbers, their source, and what can be done about it?
import { Button } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import { useAsk, useTell, usePages } from '../../tools/ui/asking.ts';
import { Coded } from '../../tools/ui/Coded.tsx';
import { ConfirmButton } from '../../tools/ui/ConfirmButton.tsx';
import { TrendLine } from '../../tools/ui/charts/TrendLine.tsx';
import { useEvidence } from '../../tools/ui/evidence.ts';
import { FormDialog } from '../../tools/ui/FormDialog.tsx';
import { Go } from '../../tools/ui/Go.tsx';
import { useMay, useMe } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { count, inUnit, range } from '../../tools/ui/numbers.ts';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { showDay, showInstant } from '../../tools/ui/RelativeTime.tsx';
import { useSay } from '../../tools/ui/Said.tsx';
import { Tag } from '../../tools/ui/TaskList.tsx';
import { Verdict as VerdictBadge } from '../../tools/ui/Verdict.tsx';
import { getDeployment } from '../deployments/model.ts';
import { attest, evidenceClasses, history, placeNames, scopeSays, type ChangeKind } from '../measures/model.ts';
import { approveWaiver, conditionsOf, endWaiver, setThreshold, sourceTags, thresholdSays, waive, type GateState, type Judged, type Reading, type Threshold, type Verdict, type Waiver } from './model.ts';
import { ownerSays } from './stations.ts';

const changeWords: Record<ChangeKind, string> = { 'model-version': 'the model or its version', threshold: 'the threshold', feed: 'the data feed', population: 'the units, patients or users' };

/** The number that decides, in the row of the list. */
export function DecidingNumber({ verdict }: { verdict: Verdict }) {
  const one = verdict.deciding === null ? undefined : verdict.readings[verdict.deciding];
  if (!one) return <span className="none">no number</span>;
  return (
    <span className="deciding">
      {one.value === null ? <span className="interval-none">no number</span> : <b className="interval-value">{one.valueSays}</b>}
      {one.interval && <span className="interval-range"> {range(one.interval.low, one.interval.high, one.unit)}</span>}
      {one.n !== null && <span className="interval-n"> n {count(one.n)}</span>}
      <span className="deciding-needs">needs {one.needsSays}</span>
    </span>
  );
}

interface BodyProps {
  judged: Judged;
  state: GateState;
  deployment: string;
  articles: Record<string, { title: string; file: string }>;
}

export function CriterionBody({ judged, state, deployment, articles }: BodyProps) {
  const { criterion, verdict } = judged;
  const { source } = criterion;
  return (
    <div className="criterion">
      <p className="criterion-asks">{criterion.asks}</p>
      <p>
        <b>
          <Coded text={verdict.because} />
        </b> {verdict.next && <>Next: {verdict.next}</>}
        {verdict.state === 'waived' && <> Without the waiver: {verdict.without}.</>}
      </p>
      {verdict.readings.length > 0 && <Readings readings={verdict.readings} deployment={deployment} safety={criterion.safety} />}
      <div className="criterion-facts">
        <div>
          <h4>Where the number comes from</h4>
          <p>
            <Tag kind="strong" title={sourceTags[source.tag]}>
              {source.tag}
            </Tag>{' '}
            {sourceTags[source.tag]}
          </p>
          {source.note && <blockquote>{source.note}</blockquote>}
          {source.articles.map((article) => (
            <p key={article} className="small">
              Article {article}
              {articles[article] && <>: {articles[article].title}</>}
            </p>
          ))}
        </div>
        <div>
          <h4>Who brings the evidence</h4>
          <p>{ownerSays(criterion.owner)}</p>
          {criterion.dependsOn.length > 0 && (
            <p className="small faint">Reopened by a change of: {criterion.dependsOn.map((kind) => changeWords[kind]).join(', ')}.</p>
          )}
        </div>
      </div>
      {judged.amendments.length > 0 && (
        <div>
          <h4>Edited thresholds</h4>
          <ul className="small">
            {judged.amendments.map((amendment) => (
              <li key={amendment.id}>
                {thresholdSays(amendment.was, unitOf(judged, amendment.condition))} → <b>{thresholdSays(amendment.now, unitOf(judged, amendment.condition))}</b>, {showDay(amendment.at)} by {amendment.by}
                {amendment.afterLock && <Tag kind="warning">after the lock</Tag>}: {amendment.reason}
              </li>
            ))}
          </ul>
        </div>
      )}
      {judged.waivers.map((waiver) => (
        <WaiverNote key={waiver.id} waiver={waiver} />
      ))}
      <Actions judged={judged} state={state} deployment={deployment} />
    </div>
  );
}

function unitOf(judged: Judged, condition: number): string {
  const measure = conditionsOf(judged.criterion)[condition]?.measure;
  return judged.verdict.readings.find((reading) => reading.measure === measure)?.unit ?? 'proportion';
}

function Readings({ readings, deployment, safety }: { readings: readonly Reading[]; deployment: string; safety: boolean }) {
  const names = placeNames(useAsk(getDeployment, { params: { deployment } }).data?.facilities ?? []);
  const [shown, setShown] = useState<number | null>(null);
  const one = shown === null ? undefined : readings[shown];
  return (
    <>
      <ul className="readings">
        {readings.map((reading, index) => (
          <li key={index}>
            <VerdictBadge verdict={reading.state} />
            <div className="reading">
              <p>
                {reading.alternative !== null && <Tag title="One of these alternatives is enough">either</Tag>} <b>{reading.says}</b> <span className="faint">needs {reading.needsSays}</span>
              </p>
              <p className="reading-number">
                {reading.value === null ? (
                  <span className="interval-none">no number</span>
                ) : (
                  <>
                    <b className="interval-value">{reading.valueSays}</b>
                    {reading.interval && (
                      <>
                        {' '}
                        {Math.round(reading.interval.level * 100)} % interval {range(reading.interval.low, reading.interval.high, reading.unit)}
                        {safety && <span className="faint"> (judged on the pessimistic end)</span>}
                      </>
                    )}
                    {reading.n !== null && <> · n {count(reading.n)}</>}
                    {reading.asOf && (
                      <span title={showInstant(reading.asOf)}>
                        {' '}
                        · {reading.ageDays === 0 ? 'today' : reading.ageDays === 1 ? '1 day old' : `${reading.ageDays} days old`}
                      </span>
                    )}
                    {reading.class && (
                      <>
                        {' '}
                        · <Tag title={evidenceClasses[reading.class]}>{reading.class}</Tag>
                      </>
                    )}
                  </>
                )}
              </p>
              <p className="small">
                <Coded text={reading.because} />
              </p>
              <p className="small faint">
                {reading.value !== null && <>{inCapital(scopeSays(reading.scope, names))}{reading.scopes > 1 && `, the worst of ${reading.scopes}`}. </>}
                {reading.explain} <code>{reading.measure}</code>
                {!reading.live && ' Attending does not measure it itself yet; it can be attested.'}
              </p>
              <EvidenceLink deployment={deployment} source={reading.source} />
              {reading.value !== null && (
                <button type="button" className="text-button small" aria-expanded={shown === index} onClick={() => setShown(shown === index ? null : index)}>
                  {shown === index ? 'Hide the history' : 'History of this number'}
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {one && <ReadingHistory deployment={deployment} reading={one} where={scopeSays(one.scope, names)} />}
    </>
  );
}

function EvidenceLink({ deployment, source }: { deployment: string; source: string | null }) {
  const place = useEvidence(deployment, source);
  return place && <p className="small"><Go to={place.to}>Open {place.says} behind it</Go></p>;
}

const inCapital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function ReadingHistory({ deployment, reading, where }: { deployment: string; reading: Reading; where: string }) {
  const { facility, department, element } = reading.scope;
  const past = usePages(history, { params: { deployment, measure: reading.measure }, query: { ...(facility && { facility }), ...(department && { department }), ...(element && { element }) } });
  if (past.problem) return <ProblemNotice problem={past.problem} />;
  if (past.loading) return <Waiting what="Loading the history" />;
  const line = reading.needs.atLeast ?? reading.needs.atMost ?? reading.needs.above ?? reading.needs.below ?? null;
  return (
    <TrendLine
      title={`${reading.asks} ${inCapital(where)}.`}
      unit={reading.unit}
      threshold={line}
      points={past.items.toReversed().map((item) => ({ at: item.asOf, value: item.value, low: item.interval?.low ?? null, high: item.interval?.high ?? null, n: item.n }))}
    />
  );
}

function WaiverNote({ waiver }: { waiver: Waiver }) {
  const me = useMe();
  const mayApprove = useMay(approveWaiver);
  const mayEnd = useMay(endWaiver);
  const say = useSay();
  const approving = useTell(approveWaiver, { done: () => say('The waiver is active.') });
  const ending = useTell(endWaiver, { done: () => say('The waiver has ended.') });
  const own = me?.id === waiver.requestedBy.id;
  return (
    <Note kind="warning" title={waiver.state === 'requested' ? 'A waiver is asked for' : `Waiver: ${waiver.state}`}>
      <p>
        “{waiver.reason}” Until {showDay(waiver.expires)}. Asked for by {waiver.requestedBy.name} on {showDay(waiver.requestedAt)}
        {waiver.approvedBy ? `, approved by ${waiver.approvedBy.name}` : ''}.
      </p>
      <div className="row">
        {waiver.state === 'requested' && mayApprove && !own && (
          <Button size="xs" loading={approving.busy} onClick={() => approving.tell({ params: { waiver: waiver.id } } as never)}>
            Approve the waiver
          </Button>
        )}
        {waiver.state === 'requested' && own && <span className="small">A second person has to approve it.</span>}
        {mayEnd && (waiver.state === 'requested' || waiver.state === 'active') && (
          <ConfirmButton size="xs" label={waiver.state === 'requested' ? 'Refuse the waiver' : 'End the waiver'} title="End this waiver?" says="The criterion reads as it was measured from now on." reason={{ label: 'Why' }} busy={ending.busy} problem={ending.problem} onConfirm={(reason) => ending.tellAsync({ params: { waiver: waiver.id }, body: { reason } })} />
        )}
      </div>
      <ProblemNotice problem={approving.problem} />
    </Note>
  );
}

function Actions({ judged, state, deployment }: Omit<BodyProps, 'articles'>) {
  const params = { deployment, gate: state.gate };
  const { criterion } = judged;
  const say = useSay();
  const mayWaive = useMay(waive);
  const maySet = useMay(setThreshold);
  const mayAttest = useMay(attest);
  const waiving = useTell(waive, { done: (made) => say(made.state === 'active' ? 'The criterion is waived.' : 'The waiver is asked for; a second person has to approve it.') });
  const setting = useTell(setThreshold, { done: (made) => say(made.afterLock ? 'The threshold is amended; everybody sees it was edited after the lock.' : 'The threshold is set.') });
  const attesting = useTell(attest, { done: () => say('The number is recorded on your word.') });
  const conditions = conditionsOf(criterion);
  const attestable = [...new Map(judged.verdict.readings.filter((reading) => !reading.live).map((reading) => [reading.measure, reading])).values()];
  const open = judged.verdict.state !== 'met' && !judged.waivers.some((waiver) => waiver.state === 'active' || waiver.state === 'requested');
  return (
    <div className="row">
      {mayWaive && open && (
        <FormDialog
          label={`Waive ${criterion.id}`}
          size="xs"
          title={`Waive ${criterion.id} ${criterion.title}`}
          says={
            <>
              The criterion then passes for a time without being met. A second person of governance has to approve it before it counts; the reason, both names and the end date are kept.
              {criterion.safety && ' This is a safety criterion: only governance may ask.'}
            </>
          }
          does="Ask for the waiver"
          schema={waive.body}
          start={{ criterion: criterion.id }}
          words={{ criterion: { hidden: true }, reason: { long: true, hint: 'Why it may pass, and what protects patients meanwhile.' }, expires: { label: 'Until', hint: 'The last day it holds.' } }}
          send={(body) => waiving.tellAsync({ params, body })}
        />
      )}
      {maySet &&
        conditions.map((condition, index) => {
          const [word, value] = Object.entries(condition.needs)[0] as [keyof Threshold, unknown];
          if (typeof value !== 'number') return null;
          const unit = unitOf(judged, index);
          return (
            <FormDialog
              key={index}
              label={conditions.length > 1 ? `Set threshold ${index + 1}` : 'Set threshold'}
              size="xs"
              title={`Threshold of ${criterion.id}`}
              says={
                <>
                  {condition.says} Now: <b>{thresholdSays(condition.needs, unit)}</b>. {state.lock ? 'The thresholds are locked: this becomes an amendment that everybody sees.' : 'The thresholds are not locked yet.'}
                </>
              }
              does="Set it"
              schema={thresholdForm}
              start={{ line: value }}
              words={{ line: { label: `New line (${String(word).replace(/([A-Z])/g, ' $1').toLowerCase()})`, hint: unit === 'proportion' || unit === 'points' ? `As a share: 0.95 is 95 %. Now ${inUnit(value, unit)}.` : `In ${unit}.` }, reason: { long: true } }}
              send={({ line, reason }) => setting.tellAsync({ params, body: { criterion: criterion.id, condition: index, needs: { [word]: line }, reason } })}
            />
          );
        })}
      {mayAttest &&
        attestable.map((reading) => (
          <FormDialog
            key={reading.measure}
            label={attestable.length > 1 ? `Attest ${reading.measure}` : 'Attest a number'}
            size="xs"
            title={reading.asks}
            says={
              <>
                Attending does not measure <code>{reading.measure}</code> itself yet. A number on your word is evidence of class E0; with a document E1. {criterion.safety && 'It never satisfies a safety criterion.'}
              </>
            }
            does="Record the number"
            schema={reading.unit === 'yes' ? attestYes : attestNumber}
            words={{
              value: { label: reading.unit === 'yes' ? 'Answer' : `Value in ${reading.unit === 'proportion' || reading.unit === 'points' ? 'shares (0 to 1)' : reading.unit}`, hint: reading.says },
              n: { label: 'n', hint: 'How many cases it rests on, where there are cases.' },
              document: { hint: 'The document it was read from, with its place.' },
              reason: { long: true, hint: 'Why it can be believed.' },
            }}
            send={({ value, n, document, reason }) => attesting.tellAsync({ params: { deployment }, body: { measure: reading.measure, value: value === 'yes' ? 1 : value === 'no' ? 0 : Number(value), n: n ?? null, document: document ?? null, reason } })}
          />
        ))}
    </div>
  );
}

const reason = z.string().trim().min(10, 'at least ten characters').max(2_000);
const thresholdForm = z.strictObject({ line: z.number(), reason });
const rest = { n: z.int().min(0).optional(), document: z.string().max(500).optional(), reason };
const attestNumber = z.strictObject({ value: z.union([z.number()]) as z.ZodType<number | 'yes' | 'no', number | 'yes' | 'no'>, ...rest });
const attestYes = z.strictObject({ value: z.enum(['yes', 'no']) as z.ZodType<number | 'yes' | 'no', number | 'yes' | 'no'>, ...rest });
