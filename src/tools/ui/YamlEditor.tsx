// How is a document written as text, with its mistakes shown at their line?
import { useId, useRef, type KeyboardEvent } from 'react';

export interface TextMark {
  severity: 'error' | 'warning';
  /** 1-based; null: about the whole. */
  line: number | null;
  column: number | null;
  says: string;
}

interface YamlEditorProps {
  label: string;
  text: string;
  onChange: (text: string) => void;
  marks?: readonly TextMark[];
  readOnly?: boolean;
  rows?: number;
}

export function YamlEditor({ label, text, onChange, marks = [], readOnly = false, rows = 28 }: YamlEditorProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split('\n').length;
  const worst = new Map<number, TextMark>();
  for (const mark of marks) if (mark.line !== null && worst.get(mark.line)?.severity !== 'error') worst.set(mark.line, mark);
  const jump = (line: number, column: number | null) => {
    const box = area.current;
    if (!box) return;
    const start = text.split('\n').slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + (column ?? 1) - 1;
    box.focus();
    box.setSelectionRange(start, start);
    box.scrollTop = Math.max(0, (line - 6) * 20);
  };
  return (
    <div className="yaml">
      <label htmlFor={id} className="yaml-label">
        {label}
      </label>
      <div className="yaml-box">
        <div className="yaml-gutter" ref={gutter} aria-hidden="true">
          <div>
            {Array.from({ length: lines }, (_, index) => (
              <div key={index} className={worst.has(index + 1) ? `is-${worst.get(index + 1)!.severity}` : ''} title={worst.get(index + 1)?.says}>
                {index + 1}
              </div>
            ))}
          </div>
        </div>
        <textarea
          id={id}
          ref={area}
          className="yaml-text"
          value={text}
          rows={rows}
          readOnly={readOnly}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          wrap="off"
          aria-describedby={`${id}-marks`}
          aria-invalid={marks.some((mark) => mark.severity === 'error')}
          onChange={(event) => onChange(event.currentTarget.value)}
          onKeyDown={(event) => indent(event, onChange)}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <div id={`${id}-marks`} aria-live="polite">
        {marks.length > 0 && (
          <ul className="yaml-marks" aria-label="Problems in the text">
            {marks.slice(0, 50).map((mark, index) => (
              <li key={index} className={`is-${mark.severity}`}>
                {mark.line === null ? (
                  <span className="yaml-place">whole</span>
                ) : (
                  <button type="button" className="text-button yaml-place" onClick={() => jump(mark.line!, mark.column)}>
                    line {mark.line}
                    {mark.column !== null && `:${mark.column}`}
                  </button>
                )}
                <span>
                  {mark.severity === 'warning' && 'Warning: '}
                  {mark.says}
                </span>
              </li>
            ))}
            {marks.length > 50 && <li>and {marks.length - 50} more</li>}
          </ul>
        )}
      </div>
    </div>
  );
}

/** A new line keeps the indentation of the one before. Tab leaves the field, as everywhere: nobody is trapped. */
function indent(event: KeyboardEvent<HTMLTextAreaElement>, onChange: (text: string) => void) {
  if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = event.currentTarget;
  const { selectionStart: start, selectionEnd: end, value } = box;
  const line = value.slice(value.lastIndexOf('\n', start - 1) + 1, start);
  const space = /^[ ]*/.exec(line)?.[0] ?? '';
  const deeper = /:\s*$/.test(line) ? '  ' : '';
  if (!space && !deeper) return;
  event.preventDefault();
  const insert = `\n${space}${deeper}`;
  if (document.execCommand?.('insertText', false, insert)) return;
  onChange(value.slice(0, start) + insert + value.slice(end));
}
