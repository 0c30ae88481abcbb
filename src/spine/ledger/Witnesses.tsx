// Who outside this house has seen how far the ledger has grown?
import { Button } from '@mantine/core';
import { useAsk, useTell } from '../../tools/ui/asking.ts';
import { ConfirmButton } from '../../tools/ui/ConfirmButton.tsx';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { FormDialog } from '../../tools/ui/FormDialog.tsx';
import { Plus } from '../../tools/ui/icons.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { count } from '../../tools/ui/numbers.ts';
import { Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { RelativeTime } from '../../tools/ui/RelativeTime.tsx';
import { addWitness, askWitnesses, listWitnesses, removeWitness } from './witness/model.ts';

export function Witnesses() {
  const witnesses = useAsk(listWitnesses);
  const adding = useTell(addWitness);
  const asking = useTell(askWitnesses);
  const mayAdd = useMay(addWitness);
  const mayAsk = useMay(askWitnesses);
  const items = witnesses.data?.items ?? [];
  const refused = items.filter((one) => one.refused);
  return (
    <Part
      title="Witnesses"
      says="Another hospital keeps a copy of how far this ledger has grown and signs it. Not even the owner of this server gets past that."
      actions={
        <>
          {mayAsk && items.length > 0 && (
            <Button variant="default" size="xs" loading={asking.busy} onClick={() => asking.tell({} as never)}>
              Ask them now
            </Button>
          )}
          {mayAdd && (
            <FormDialog
              label="Name a witness"
              size="xs"
              left={<Plus size={14} />}
              title="Name a witness"
              says="It is sent every checkpoint: a size and a hash, no entry."
              does="Name the witness"
              schema={addWitness.body}
              words={{ url: { label: 'Address' }, key: { label: 'Key' } }}
              send={(body) => adding.tellAsync({ body })}
            />
          )}
        </>
      }
    >
      <ProblemNotice problem={asking.problem} />
      {refused.map((one) => (
        <Note key={one.name} kind="warning" title={`${one.name} refuses to cosign this ledger`}>
          {one.refused!.says} (entry {count(one.refused!.position)}). Either this database was rolled back or rewritten, or somebody else signs under its name. Verify the ledger, and do not delete anything.
        </Note>
      ))}
      <DataTable
        caption="Witnesses"
        bare
        rows={items}
        idOf={(one) => one.name}
        loading={witnesses.isPending}
        problem={witnesses.error}
        empty={<EmptyState title="No witness yet">Ask another hospital to run `attending ledger witness` for you, and run one for theirs. Until then only checkpoints you keep elsewhere stand against a rewritten ledger.</EmptyState>}
        columns={[
          { id: 'name', header: 'Witness', value: (one) => one.name, cell: (one) => <code>{one.name}</code> },
          { id: 'cosigned', header: 'Cosigned up to', value: (one) => one.cosigned ?? -1, cell: (one) => (one.cosigned === null ? 'nothing yet' : `${count(one.cosigned)} entries`) },
          { id: 'at', header: 'Last', value: (one) => one.cosignedAt ?? '', cell: (one) => (one.cosignedAt ? <RelativeTime at={one.cosignedAt} /> : 'never') },
          { id: 'problem', header: 'State', value: (one) => one.problem ?? '', cell: (one) => (one.refused ? 'refuses' : one.problem ? `not reached: ${one.problem}` : one.cosigned === null ? 'not asked yet' : 'fine') },
          { id: 'url', header: 'Address', value: (one) => one.url },
          ...(mayAdd ? [{ id: 'remove', header: 'Remove', value: () => '', cell: (one: { name: string }) => <Remove name={one.name} /> }] : []),
        ]}
      />
    </Part>
  );
}

function Remove({ name }: { name: string }) {
  const removing = useTell(removeWitness);
  return (
    <ConfirmButton label="Remove" size="compact-xs" title={`Remove ${name}?`} says="It is not sent checkpoints any more. What it cosigned stays." busy={removing.busy} problem={removing.problem} onConfirm={() => removing.tellAsync({ body: { name } })} />
  );
}
