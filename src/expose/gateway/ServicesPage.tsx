// Which AI services stand behind the gateway, in which mode, and how do they do?
import { useAsk } from '../../tools/ui/asking.ts';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { Page } from '../../tools/ui/Page.tsx';
import { listServices, policyModes } from './model.ts';

export default function ServicesPage() {
  const found = useAsk(listServices, {}, { every: () => 15_000 });
  return (
    <Page title="Gateway" says="Between the record system and every vendor’s decision support: nothing is shown that was not recorded first, and everything can be stopped within a second.">
      <DataTable
        caption="Services"
        rows={found.data?.items ?? []}
        idOf={(row) => row.deployment}
        to={(row) => `/deployments/${row.deployment}/gateway`}
        loading={found.isLoading}
        problem={found.error}
        again={() => void found.refetch()}
        empty={<EmptyState title="No service stands behind the gateway">A data engineer connects one on the tab Gateway of its deployment.</EmptyState>}
        columns={[
          { id: 'title', header: 'Deployment', value: (row) => row.title },
          { id: 'vendor', header: 'Vendor', value: (row) => row.vendor, choice: true },
          { id: 'mode', header: 'Mode', value: (row) => row.mode, choice: true, cell: (row) => <span className={`mode is-${row.mode}`} title={policyModes[row.mode]}>{row.mode}</span> },
          { id: 'version', header: 'Policy', value: (row) => row.version, cell: (row) => <>version {row.version}{row.proposed !== null && <> <span className="tag is-warning">{row.proposed} waits</span></>}</> },
          { id: 'calls', header: 'Calls, 1 h', value: (row) => row.calls, number: true },
          { id: 'p95', header: '95 % within', value: (row) => row.p95Ms, cell: (row) => (row.p95Ms === null ? <span className="none">no call</span> : `${Math.round(row.p95Ms)} ms`), number: true },
          { id: 'failures', header: 'Failed, 1 h', value: (row) => row.failures, number: true },
          { id: 'lint', header: 'Broken cards', value: (row) => row.lintErrors, number: true },
          { id: 'changes', header: 'Silent changes', value: (row) => row.discoveryChanges, number: true },
        ]}
      />
    </Page>
  );
}
