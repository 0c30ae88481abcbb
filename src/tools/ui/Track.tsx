// How far along its way is this, and what stands at each station?
import { Go } from './Go.tsx';

export type StationState = 'passed' | 'conditional' | 'here' | 'blocked' | 'ahead' | 'skipped';

export interface Station {
  id: string;
  /** Short name inside the mark, e.g. `G1`. */
  code: string;
  name: string;
  state: StationState;
  /** The state in words; always shown or read out. */
  says: string;
  to?: string;
}

const marks: Record<StationState, string> = { passed: '✓', conditional: '✓', here: '', blocked: '!', ahead: '', skipped: '–' };

/** Stations in order, as a list: shape and words carry the state, colour only repeats it. */
export function Track({ label, stations, small = false }: { label: string; stations: readonly Station[]; small?: boolean }) {
  return (
    <ol className={`track${small ? ' is-small' : ''}`} aria-label={label}>
      {stations.map((station) => {
        const inside = (
          <>
            <span className="station-mark" aria-hidden="true">
              {marks[station.state] || (small ? '' : station.code)}
            </span>
            <span className={small ? 'hidden-words' : 'station-words'}>
              <span className="station-name">
                <b>{station.code}</b> {station.name}
              </span>
              <span className="station-says">{station.says}</span>
            </span>
          </>
        );
        return (
          <li key={station.id} className={`station is-${station.state}`} title={`${station.code} ${station.name}: ${station.says}`}>
            {station.to && !small ? (
              <Go to={station.to} className="station-link" marks="page">
                {inside}
              </Go>
            ) : (
              <span className="station-link">{inside}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
