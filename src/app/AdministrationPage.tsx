// Who may use this installation, people and machines?
import { useState } from 'react';
import { Button, TextInput } from '@mantine/core';
import { createAccount, createKey, editAccount, listAccounts, listKeys, newLink, revokeKey, type Account, type Key } from '../tools/server/model.ts';
import { usePages, useTell } from '../tools/ui/asking.ts';
import { ConfirmButton } from '../tools/ui/ConfirmButton.tsx';
import { copyText } from '../tools/ui/copy.ts';
import { DataTable } from '../tools/ui/DataTable.tsx';
import { EmptyState } from '../tools/ui/EmptyState.tsx';
import { FormDialog } from '../tools/ui/FormDialog.tsx';
import { useKept } from '../tools/ui/Go.tsx';
import { Copy, Plus } from '../tools/ui/icons.tsx';
import { useMay } from '../tools/ui/me.ts';
import { Note } from '../tools/ui/Note.tsx';
import { Page } from '../tools/ui/Page.tsx';
import { RelativeTime } from '../tools/ui/RelativeTime.tsx';
import { useSay } from '../tools/ui/Said.tsx';
import { Views } from '../tools/ui/Tabs.tsx';
import { Tag } from '../tools/ui/TaskList.tsx';

const roleWords = { label: 'Roles', hint: 'What the account may do. Nobody needs more than their own work asks for.' };

export default function AdministrationPage() {
  const [view, setView] = useKept('view', 'accounts');
  return (
    <Page title="Administration" says="People and machines that may use this installation." actions={<Views label="What to administer" open={view} onOpen={setView} views={[{ name: 'accounts', label: 'Accounts' }, { name: 'keys', label: 'API keys' }]} />}>
      {view === 'keys' ? <Keys /> : <Accounts />}
    </Page>
  );
}

function Once({ title, value, says }: { title: string; value: string; says: string }) {
  const say = useSay();
  return (
    <Note kind="good" title={title}>
      <p>{says}</p>
      <div className="row" style={{ marginTop: '0.4rem' }}>
        <TextInput aria-label={title} value={value} readOnly style={{ minWidth: 'min(34rem, 70vw)' }} styles={{ input: { fontFamily: 'var(--mono)' } }} onFocus={(event) => event.currentTarget.select()} />
        <Button variant="default" leftSection={<Copy size={14} />} onClick={() => void copyText(value).then((done) => say(done ? 'Copied.' : 'The browser did not allow copying.'))}>
          Copy
        </Button>
      </div>
    </Note>
  );
}

function Accounts() {
  const accounts = usePages(listAccounts);
  const may = useMay(createAccount);
  const say = useSay();
  const [link, setLink] = useState<{ who: string; url: string } | null>(null);
  const creating = useTell(createAccount, { rooms: ['server'] });
  const editing = useTell(editAccount, { rooms: ['server'], done: (account) => say(`${account.name} was changed.`) });
  const linking = useTell(newLink, { rooms: ['server'] });
  return (
    <>
      {link && <Once title={`One-time link for ${link.who}`} value={new URL(link.url, location.origin).href} says="It opens once. Hand it over yourself; it is not shown again." />}
      {may && (
        <div>
          <FormDialog
            label="New account"
            variant="filled"
            left={<Plus size={14} />}
            title="New account"
            says="The person gets a one-time link from you and sets the password."
            does="Create the account"
            schema={createAccount.body}
            words={{ email: { label: 'E-mail address' }, roles: roleWords, vendor: { label: 'Vendor', hint: 'Only for the role vendor: whose deployments may be seen.' } }}
            send={async (body) => {
              const made = await creating.tellAsync({ body });
              setLink({ who: made.account.name, url: made.link.url });
            }}
          />
        </div>
      )}
      <DataTable<Account>
        caption="Accounts"
        rows={accounts.items}
        idOf={(account) => account.id}
        loading={accounts.loading}
        problem={accounts.problem}
        again={accounts.again}
        more={{ has: accounts.hasMore, loading: accounts.loadingMore, load: accounts.more }}
        columns={[
          { id: 'name', header: 'Name', value: (account) => account.name, cell: (account) => <><b>{account.name}</b> {account.disabled && <Tag kind="warning">disabled</Tag>}</> },
          { id: 'email', header: 'E-mail address', value: (account) => account.email },
          { id: 'roles', header: 'Roles', value: (account) => account.roles.join(', '), cell: (account) => <span className="row">{account.roles.map((role) => <Tag key={role}>{role}</Tag>)}{account.vendor && <Tag kind="strong">{account.vendor}</Tag>}</span> },
          { id: 'by', header: 'Signs in by', value: (account) => account.signsInBy.replace('-', ' ') },
          { id: 'seen', header: 'Last seen', value: (account) => account.lastSeenAt, cell: (account) => (account.lastSeenAt ? <RelativeTime at={account.lastSeenAt} /> : <span className="none">never</span>) },
          ...(may
            ? [
                {
                  id: 'do',
                  header: 'Change',
                  value: () => '',
                  cell: (account: Account) => (
                    <span className="row">
                      <FormDialog
                        label="Edit"
                        size="compact-xs"
                        title={`Edit ${account.name}`}
                        does="Save"
                        schema={editAccount.body}
                        start={{ name: account.name, roles: account.roles, vendor: account.vendor, disabled: account.disabled }}
                        words={{ roles: roleWords, disabled: { hint: 'Ends all sessions of the account at once.' } }}
                        send={(body) => editing.tellAsync({ params: { account: account.id }, body })}
                      />
                      <Button
                        size="compact-xs"
                        variant="default"
                        loading={linking.busy}
                        onClick={() => void linking.tellAsync({ params: { account: account.id } } as never).then((made) => { setLink({ who: account.name, url: made.url }); scrollTo({ top: 0 }); })}
                      >
                        New link
                      </Button>
                    </span>
                  ),
                },
              ]
            : []),
        ]}
      />
    </>
  );
}

