// How do the attested numbers, the waivers and the committee's decisions come into the product?
import { changeDeployment, getCharter, getDeployment } from '../../src/spine/deployments/model.ts';
import { approveWaiver, decide, readGate, readTrack, waive } from '../../src/spine/gates/model.ts';
import { attest, latest, list } from '../../src/spine/measures/model.ts';
import { days, shift, type Instant } from '../../src/tools/base/clock.ts';
import type { Acting } from './accounts.ts';
import type { Attested, Decided, DemoDeployment } from './plan.ts';

const dayAfter = (now: Instant, count: number) => shift(now, days(count)).slice(0, 10);

/** Attests what the plan says, leaving out what a room of the product measures itself and what is on record already. Returns how many numbers were written down. */
export async function loadEvidence(plan: DemoDeployment, as: Acting): Promise<number> {
  const params = { deployment: plan.slug };
  const governance = as('governance');
  const measures = new Map((await governance.ask(list, {})).items.map((one) => [one.id, one]));
  const there = new Set((await governance.ask(latest, { params })).items.map(({ measure }) => measure));
  const wanted = plan.attested.filter(({ measure }) => measures.has(measure) && !measures.get(measure)!.live && !there.has(measure));
  // Several at once: each waits for the disk by itself.
  const left = [...wanted];
  await Promise.all(Array.from({ length: 4 }, async () => {
    for (let one = left.shift(); one; one = left.shift()) await as(one.by).ask(attest, { params, body: bodyOf(one) });
  }));
  return wanted.length;
}

const bodyOf = ({ measure, value, document, reason, n, interval, scope }: Attested) => ({
  measure,
  value,
  document,
  reason,
  ...(n !== undefined && { n }),
  ...(interval && { interval }),
  ...(scope && { scope }),
});

/** Brings one gate to its decision: waivers where a criterion is not met, then the vote. A gate that was decided stays decided. */
export async function loadDecision(plan: DemoDeployment, wanted: Decided, as: Acting, now: Instant): Promise<void> {
  const governance = as('governance');
  const params = { deployment: plan.slug, gate: wanted.gate };
  const { stations } = await governance.ask(readTrack, { params: { deployment: plan.slug } });
  if (stations.find(({ gate }) => gate === wanted.gate)?.outcome) return;
  const before = await governance.ask(readGate, { params });
  for (const { criterion, reason, forDays } of wanted.waivers) {
    const judged = before.criteria.find((one) => one.criterion.id === criterion);
    // What is met by now, or waived by an earlier run, needs no waiver.
    if (!judged || judged.verdict.state === 'met' || judged.verdict.state === 'waived') continue;
    const asked = judged.waivers.find(({ state }) => state === 'requested') ?? (await as(judged.criterion.safety ? 'office' : plan.owner).ask(waive, { params, body: { criterion, reason, expires: dayAfter(now, forDays) } }));
    await governance.ask(approveWaiver, { params: { waiver: asked.id } });
  }
  const { charter } = await governance.ask(getCharter, { params: { deployment: plan.slug } });
  const seen = await governance.ask(readGate, { params });
  await governance.ask(decide, {
    params,
    body: {
      outcome: wanted.outcome,
      reason: wanted.reason,
      present: charter!.governance.committee.map(({ name, constituency }) => ({ name, constituency })),
      contingencies: wanted.contingencies.map(({ criterion, says, owner, inDays }) => ({ criterion, says, owner, expires: dayAfter(now, inDays) })),
      seen: seen.digest,
    },
  });
}

/** Puts the deployment where its decisions brought it, unless they did so themselves. */
export async function loadStage(plan: DemoDeployment, as: Acting): Promise<void> {
  const params = { deployment: plan.slug };
  const { stage, mode } = await as('governance').ask(getDeployment, { params });
  if (stage === plan.stage && mode === plan.mode) return;
  await as('governance').ask(changeDeployment, { params, body: { stage: plan.stage, mode: plan.mode, reason: 'As the committee decided.' } });
}
