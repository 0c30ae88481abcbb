// Can this deployment be stopped from its header?
import { changeDeployment, getDeployment } from '../../spine/deployments/model.ts';
import { useAsk, useTell } from '../../tools/ui/asking.ts';
import { ConfirmButton } from '../../tools/ui/ConfirmButton.tsx';
import { useParam } from '../../tools/ui/Go.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { useSay } from '../../tools/ui/Said.tsx';
import { KillSwitch } from './KillSwitch.tsx';
import { listServices } from './model.ts';

/** The kill switch where the product is behind the gateway; elsewhere a suspension can be written down, and says that it stops nothing. */
export default function HeaderSwitch() {
  const deployment = useParam('deployment');
  const found = useAsk(listServices, {}, { every: () => 15_000 });
  if (!found.data) return null;
  const it = found.data.items.find((one) => one.deployment === deployment);
  return it ? <KillSwitch deployment={deployment} of={it.title} stopped={it.killed} /> : <RecordSuspension deployment={deployment} />;
}

function RecordSuspension({ deployment }: { deployment: string }) {
  const params = { deployment };
  const say = useSay();
  const may = useMay(changeDeployment);
  const found = useAsk(getDeployment, { params });
  const changing = useTell(changeDeployment, { done: () => say('The suspension is on record.') });
  const mode = found.data?.mode;
  if (!may || !mode || mode === 'suspended' || mode === 'off') return null;
  return (
    <ConfirmButton
      label="Record a suspension"
      does="Record it"
      danger
      title="Record that this AI is suspended?"
      says="It is not behind the gateway, so nothing here can hold its answers back: have it stopped in the product itself, and record it here. The fallback workflow of the charter applies until somebody resumes it."
      reason={{ label: 'Why', hint: 'Kept in the ledger. No patient names.' }}
      busy={changing.busy}
      problem={changing.problem}
      onConfirm={(reason) => changing.tellAsync({ params, body: { mode: 'suspended', reason } })}
    />
  );
}