function Keys() {
  const keys = usePages(listKeys);
  const may = useMay(createKey);
  const [secret, setSecret] = useState<{ name: string; secret: string } | null>(null);
  const creating = useTell(createKey, { rooms: ['server'] });
  const revoking = useTell(revokeKey, { rooms: ['server'] });
  return (
    <>
      {secret && <Once title={`Secret of the key “${secret.name}”`} value={secret.secret} says="This is the only time it is shown; only its hash is kept. Send it as Authorization: Bearer …" />}
      {may && (
        <div>
          <FormDialog
            label="New API key"
            variant="filled"
            left={<Plus size={14} />}
            title="New API key"
            does="Create the key"
            schema={createKey.body}
            words={{ roles: roleWords, scopes: { hint: 'Rooms of the API such as decisions, or decisions:read. None: everything its roles may do.' }, expiresAt: { label: 'Expires at', hint: 'UTC, e.g. 2027-06-30T00:00:00.000Z. Empty: never.' } }}
            send={async (body) => {
              const made = await creating.tellAsync({ body });
              setSecret({ name: made.key.name, secret: made.secret });
            }}
          />
        </div>
      )}
      <DataTable<Key>
        caption="API keys"
        rows={keys.items}
        idOf={(key) => key.id}
        loading={keys.loading}
        problem={keys.problem}
        empty={<EmptyState title="No API key yet">Machines that send decisions or read measures use a key of their own, with no more roles than they need.</EmptyState>}
        columns={[
          { id: 'name', header: 'Name', value: (key) => key.name, cell: (key) => <><b>{key.name}</b> {key.revokedAt && <Tag kind="warning">revoked</Tag>}</> },
          { id: 'begins', header: 'Begins with', value: (key) => key.begins, cell: (key) => <code>{key.begins}…</code> },
          { id: 'roles', header: 'Roles', value: (key) => key.roles.join(', ') },
          { id: 'scopes', header: 'Scopes', value: (key) => key.scopes.join(', ') || 'all of its roles' },
          { id: 'used', header: 'Last used', value: (key) => key.lastUsedAt, cell: (key) => (key.lastUsedAt ? <RelativeTime at={key.lastUsedAt} /> : <span className="none">never</span>) },
          { id: 'expires', header: 'Expires', value: (key) => key.expiresAt, cell: (key) => (key.expiresAt ? <RelativeTime at={key.expiresAt} /> : <span className="none">never</span>) },
          ...(may
            ? [{ id: 'do', header: 'Change', value: () => '', cell: (key: Key) => key.revokedAt ? null : <ConfirmButton label="Revoke" size="compact-xs" danger title={`Revoke ${key.name}?`} says="Machines that use it are refused at once, and for good." busy={revoking.busy} problem={revoking.problem} onConfirm={() => revoking.tellAsync({ params: { key: key.id } })} /> }]
            : []),
        ]}
      />
    </>
  );
}
