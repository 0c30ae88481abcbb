// Who repairs which fault of the data, by when, and does the number hold?
import { Button } from '@mantine/core';
import { address } from '../../../tools/ui/api.ts';
import { usePages, useAsk } from '../../../tools/ui/asking.ts';
import { DataTable } from '../../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { useKept, useParam } from '../../../tools/ui/Go.tsx';
import { Download } from '../../../tools/ui/icons.tsx';
import { Interval } from '../../../tools/ui/Interval.tsx';
import { count } from '../../../tools/ui/numbers.ts';
import { Facts, Page } from '../../../tools/ui/Page.tsx';
import { showDay } from '../../../tools/ui/RelativeTime.tsx';
import { Tag } from '../../../tools/ui/TaskList.tsx';
import { IssueDialog } from './IssueDialog.tsx';
import { issuesCsv, issueStates, listIssues, type Issue } from './model.ts';

export default function IssuesPage() {
  const deployment = useParam('deployment');
  const [open, setOpen] = useKept('issue');
  const query = deployment ? { deployment } : {};
  const issues = usePages(listIssues, { query });
  const summary = useAsk(listIssues, { query: { ...query, limit: 1 } });
  const remediation = summary.data?.remediation;
  return (
    <Page
      title="Data-quality issues"
      level={deployment ? 2 : 1}
      {...(deployment && { of: deployment })}
      trail={[{ label: 'Data', to: deployment ? `/deployments/${deployment}/data` : '/data' }]}
      says="Opened from a finding, measured again by every later audit, and closed by the audit that finds the number met."
      actions={
        <Button component="a" variant="default" leftSection={<Download size={14} />} href={address(issuesCsv, { query })} download="issues.csv">
          CSV
        </Button>
      }
    >
      {remediation && remediation.open + remediation.closed > 0 && (
        <div className="card">
          <Facts
            facts={[
              ['Open', count(remediation.open)],
              ['Overdue', count(remediation.overdue)],
              ['Closed', count(remediation.closed)],
              ['Days from opened to closed', remediation.medianDays === null ? 'none closed yet' : `${remediation.medianDays} (median)`],
              ['Oldest open', remediation.oldestDays === null ? 'none' : `${count(remediation.oldestDays)} days`],
              ['Due dates that slipped', count(remediation.slips)],
            ]}
          />
        </div>
      )}
      <DataTable<Issue>
        caption="Issues"
        rows={issues.items}
        idOf={(one) => one.id}
        onOpen={(one) => setOpen(one.id)}
        loading={issues.loading}
        problem={issues.problem}
        again={issues.again}
        more={{ has: issues.hasMore, loading: issues.loadingMore, load: issues.more }}
        empty={<EmptyState title="No issue yet">Open one from a finding of an audit: “Open an issue”. It gets an owner and a day, and the next audit says whether it is repaired.</EmptyState>}
        columns={[
          { id: 'title', header: 'Issue', value: (one) => one.title },
          ...(deployment ? [] : [{ id: 'deployment', header: 'Deployment', value: (one: Issue) => one.deployment, choice: true }]),
          { id: 'state', header: 'State', choice: true, value: (one) => one.state, cell: (one) => <IssueState issue={one} /> },
          { id: 'owner', header: 'Owner', choice: true, value: (one) => one.owner?.name ?? 'nobody' },
          { id: 'priority', header: 'Priority', choice: true, value: (one) => one.priority },
          { id: 'days', header: 'Age in days', number: true, value: (one) => one.days },
          { id: 'due', header: 'Due', value: (one) => one.dueOn, cell: (one) => (one.dueOn === null ? <span className="none">no day</span> : <>{showDay(one.dueOn)} {one.overdue && <Tag kind="warning">overdue</Tag>} {one.slips > 0 && <Tag>{one.slips === 1 ? 'slipped once' : `slipped ${one.slips} times`}</Tag>}</>) },
          { id: 'opened', header: 'When opened', value: (one) => one.opened.rate, cell: (one) => <Interval value={one.opened.rate} n={one.opened.n} /> },
          { id: 'last', header: 'Last measured', value: (one) => one.last.rate, cell: (one) => <><Interval value={one.last.rate} n={one.last.n} /> <span className="faint">{showDay(one.last.at)}</span></> },
        ]}
      />
      <IssueDialog id={open || null} onClose={() => setOpen('')} />
    </Page>
  );
}

export function IssueState({ issue }: { issue: Issue }) {
  return (
    <span title={issueStates[issue.state]}>
      <Tag kind={issue.state === 'open' ? 'warning' : issue.state === 'closed' ? 'strong' : 'quiet'}>{issue.state.replace('-', ' ')}</Tag>
    </span>
  );
}
