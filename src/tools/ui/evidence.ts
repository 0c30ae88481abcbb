// Which screen shows what a number was computed from?
import { use } from 'react';
import { admits, useMe, type Me } from './me.ts';
import { ScreensContext, type Screen } from './screen.ts';

export interface EvidencePlace {
  to: string;
  /** What stands there: “the data audit”. */
  says: string;
}

/**
 * The screen that declares to show this source (`audit/aud_01…`: the room's record and its id) of a deployment, filled in; null where
 * there is none, or none that this person may open.
 */
export function evidenceAt(screens: readonly Screen[], me: Me | null, deployment: string, source: string | null): EvidencePlace | null {
  const [of = '', id = ''] = (source ?? '').split('/');
  const screen = screens.find(({ evidence }) => evidence?.of.includes(of));
  if (!screen || !admits(screen.who, me)) return null;
  const steps = screen.path.split('/').map((step) => (step === '$deployment' ? deployment : step.startsWith('$') ? id : step));
  return steps.slice(1).includes('') ? null : { to: steps.join('/'), says: screen.evidence!.says };
}

/** The same among the screens of the product, for whoever is signed in. */
export const useEvidence = (deployment: string, source: string | null): EvidencePlace | null => evidenceAt(use(ScreensContext), useMe(), deployment, source);
