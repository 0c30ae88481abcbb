// Which part of a text is copied, templated, imported and authored, at one look and without colour?
import { percent } from '../../tools/ui/numbers.ts';
import { shareNames, shareWords, type Shares } from './model.ts';

const fills = {
  copied: { ground: '#b4532a', mark: <path d="M0 6 6 0M-1 1 1-1M5 7 7 5" stroke="#f3cdbb" strokeWidth="1.6" /> },
  templated: { ground: '#6b5ca5', mark: <circle cx="3" cy="3" r="1.3" fill="#e0daf2" /> },
  imported: { ground: '#2b7a9b', mark: <rect width="6" height="2" fill="#c7e4ef" /> },
  authored: { ground: '#e4eaee', mark: null },
} as const;

/** The patterns the bars are filled with; once on a page. */
export function SharePatterns() {
  return (
    <svg width="0" height="0" aria-hidden="true" focusable="false" style={{ position: 'absolute' }}>
      <defs>
        {shareNames.map((name) => (
          <pattern key={name} id={`notes-${name}`} width="6" height="6" patternUnits="userSpaceOnUse">
            <rect width="6" height="6" fill={fills[name].ground} />
            {fills[name].mark}
          </pattern>
        ))}
      </defs>
    </svg>
  );
}

export function ShareLegend() {
  return (
    <ul className="stack-legend">
      {shareNames.map((name) => (
        <li key={name}>
          <svg width="18" height="12" aria-hidden="true">
            <rect width="18" height="12" fill={`url(#notes-${name})`} stroke="#566172" />
          </svg>
          <b>{name}</b> <span>{shareWords[name]}</span>
        </li>
      ))}
    </ul>
  );
}

export function ShareStack({ shares }: { shares: Shares | null }) {
  if (!shares) return <span className="none">withheld or no text</span>;
  const ends = shareNames.map((_, at) => shareNames.slice(0, at + 1).reduce((sum, name) => sum + shares[name], 0));
  return (
    <svg className="stack-bar" viewBox="0 0 200 14" preserveAspectRatio="none" role="img" aria-label={shareNames.map((name) => `${name} ${percent(shares[name])}`).join(', ')}>
      {shareNames.map((name, at) => shares[name] > 0 && <rect key={name} x={(at === 0 ? 0 : ends[at - 1]!) * 200} width={shares[name] * 200} height="14" fill={`url(#notes-${name})`} />)}
    </svg>
  );
}
