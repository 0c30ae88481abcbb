// How is the charter written, as a form or as text, without losing anybody's work?
import { Button, TextInput } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { call, problemOf } from '../../tools/ui/api.ts';
import { useTell } from '../../tools/ui/asking.ts';
import { Fields } from '../../tools/ui/Form.tsx';
import { useKept } from '../../tools/ui/Go.tsx';
import { checkAgainst, fieldsOf, pathKey, problemsByField, put, wordsOf, type Field } from '../../tools/ui/form-fields.ts';
import { Lock, Undo } from '../../tools/ui/icons.tsx';
import { ConfirmButton } from '../../tools/ui/ConfirmButton.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { showInstant } from '../../tools/ui/RelativeTime.tsx';
import { useSay } from '../../tools/ui/Said.tsx';
import { useDraft, useGuard } from '../../tools/ui/draft.ts';
import { Tag } from '../../tools/ui/TaskList.tsx';
import { YamlEditor } from '../../tools/ui/YamlEditor.tsx';
import { CharterConflict } from './CharterConflict.tsx';
import { charterStart } from './charter-start.ts';
import { charter, checkCharterText, lockSection, saveCharter, sectionSays, sections, type CharterProblem, type CharterView, type Deployment, type Section } from './model.ts';

/** The draft in one of its two shapes; the one last written in is the true one. */
type Draft = { as: 'form'; value: unknown } | { as: 'yaml'; text: string };

