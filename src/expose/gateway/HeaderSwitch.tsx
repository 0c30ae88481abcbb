// Can this deployment be stopped from its header?
import { useAsk } from '../../tools/ui/asking.ts';
import { useParam } from '../../tools/ui/Go.tsx';
import { KillSwitch } from './KillSwitch.tsx';
import { listServices } from './model.ts';

/** Nothing where the product is not behind the gateway: a switch that stops nothing would deceive. */
export default function HeaderSwitch() {
  const deployment = useParam('deployment');
  const found = useAsk(listServices, {}, { every: () => 15_000 });
  const it = found.data?.items.find((one) => one.deployment === deployment);
  return it ? <KillSwitch deployment={deployment} of={it.title} stopped={it.killed} /> : null;
}
