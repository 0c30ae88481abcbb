// May this card be shown, to this one, now? Pure: the same for a live call and for a replay of last week.
import type { Json } from '../../tools/base/canonical.ts';
import { shift } from '../../tools/base/clock.ts';
import { conditionOn, pathOn, type Variables } from '../../tools/fhir/evaluate.ts';
import { armOf, drawn } from './arms.ts';
import type { Policy, PolicyMode, Rule } from './policy.ts';

/** A rule whose condition is read once. */
interface ReadRule extends Pick<Rule, 'id' | 'expires' | 'showAnyway'> {
  holds(value: Json, variables: Variables): boolean | null;
}

/** A policy made ready to judge by. */
export interface Judge {
  policy: Policy;
  before: ReadRule[];
  after: ReadRule[];
  classOf(card: Json, variables: Variables): { class: string | null; critical: boolean };
}

/** @throws Problem where a condition is no FHIRPath of the subset. */
export function judgeBy(policy: Policy): Judge {
  const readRule = ({ id, expires, showAnyway, condition }: Rule): ReadRule => ({ id, expires, showAnyway, holds: conditionOn(condition) });
  const classes = policy.classes.map((one) => ({ ...one, holds: conditionOn(one.when) }));
  return {
    policy,
    before: policy.rules.filter(({ when }) => when === 'before').map(readRule),
    after: policy.rules.filter(({ when }) => when === 'after').map(readRule),
    classOf: (card, variables) => {
      const said = classes.find((one) => isTrue(one.holds, card, variables));
      return { class: said?.class ?? topicOf(card), critical: said?.critical ?? field(card, 'indicator') === 'critical' };
    },
  };
}

const field = (of: Json, key: string): Json | undefined => (typeof of === 'object' && of !== null && !Array.isArray(of) ? of[key] : undefined);
const slugShaped = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Unless the policy says: the vendor's own topic, where it is a short name. */
function topicOf(card: Json): string | null {
  const code = field(field(field(card, 'source') ?? null, 'topic') ?? null, 'code');
  return typeof code === 'string' && code.length >= 2 && code.length <= 64 && slugShaped.test(code) ? code : null;
}

/** A condition that cannot be evaluated on these data holds nothing back: silence needs a reason that was found. */
function isTrue(holds: ReadRule['holds'], value: Json, variables: Variables): boolean {
  try {
    return holds(value, variables) === true;
  } catch {
    return false;
  }
}

/** One call, as far as judging goes. People and places by reference. */
export interface Asked {
  deployment: string;
  secret: Uint8Array;
  now: string;
  mode: PolicyMode;
  hook: string | null;
  context: Json;
  prefetch: Json;
  subject: string;
  encounter: string | null;
  user: string | null;
  facility: string | null;
  department: string | null;
}

export type Before =
  | { ask: false; disposition: 'killed' | 'suppressed' | null; rule: string | null; arm: string | null }
  /** `shows`: whether what is answered may be shown at all; else it is asked in silence. `anyway`: the rule that holds here, and of whose sample this is. */
  | { ask: true; shows: boolean; arm: string | null; anyway?: string | null };

/** Before the vendor is asked. `disposition` null: nothing runs and nothing is recorded. */
export function judgeCall(judge: Judge, asked: Asked): Before {
  const { policy } = judge;
  if (asked.mode === 'off') return { ask: false, disposition: null, rule: null, arm: null };
  if (asked.mode === 'suspended') return { ask: false, disposition: 'killed', rule: null, arm: null };
  if (asked.mode === 'shadow') return { ask: true, shows: false, arm: null };
  const { facilities, departments } = policy.only;
  const here = (facilities.length === 0 || facilities.includes(asked.facility ?? '')) && (departments.length === 0 || departments.includes(asked.department ?? ''));
  if (!here) return { ask: true, shows: false, arm: null };
  const whom = { encounter: asked.encounter ?? asked.subject, patient: asked.subject, user: asked.user, unit: asked.department, facility: asked.facility }[policy.by];
  // Who cannot be drawn is in no arm: where arms are, nobody is shown by accident.
  const drawnTo = whom === null ? { arm: null, shows: policy.arms.length === 0 && asked.mode === 'live' } : armOf({ mode: asked.mode, arms: policy.arms }, asked.secret, asked.deployment, whom);
  if (!drawnTo.shows) return { ask: true, ...drawnTo };
  const { held, anyway } = suppressing(judge.before, asked, {}, variablesOf(asked));
  return held ? { ask: false, disposition: 'suppressed', rule: held, arm: drawnTo.arm } : { ask: true, ...drawnTo, anyway };
}

/** Which rule holds something back, and which would but for its sample that is shown anyway; null: none. */
export interface Silenced {
  held: string | null;
  anyway: string | null;
}

export const judgeCard = (judge: Judge, asked: Asked, card: Json): Silenced => (judge.after.length === 0 ? unsilenced : suppressing(judge.after, asked, card, variablesOf(asked, card)));
const unsilenced: Silenced = { held: null, anyway: null };

function suppressing(rules: readonly ReadRule[], asked: Asked, value: Json, variables: Variables): Silenced {
  const today = asked.now.slice(0, 10);
  let anyway: string | null = null;
  for (const rule of rules) {
    if (rule.expires < today || !isTrue(rule.holds, value, variables)) continue;
    if (drawn(asked.secret, `anyway ${asked.deployment} ${rule.id}`, asked.encounter ?? asked.subject) >= rule.showAnyway) return { held: rule.id, anyway: null };
    anyway ??= rule.id;
  }
  return { held: null, anyway };
}

const ago = /^since-(\d{1,5})([mhd])$/;
const milliseconds = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What stands behind `%name` in a policy's paths. */
export function variablesOf(asked: Pick<Asked, 'now' | 'hook' | 'context' | 'prefetch'>, card: Json = null): Variables {
  return (name) => {
    switch (name) {
      case 'prefetch': return asked.prefetch;
      case 'context': return asked.context;
      case 'hook': return asked.hook;
      case 'now': return asked.now;
      case 'card': return card;
    }
    const since = ago.exec(name);
    return since ? shift(asked.now, -Number(since[1]) * milliseconds[since[2] as 'm' | 'h' | 'd']) : undefined;
  };
}

/** A path that gives one text, or null. @throws Problem where it is no FHIRPath of the subset. */
export function textOn(path: string): (variables: Variables) => string | null {
  const run = pathOn(path);
  return (variables) => {
    try {
      const [one] = run({}, variables);
      return typeof one === 'string' ? one : null;
    } catch {
      return null;
    }
  };
}
