// How is any record filled in, when only its schema is known?
import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { Coded } from './Coded.tsx';
import { blankOf, pathKey, startOf, wordsOf, type Field, type Step } from './form-fields.ts';
import { ArrowDown, ArrowUp, Cross, Plus } from './icons.tsx';

/** Words and choices a page knows better than the schema, by field path without positions, e.g. `facilities.facility`. */
export type FieldWords = Record<string, { label?: string; hint?: string; options?: readonly { value: string; label: string }[]; hidden?: boolean; placeholder?: string; long?: boolean; secret?: boolean; /** What one member of a list is called. */ one?: string }>;

interface Context {
  problems: ReadonlyMap<string, string>;
  words: FieldWords;
  readOnly: boolean;
  change: (path: Step[], value: unknown) => void;
}

interface FieldsProps {
  field: Field;
  value: unknown;
  path?: Step[];
  problems?: ReadonlyMap<string, string>;
  words?: FieldWords;
  readOnly?: boolean;
  onChange: (path: Step[], value: unknown) => void;
}

const none: ReadonlyMap<string, string> = new Map();

/** The fields of a schema. The value and its problems live with the caller. */
export function Fields({ field, value, path = [], problems = none, words = {}, readOnly = false, onChange }: FieldsProps) {
  const context: Context = { problems, words, readOnly, change: onChange };
  return field.kind === 'group' ? <Members field={field} value={value} path={path} context={context} /> : <Entry name="" field={field} value={value} path={path} context={context} />;
}

/** Texts that are one line, however long they may be. */
const shortNames = /^(name|title|line|role|vendor|version|who|owner|unit|metric|attribute|code|display)$/;

const plain = (path: readonly Step[]) => path.filter((step) => typeof step === 'string').join('.');

function Members({ field, value, path, context }: { field: Field & { kind: 'group' }; value: unknown; path: Step[]; context: Context }) {
  const group = (value ?? {}) as Record<string, unknown>;
  return (
    <div className="fields">
      {field.members.map((member) =>
        member.field.kind === 'fixed' || context.words[plain([...path, member.name])]?.hidden ? null : (
          <Entry key={member.name} name={member.name} field={member.field} value={group[member.name]} path={[...path, member.name]} context={context} />
        ),
      )}
    </div>
  );
}

interface EntryProps {
  name: string;
  field: Field;
  value: unknown;
  path: Step[];
  context: Context;
}

function Entry({ name, field, value, path, context }: EntryProps) {
  const words = context.words[plain(path)] ?? {};
  const label = words.label ?? wordsOf(name);
  const says = words.hint ?? field.says;
  const problem = context.problems.get(pathKey(path));
  const change = (next: unknown) => context.change(path, next);
  const shared = {
    label,
    description: says ? <Coded text={says} /> : undefined,
    error: problem,
    disabled: context.readOnly,
    required: field.empty === 'refused' && field.kind !== 'yes',
    name: pathKey(path),
    placeholder: words.placeholder,
  };
  const cleared = field.empty === 'null' ? null : field.empty === 'left-out' ? undefined : '';

  if (words.options || field.kind === 'choice') {
    const options = words.options ?? (field.kind === 'choice' ? field.options.map((option) => ({ value: option, label: wordsOf(option) })) : []);
    const free = field.empty !== 'refused' || value === undefined || value === '';
    return (
      <NativeSelect
        {...shared}
        value={value === null || value === undefined ? (field.fallback as string | undefined) ?? '' : String(value)}
        onChange={(event) => change(event.currentTarget.value === '' ? cleared : event.currentTarget.value)}
        data={[...(free ? [{ value: '', label: field.empty === 'refused' ? 'Choose…' : 'Not given' }] : []), ...options]}
      />
    );
  }
  switch (field.kind) {
    case 'text':
      if (words.long ?? (field.long && !shortNames.test(name))) return <Textarea {...shared} className="is-wide" autosize minRows={2} maxRows={14} value={(value as string | undefined) ?? ''} onChange={(event) => change(event.currentTarget.value === '' ? cleared : event.currentTarget.value)} />;
      return (
        <TextInput
          {...shared}
          type={words.secret ? 'password' : field.format === 'date' ? 'date' : field.format === 'email' ? 'email' : 'text'}
          value={(value as string | undefined | null) ?? ''}
          onChange={(event) => change(event.currentTarget.value === '' ? cleared : event.currentTarget.value)}
        />
      );
    case 'number':
      return (
        <TextInput
          {...shared}
          type="number"
          inputMode="decimal"
          step={field.whole ? 1 : 'any'}
          {...(field.low !== null && { min: field.low })}
          {...(field.high !== null && { max: field.high })}
          value={typeof value === 'number' ? String(value) : ''}
          placeholder={typeof field.fallback === 'number' ? String(field.fallback) : words.placeholder}
          onChange={(event) => change(event.currentTarget.value === '' ? (field.empty === 'null' ? null : undefined) : Number(event.currentTarget.value))}
        />
      );
    case 'yes':
      return <Checkbox label={label} description={says ? <Coded text={says} /> : undefined} error={problem} disabled={context.readOnly} checked={(value as boolean | undefined) ?? field.fallback === true} onChange={(event) => change(event.currentTarget.checked)} className="is-wide" />;
    case 'money':
      return <MoneyEntry {...{ name, field, value, path, context }} label={label} says={says} problem={problem} />;
    case 'group':
      return <GroupEntry {...{ name, path, context, value }} field={field} label={label} says={says} problem={problem} />;
    case 'list':
      if (field.item.kind === 'choice' && field.item.options.length <= 16)
        return (
          <fieldset className="field-group is-wide">
            <Legend label={label} says={says} problem={problem} />
            <div className="fields">
              {field.item.options.map((option) => {
                const chosen = (value as string[] | undefined) ?? [];
                return <Checkbox key={option} label={wordsOf(option)} disabled={context.readOnly} checked={chosen.includes(option)} onChange={(event) => change(event.currentTarget.checked ? [...chosen, option] : chosen.filter((one) => one !== option))} />;
              })}
            </div>
          </fieldset>
        );
      return <ListEntry {...{ name, path, context, value }} field={field} label={label} says={says} problem={problem} />;
    case 'map':
      return <MapEntry {...{ name, path, context, value }} field={field} label={label} says={says} problem={problem} />;
    default:
      return null;
  }
}

