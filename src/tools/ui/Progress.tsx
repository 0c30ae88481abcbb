// How far has the long work come?

/** `value` from 0 to 1; null while it cannot be known. */
export function Progress({ value, label, says }: { value: number | null; label: string; says?: string }) {
  const known = value === null ? null : Math.max(0, Math.min(1, value));
  return (
    <div className="progress">
      <div className="progress-words">
        <span>{label}</span>
        {known !== null && <span className="number">{Math.floor(known * 100)} %</span>}
      </div>
      <div
        className={`progress-bar${known === null ? ' is-unknown' : ''}`}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(known !== null && { 'aria-valuenow': Math.floor(known * 100) })}
        {...(says && { 'aria-valuetext': says })}
      >
        <span style={known === null ? undefined : { width: `${known * 100}%` }} />
      </div>
      {says && <p className="progress-says">{says}</p>}
    </div>
  );
}

/** The quiet sign that something is being fetched. */
export function Waiting({ what = 'Loading' }: { what?: string }) {
  return (
    <p className="waiting" role="status">
      <span className="waiting-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {what}…
    </p>
  );
}
