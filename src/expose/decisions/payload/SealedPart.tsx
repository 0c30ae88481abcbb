// What was sealed with this decision? Shown after saying why, and the ledger remembers.
import { useState } from 'react';
import type { Answered } from '../../../tools/base/endpoint.ts';
import { useTell } from '../../../tools/ui/asking.ts';
import { ConfirmButton } from '../../../tools/ui/ConfirmButton.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { count } from '../../../tools/ui/numbers.ts';
import { Part } from '../../../tools/ui/Page.tsx';
import { showInstant } from '../../../tools/ui/RelativeTime.tsx';
import { openDecisionPayloads } from './model.ts';

type Items = Answered<typeof openDecisionPayloads>['items'];
const words = { recorded: 'Input and output', feedback: 'What was written with the feedback' };

export function SealedPart({ decision }: { decision: string }) {
  const [items, setItems] = useState<Items | null>(null);
  const opening = useTell(openDecisionPayloads, { rooms: ['ledger'] });
  if (!useMay(openDecisionPayloads)) return null;
  return (
    <Part title="Input and output" says="Sealed with the patient’s own key. Every look becomes an entry of the ledger, with the reason.">
      <div className="card stack" aria-live="polite">
        {items === null ? (
          <div className="part-actions">
            <ConfirmButton
              label="Open input and output"
              title="Open what was sealed?"
              says="It may show a patient. That you opened it, and why, becomes an entry of the ledger."
              does="Open it"
              reason={{ label: 'Why', hint: 'At least eight characters, without patient data.' }}
              busy={opening.busy}
              problem={opening.problem}
              onConfirm={async (why) => setItems((await opening.tellAsync({ params: { decision }, body: { why } })).items)}
            />
          </div>
        ) : (
          items.map((one) => (
            <div key={`${one.position} ${one.nth}`}>
              <h3 className="part-title">{words[one.what]}</h3>
              <p className="small faint">Entry {count(one.position)} of the ledger, {one.nth === null ? 'told alone' : `record ${count(one.nth + 1)} of its batch`}, {showInstant(one.at)}</p>
              {one.gone ? <p>{one.gone}</p> : <pre className="code" tabIndex={0} aria-label={words[one.what]}>{one.text === null ? `${one.base64} (base64)` : indented(one.text)}</pre>}
            </div>
          ))
        )}
      </div>
    </Part>
  );
}

/** JSON is broken into lines for reading; anything else stays as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