export function CharterEditor({ about, view, as, readOnly }: { about: Deployment; view: CharterView; as: 'form' | 'yaml'; readOnly: boolean }) {
  const [based, setBased] = useState(view);
  const start = useMemo((): Draft => (as === 'yaml' && based.yaml !== null ? { as: 'yaml', text: based.yaml } : { as: 'form', value: based.charter ?? charterStart(about) }), []);
  const draft = useDraft<Draft>(start);
  const [problems, setProblems] = useState<readonly CharterProblem[]>(based.warnings);
  const [reason, setReason] = useState('');
  const [turning, setTurning] = useState<string | null>(null);
  const say = useSay();
  useGuard(draft.dirty);

  // Somebody else saved: with no edits of our own the page follows; with edits the save will say so.
  useEffect(() => {
    if (view.version?.version !== based.version?.version && !draft.dirty) {
      setBased(view);
      draft.restart(as === 'yaml' && view.yaml !== null ? { as: 'yaml', text: view.yaml } : { as: 'form', value: view.charter ?? charterStart(about) });
    }
  }, [view]);

  useEffect(() => {
    if (draft.value.as === as) return;
    setTurning(null);
    const work = draft.value.as === 'form' ? toYaml(draft.value.value, based, draft.dirty) : toForm(draft.value.text);
    let late = false;
    work.then(
      (next) => {
        if (late) return;
        if (draft.dirty) draft.change(next);
        else draft.restart(next);
      },
      (error: unknown) => !late && setTurning(problemOf(error).message),
    );
    return () => {
      late = true;
    };
  }, [as, draft.value.as]);

  const saving = useTell(saveCharter, {
    done: (saved) => {
      setBased(saved);
      setProblems(saved.warnings);
      setReason('');
      draft.restart(draft.value.as === 'yaml' && saved.yaml !== null ? { as: 'yaml', text: saved.yaml } : { as: 'form', value: saved.charter });
      say(`Saved as version ${saved.version?.version}.`);
    },
  });
  const save = (basedOn = based.version?.version ?? 0) =>
    saving.tell({
      params: { deployment: about.slug },
      body: { basedOn, ...(draft.value.as === 'yaml' ? { yaml: draft.value.text } : { charter: draft.value.value }), ...(reason.trim().length >= 3 && { reason: reason.trim() }) },
    });

  // Checked while writing, a moment after the last letter.
  const text = draft.value.as === 'yaml' ? draft.value.text : null;
  useEffect(() => {
    if (text === null || text.trim() === '') return;
    const stop = new AbortController();
    const timer = setTimeout(() => void call(checkCharterText, { body: { text } }, { signal: stop.signal }).then((found) => setProblems(found.problems), () => {}), 500);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  const value = draft.value.as === 'form' ? draft.value.value : null;
  const wrong = useMemo(() => (value === null || !draft.dirty ? null : checkAgainst(charter, value)), [value, draft.dirty]);
  const fromServer = saving.problem && saving.problem.kind !== 'conflict' ? problemsByField(saving.problem.details.map((detail) => ({ path: detail.path ?? '', says: detail.says }))) : null;
  const atField = new Map([...(fromServer ?? []), ...(wrong ?? [])]);
  const lockedTouched = based.locks.filter((lock) => value !== null && JSON.stringify((value as Record<string, unknown>)[lock.section]) !== JSON.stringify((based.charter as Record<string, unknown> | null)?.[lock.section])).map((lock) => lock.section);

  return (
    <div className="charter">
      {saving.problem?.kind === 'conflict' ? (
        <CharterConflict
          deployment={about.slug}
          basedOn={based.version?.version ?? 0}
          problem={saving.problem}
          busy={saving.busy}
          onTheirs={(theirs) => {
            saving.forget();
            setBased(theirs);
            draft.restart(as === 'yaml' && theirs.yaml !== null ? { as: 'yaml', text: theirs.yaml } : { as: 'form', value: theirs.charter });
          }}
          onMine={(version) => save(version)}
        />
      ) : (
        <ProblemNotice problem={saving.problem} title="The charter was not saved" />
      )}
      {!readOnly && (
        <div className="charter-bar no-print">
          <span className="charter-state">{draft.dirty ? <Tag kind="warning">not saved</Tag> : <span className="faint small">{based.version ? 'saved' : 'new'}</span>}</span>
          <Button size="xs" variant="default" leftSection={<Undo size={14} />} disabled={!draft.canUndo} onClick={draft.undo}>
            Undo
          </Button>
          <Button size="xs" variant="default" disabled={!draft.canRedo} onClick={draft.redo}>
            Redo
          </Button>
          <TextInput size="xs" aria-label="Reason for the change" placeholder={lockedTouched.length ? 'Reason (needed: a locked section changes)' : 'Reason for the change'} value={reason} onChange={(event) => setReason(event.currentTarget.value)} className="charter-reason" />
          <Button size="xs" disabled={!draft.dirty && based.version !== null} loading={saving.busy} onClick={() => save()}>
            Save the charter
          </Button>
        </div>
      )}
      {lockedTouched.length > 0 && (
        <Note kind="warning" title={`${lockedTouched.map(wordsOf).join(', ')} ${lockedTouched.length === 1 ? 'is' : 'are'} locked`}>
          The change will show as an amendment, with your name and the reason.
        </Note>
      )}
      {turning && <Note kind="warning" title="The text cannot be shown as a form yet">{turning} Correct it in the YAML view; nothing is lost.</Note>}
      {draft.value.as === 'yaml' ? (
        <YamlEditor label="Charter as YAML" text={draft.value.text} readOnly={readOnly} marks={problems.map((problem) => ({ ...problem, says: problem.next ? `${problem.path ? `${problem.path}: ` : ''}${problem.says} ${problem.next}` : problem.says }))} onChange={(next) => draft.change({ as: 'yaml', text: next }, 'text')} />
      ) : (
        <CharterForm view={based} value={draft.value.value} problems={atField} readOnly={readOnly} deployment={about.slug} dirty={draft.dirty} onLocked={setBased} onChange={(path, next) => draft.change((before) => (before.as === 'form' ? { as: 'form', value: put(before.value, path, next) } : before), pathKey(path))} />
      )}
    </div>
  );
}

async function toYaml(value: unknown, based: CharterView, dirty: boolean): Promise<Draft> {
  if (!dirty && based.yaml !== null) return { as: 'yaml', text: based.yaml };
  const { stringify } = await import('yaml');
  return { as: 'yaml', text: stringify(value, { lineWidth: 0 }) };
}

async function toForm(text: string): Promise<Draft> {
  const { parse } = await import('yaml');
  const value: unknown = parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('The text is not a charter: it has no fields.');
  return { as: 'form', value };
}

interface CharterFormProps {
  view: CharterView;
  value: unknown;
  problems: ReadonlyMap<string, string>;
  readOnly: boolean;
  deployment: string;
  dirty: boolean;
  onLocked: (view: CharterView) => void;
  onChange: (path: (string | number)[], value: unknown) => void;
}

const words = {
  deployment: { hidden: true },
  attending: { hidden: true },
  title: { label: 'Title' },
  'owner.clinical.name': { hint: 'A person by name, not a role.' },
};

function CharterForm({ view, value, problems, readOnly, deployment, dirty, onLocked, onChange }: CharterFormProps) {
  const field = useMemo(() => fieldsOf(charter), []);
  const members = field.kind === 'group' ? field.members : [];
  const record = (value ?? {}) as Record<string, unknown>;
  const count = (name: string) => [...problems.keys()].filter((key) => key === name || key.startsWith(`${name}.`)).length;
  const [kept, setSection] = useKept('section', 'problem');
  const section = sections.find((one) => one === kept) ?? 'problem';
  const at = sections.indexOf(section);
  const inside = members.find((member) => member.name === section)?.field;
  const beside = (step: number) => sections[at + step];
  return (
    <div className="charter-form">
      <nav className="charter-nav no-print" aria-label="Sections of the charter">
        <ol>
          {sections.map((one) => {
            const lock = view.locks.find((held) => held.section === one);
            return (
              <li key={one}>
                <button type="button" aria-current={one === section} onClick={() => setSection(one)}>
                  {wordsOf(one)}
                  {lock && <Lock size={12} label={lock.amended ? 'locked, amended since' : 'locked'} />}
                  {count(one) > 0 && <span className="field-problem"> {count(one)} to correct</span>}
                </button>
              </li>
            );
          })}
        </ol>
      </nav>
      <div className="stack">
        {count('title') > 0 || section === 'problem' ? (
          <div className="card">
            <Fields field={{ ...field, kind: 'group', members: members.filter((member) => member.name === 'title') } as Field} value={record} words={words} problems={problems} readOnly={readOnly} onChange={onChange} />
          </div>
        ) : null}
        <section className="card charter-section" aria-labelledby="section-title">
          <header className="part-head">
            <div>
              <h3 className="part-title" id="section-title">
                {wordsOf(section)}
              </h3>
              <p className="part-says">{sectionSays[section]}</p>
            </div>
            <SectionLock {...{ section, view, deployment, dirty, onLocked }} />
          </header>
          {inside && <Fields key={section} field={inside} value={record[section]} path={[section]} words={words} problems={problems} readOnly={readOnly} onChange={onChange} />}
        </section>
        <div className="row no-print">
          {beside(-1) && (
            <Button size="xs" variant="default" onClick={() => setSection(beside(-1)!)}>
              Before: {wordsOf(beside(-1)!)}
            </Button>
          )}
          {beside(1) && (
            <Button size="xs" variant="default" onClick={() => setSection(beside(1)!)}>
              Next: {wordsOf(beside(1)!)}
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}

function SectionLock({ section, view, deployment, dirty, onLocked }: Pick<CharterFormProps, 'view' | 'deployment' | 'dirty' | 'onLocked'> & { section: Section }) {
  const may = useMay(lockSection);
  const say = useSay();
  const locking = useTell(lockSection, {
    done: (next) => {
      onLocked(next);
      say(`${wordsOf(section)} is locked.`);
    },
  });
  const lock = view.locks.find((one) => one.section === section);
  if (lock)
    return (
      <span className="small faint" title={`SHA-256 ${lock.hash}`}>
        <Lock size={12} /> Locked {showInstant(lock.at)} by {lock.by}
        {lock.amended && <Tag kind="warning">amended since</Tag>}
      </span>
    );
  if (!may || !view.version) return null;
  return (
    <ConfirmButton
      size="compact-xs"
      label={`Lock ${wordsOf(section).toLowerCase()}`}
      title={`Lock ${wordsOf(section).toLowerCase()}?`}
      says={dirty ? 'There are changes that are not saved: save first, then lock what was saved.' : `Its hash goes into the ledger. It can still be edited, but every edit shows as an amendment with a reason.`}
      does="Lock it"
      disabled={dirty}
      busy={locking.busy}
      problem={locking.problem}
      onConfirm={() => locking.tellAsync({ params: { deployment }, body: { section, version: view.version!.version } })}
    />
  );
}