type Titled = { label: string; says: string; problem: string | undefined };

function Legend({ label, says, problem, children }: Titled & { children?: ReactNode }) {
  return (
    <>
      <legend>{label}</legend>
      {children}
      {says && (
        <p className="field-says">
          <Coded text={says} />
        </p>
      )}
      {problem && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

function GroupEntry({ field, value, path, context, label, says, problem }: EntryProps & Titled & { field: Field & { kind: 'group' } }) {
  const there = value !== null && value !== undefined;
  const optional = field.empty !== 'refused' && field.fallback === undefined || field.empty === 'null';
  return (
    <fieldset className="field-group is-wide">
      <Legend label={label} says={says} problem={problem}>
        {optional && !context.readOnly && (
          <Button size="compact-xs" variant="subtle" className="field-toggle" leftSection={there ? <Cross size={12} /> : <Plus size={12} />} onClick={() => context.change(path, there ? (field.empty === 'null' ? null : undefined) : startOf(field))}>
            {there ? 'Remove' : 'Add'} <span className="hidden-words">{label.toLowerCase()}</span>
          </Button>
        )}
      </Legend>
      {(there || !optional) && <Members field={field} value={value} path={path} context={context} />}
      {!there && optional && <p className="none">Not given</p>}
    </fieldset>
  );
}

function ListEntry({ field, value, path, context, label, says, problem, name }: EntryProps & Titled & { field: Field & { kind: 'list' } }) {
  const items = (value as unknown[] | undefined | null) ?? [];
  const { item } = field;
  const one = context.words[plain(path)]?.one ?? wordsOf(singular(name));
  const set = (next: unknown[]) => context.change(path, next);
  const swap = (a: number, b: number) => set(items.map((entry, index) => (index === a ? items[b] : index === b ? items[a] : entry)));
  const tools = (index: number, of: string) =>
    context.readOnly ? null : (
      <span className="item-tools">
        {index > 0 && (
          <button type="button" className="icon-button" aria-label={`Move ${of} up`} onClick={() => swap(index, index - 1)}>
            <ArrowUp size={14} />
          </button>
        )}
        {index < items.length - 1 && (
          <button type="button" className="icon-button" aria-label={`Move ${of} down`} onClick={() => swap(index, index + 1)}>
            <ArrowDown size={14} />
          </button>
        )}
        <button type="button" className="icon-button" aria-label={`Remove ${of}`} onClick={() => set(items.filter((_, at) => at !== index))}>
          <Cross size={14} />
        </button>
      </span>
    );
  return (
    <fieldset className="field-group is-wide">
      <Legend label={label} says={says} problem={problem} />
      {items.length === 0 && <p className="none">None yet</p>}
      <ol className="items">
        {items.map((entry, index) => {
          const of = `${one.toLowerCase()} ${index + 1}`;
          if (item.kind !== 'group')
            return (
              <li key={index} className="item is-simple">
                <Entry name={`${one} ${index + 1}`} field={item} value={entry} path={[...path, index]} context={context} />
                {tools(index, of)}
              </li>
            );
          const wrong = [...context.problems.keys()].some((key) => key.startsWith(`${pathKey([...path, index])}.`));
          return (
            <li key={index} className="item">
              <details open={wrong || items.length <= 2 || item.members.length <= 3 || undefined}>
                <summary>
                  <span>
                    {one} {index + 1}
                    {titleOf(entry) && <b>: {titleOf(entry)}</b>}
                  </span>
                  {wrong && <span className="field-problem"> has problems</span>}
                </summary>
                <Members field={item} value={entry} path={[...path, index]} context={context} />
              </details>
              {tools(index, of)}
            </li>
          );
        })}
      </ol>
      {!context.readOnly && (
        <Button size="xs" variant="default" leftSection={<Plus size={14} />} onClick={() => set([...items, item.kind === 'text' ? '' : startOf(item)])}>
          Add {one.toLowerCase()}
        </Button>
      )}
    </fieldset>
  );
}

function MapEntry({ field, value, path, context, label, says, problem }: EntryProps & Titled & { field: Field & { kind: 'map' } }) {
  const entries = Object.entries((value as Record<string, unknown> | undefined) ?? {});
  const id = useId();
  return (
    <fieldset className="field-group is-wide">
      <Legend label={label} says={says} problem={problem} />
      {entries.length === 0 && <p className="none">None</p>}
      {entries.map(([key, entry]) => (
        <fieldset key={key} className="field-group">
          <legend>{key}</legend>
          <Fields field={field.item} value={entry} path={[...path, key]} problems={context.problems} words={context.words} readOnly={context.readOnly} onChange={context.change} />
          {!context.readOnly && (
            <Button size="compact-xs" variant="subtle" onClick={() => context.change([...path, key], undefined)}>
              Remove {key}
            </Button>
          )}
        </fieldset>
      ))}
      {!context.readOnly && (
        <div className="map-add">
          <TextInput id={id} size="xs" label={`New entry in ${label.toLowerCase()}`} placeholder="name, then Enter" onKeyDown={(event) => {
            const key = event.currentTarget.value.trim();
            if (event.key !== 'Enter' || key === '') return;
            event.preventDefault();
            context.change([...path, key], startOf(field.item) ?? blankOf(field.item) ?? {});
            event.currentTarget.value = '';
          }} />
        </div>
      )}
    </fieldset>
  );
}

function MoneyEntry({ field, value, path, context, label, says, problem }: EntryProps & Titled) {
  const amount = value as { minor: number; currency: string } | null | undefined;
  const set = (minor: number | null, currency: string) => context.change(path, minor === null ? (field.empty === 'null' ? null : undefined) : { minor, currency });
  return (
    <fieldset className="money">
      <legend className="hidden-words">{label}</legend>
      <TextInput
        label={label}
        description={says ? <Coded text={says} /> : undefined}
        error={problem ?? context.problems.get(`${pathKey(path)}.minor`)}
        type="number"
        inputMode="decimal"
        step="0.01"
        disabled={context.readOnly}
        required={field.empty === 'refused'}
        value={amount ? String(amount.minor / 100) : ''}
        onChange={(event) => set(event.currentTarget.value === '' ? null : Math.round(Number(event.currentTarget.value) * 100), amount?.currency ?? 'USD')}
      />
      <TextInput aria-label={`${label}: currency`} disabled={context.readOnly || !amount} value={amount?.currency ?? 'USD'} maxLength={3} error={context.problems.get(`${pathKey(path)}.currency`)} onChange={(event) => amount && set(amount.minor, event.currentTarget.value.toUpperCase())} />
    </fieldset>
  );
}

const singular = (name: string) => name.replace(/ies$/, 'y').replace(/(?<=[a-z])s$/, '');

function titleOf(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return '';
  for (const key of ['name', 'title', 'metric', 'line', 'facility', 'says', 'id', 'code']) {
    const value = (entry as Record<string, unknown>)[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}
