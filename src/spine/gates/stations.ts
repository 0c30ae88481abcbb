// How does a gate's state read on the track?
import type { StationState } from '../../tools/ui/Track.tsx';
import { showDay } from '../../tools/ui/RelativeTime.tsx';
import type { GateStateName, Outcome, Station, Track } from './model.ts';

export const outcomeWords: Record<Outcome, string> = {
  approve: 'Approved',
  'approve-with-contingencies': 'Approved with contingencies',
  're-review': 'To be reviewed again',
  decline: 'Declined',
};

export const stateWords: Record<GateStateName, string> = { 'not-started': 'Not started', open: 'Ready to decide', blocked: 'Blocked', decided: 'Decided', reopened: 'Reopened' };

export function stationState(station: Station): StationState {
  if (station.state === 'not-started') return 'ahead';
  if (station.state === 'open') return 'here';
  if (station.state === 'decided') return station.outcome === 'approve' ? 'passed' : station.outcome === 'approve-with-contingencies' ? 'conditional' : 'blocked';
  return 'blocked';
}

/** One short sentence for the track. */
export function stationSays(station: Station): string {
  if (station.state === 'decided' && station.outcome) return `${outcomeWords[station.outcome]}${station.decidedAt ? `, ${showDay(station.decidedAt)}` : ''}`;
  if (station.state === 'blocked') return station.blocks === 1 ? '1 criterion blocks it' : `${station.blocks} criteria block it`;
  if (station.state === 'reopened') return `Reopened, ${station.blocks} to show again`;
  return stateWords[station.state];
}

/** A role as people write it: `data-engineer` is a data engineer. */
export const ownerSays = (owner: string): string => owner.charAt(0).toUpperCase() + owner.slice(1).replaceAll('-', ' ');

/** Whether a gate is approved and still stands: what it grants may be done. */
export const isPassed = (station: Pick<Station, 'state' | 'outcome'>): boolean => station.state === 'decided' && (station.outcome === 'approve' || station.outcome === 'approve-with-contingencies');

/** The gates in their order, without the one that stands open at any time. */
export const onTrack = (track: Pick<Track, 'stations'>): Station[] => track.stations.filter((station) => station.gate !== 'GX');
