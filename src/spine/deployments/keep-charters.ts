// How is a charter saved, locked, amended and compared, so that nobody overwrites anybody and every edit shows?
import { stringify } from 'yaml';
import { canonical, digest } from '../../tools/base/canonical.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem, type ProblemDetail } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import type { Db, Tx } from '../../tools/server/database.ts';
import { charter, sections, type Charter, type Section } from './charter.ts';
import { checkText, checkValue, passes, type CharterCheck } from './charter-check.ts';
import type { Amendment, ChangeKind, CharterProblem, CharterVersion, CharterView, Difference, Lock } from './charter-contract.ts';
import { changesOf, differences } from './charter-diff.ts';
import { fhirWords } from './charter-fhir.ts';
import { readText, rewrite } from './charter-text.ts';
import { cursorOf, pageOf, readCursor } from './cursor.ts';
import { kinds } from './entry-kinds.ts';
import { happened, placesNamed, requireDeployment, type FoundDeployment, type Happening } from './keep-deployments.ts';
import * as records from './records.ts';

const readCharter = (text: string): Charter => charter.parse(JSON.parse(text));

const versionOf = (row: records.CharterRow): CharterVersion => ({
  version: row.version, at: row.at, by: row.by_name, reason: row.reason, digest: row.digest, differences: (JSON.parse(row.differences) as unknown[]).length,
  changes: row.changes as ChangeKind[], amended: row.amended as Section[],
});

export async function charterOf(house: House, caller: Caller, slugOrId: string, version?: number): Promise<CharterView> {
  return view(house.db, await requireDeployment(house.db, caller, slugOrId), version);
}

async function view(db: Db, of: FoundDeployment, version = of.charter_version): Promise<CharterView> {
  const row = version > 0 ? await records.charterRow(db, of.id, version) : undefined;
  if (!row && version > 0) throw new Problem('not-found', `The charter has no version ${version}.`, `The current one is ${of.charter_version}.`);
  if (!row) return { deployment: of.slug, version: null, charter: null, yaml: null, locks: [], amendments: [], warnings: [] };
  const shown = readCharter(row.charter);
  const amendments = (await records.amendmentRows(db, of.id)).map((one): Amendment => ({
    id: one.id, section: one.section as Section, version: one.version, reason: one.reason, at: one.at, by: one.by_name,
    hashBefore: one.hash_before, hashAfter: one.hash_after, differences: JSON.parse(one.differences) as Difference[],
  }));
  const locks = (await records.lockRows(db, of.id)).map((lock): Lock => ({
    section: lock.section as Section, version: lock.version, hash: lock.hash, at: lock.at, by: lock.by_name, amended: amendments.some((one) => one.section === lock.section && one.version > lock.version),
  }));
  const yaml = row.yaml ?? stringify(shown, { lineWidth: 0 });
  return { deployment: of.slug, version: versionOf(row), charter: shown, yaml, locks, amendments, warnings: [...checkText(yaml, fhirWords).problems.filter((problem) => problem.severity === 'warning'), ...mismatches(shown, of)] };
}

/** Where the charter and what runs have drifted apart: shown, because either may be the one to correct. */
function mismatches(of: Charter, found: FoundDeployment): CharterProblem[] {
  const pairs = [['name', of.product.name, found.product_name], ['vendor', of.product.vendor, found.vendor], ['version', of.product.version, found.version]] as const;
  return pairs.flatMap(([field, promised, runs]) =>
    promised === runs ? [] : [{ severity: 'warning' as const, line: null, column: null, path: `product.${field}`, says: `The charter says ${field} \`${promised}\`, and \`${runs}\` runs.`, next: 'Amend the charter, or correct the deployment.' }],
  );
}

interface Save { basedOn: number; charter?: unknown; yaml?: string | undefined; reason?: string | undefined }

export async function saveCharter(house: House, caller: Caller, slugOrId: string, save: Save): Promise<CharterView> {
  const found = await requireDeployment(house.db, caller, slugOrId);
  const checked = save.yaml === undefined ? checkValue(save.charter, fhirWords) : checkText(save.yaml, fhirWords);
  const after = accepted(checked, found.slug);
  const spot = save.yaml === undefined ? undefined : readText(save.yaml).spot;
  await house.db.transaction().execute(async (tx) => {
    const held = await records.holdDeployment(tx, found.id);
    const before = held.charter_version > 0 ? await records.charterRow(tx, found.id, held.charter_version) : undefined;
    if (held.charter_version !== save.basedOn) throw await overtaken(tx, found.id, save.basedOn, before);
    const was = before ? readCharter(before.charter) : null;
    const changed = was ? differences(was, after) : [];
    const yaml = save.yaml ?? (before?.yaml ? rewrite(before.yaml, changed, after, (value) => charter.parse(value)) : null);
    if (before && changed.length === 0 && yaml === before.yaml) return;
    const places = await placesNamed(tx, after.units, 'units', (path) => (spot ? { line: spot(path).line } : {}));
    // A charter that names no units leaves the deployment where it was created; one that named them and no longer does, does not.
    if (after.units.length > 0 || (was && was.units.length > 0)) await records.putPlaces(tx, found.id, places);
    await records.updateDeployment(tx, found.id, { charter_version: save.basedOn + 1, updated_at: house.clock.now(), ...ownerAfter(held, after) });
    await write(house, tx, caller, { found, before, was, after, changed, yaml, reason: save.reason ?? null });
  });
  return charterOf(house, caller, found.id);
}

/** An acceptance belongs to the person who gave it: a new owner has yet to accept. */
function ownerAfter(held: records.DeploymentTable, after: Charter): Partial<records.DeploymentTable> {
  const name = after.owner.clinical.name;
  if (held.owner_name === name && held.owner_accepted_at) return {};
  return { owner_name: name, owner_hours: after.owner.hoursPerWeek, owner_accepted_at: null, owner_accepted_id: null, owner_accepted_by: null };
}

const asDetail = (problem: CharterProblem): ProblemDetail => ({ ...(problem.line !== null && { line: problem.line }), path: problem.path || '(the whole)', says: `${problem.says} ${problem.next}`.trim() });

function accepted(checked: CharterCheck, slug: string): Charter {
  const errors = checked.problems.filter((problem) => problem.severity === 'error');
  if (checked.dataOnly && errors.length === 0) throw new Problem('unprocessable', 'This is a data section only, not a whole charter.', '`attending charter example` shows what else belongs to one; nothing was saved.', [{ path: 'problem', says: 'missing, and so are owner, product, risk and decision' }]);
  if (!passes(checked)) throw new Problem('unprocessable', `This is no valid charter: ${errors.length} ${errors.length === 1 ? 'thing is' : 'things are'} wrong.`, 'Correct the named places; nothing was saved.', errors.map(asDetail));
  if (checked.charter.deployment !== slug)
    throw new Problem('unprocessable', `This is the charter of \`${checked.charter.deployment}\`, not of \`${slug}\`.`, 'Save it there, or correct its `deployment`.', [{ path: 'deployment', says: `should be \`${slug}\`` }]);
  return checked.charter;
}

/** Somebody saved in between: says who, when and what, so that the edit can be put on top of theirs. */
async function overtaken(tx: Tx, deploymentId: string, basedOn: number, current: records.CharterRow | undefined): Promise<Problem> {
  if (!current) return new Problem('conflict', 'There is no charter yet, so nothing can be based on a version of it.', 'Save it with `basedOn` 0.', [{ path: 'basedOn', says: 'should be 0' }]);
  if (basedOn > current.version) return new Problem('conflict', `The charter has no version ${basedOn}; the current one is ${current.version}.`, 'Load it and edit that.', [{ path: 'basedOn', says: `should be ${current.version}` }]);
  const base = basedOn > 0 ? await records.charterRow(tx, deploymentId, basedOn) : undefined;
  const meanwhile = differences(base ? readCharter(base.charter) : {}, readCharter(current.charter));
  const shown = meanwhile.slice(0, 100).map((one) => ({ path: one.path, says: inWords(one) }));
  return new Problem('conflict', `${current.by_name} saved version ${current.version} on ${current.at}, after you began from ${basedOn}.`, `Nothing of yours was saved. Load version ${current.version}, put your edit into it and save that.`, shown);
}

function inWords({ op, before, after }: Difference): string {
  const short = (value: unknown) => {
    const text = JSON.stringify(value) ?? 'nothing';
    return text.length > 80 ? `${text.slice(0, 77)}…` : text;
  };
  if (op === 'added') return `added: ${short(after)}`;
  if (op === 'removed') return `removed: ${short(before)}`;
  return op === 'reordered' ? 'put in another order' : `${short(before)} became ${short(after)}`;
}

interface Written {
  found: FoundDeployment; before: records.CharterRow | undefined; was: Charter | null; after: Charter; changed: Difference[]; yaml: string | null; reason: string | null;
}

async function write(house: House, tx: Tx, caller: Caller, { found, before, was, after, changed, yaml, reason }: Written) {
  const at = house.clock.now();
  const version = (before?.version ?? 0) + 1;
  const locked = new Set((await records.lockRows(tx, found.id)).map((lock) => lock.section));
  const touched = sections.filter((section) => changed.some((one) => one.steps[0] === section));
  const amended = touched.filter((section) => locked.has(section));
  if (amended.length > 0 && !reason)
    throw new Problem('unprocessable', `${amended.map((section) => `\`${section}\``).join(', ')} ${amended.length === 1 ? 'is' : 'are'} locked; a change of it is an amendment and needs a reason.`, 'Say why, in `reason`; everybody will see it.', amended.map((section) => ({ path: section, says: 'locked' })));
  const changes = changesOf(changed);
  const hash = await digest(after);
  await records.insertCharter(tx, {
    deployment_id: found.id, version, charter: canonical(after), digest: hash, yaml, differences: JSON.stringify(changed), changes, amended: [...amended], reason, at, by_id: caller.id, by_name: caller.name,
  });
  const happenings: Happening[] = [];
  for (const section of amended) {
    const ofSection = changed.filter((one) => one.steps[0] === section);
    const [hashBefore, hashAfter] = [await digest(was![section]), await digest(after[section])];
    const id = newId('amd', at);
    await records.insertAmendment(tx, { id, deployment_id: found.id, section, version, hash_before: hashBefore, hash_after: hashAfter, differences: JSON.stringify(ofSection), reason: reason!, at, by_id: caller.id, by_name: caller.name });
    happenings.push({
      kind: kinds.charterAmended.kind, changes: changesOf(ofSection), reason, about: `charter/${found.id}/${version}/${section}`,
      says: `The locked section ${section} was amended: ${paths(ofSection)}.`, body: { section, version, hashBefore, hashAfter, differences: listed(ofSection) },
    });
  }
  const rest = changed.filter((one) => !amended.some((section) => section === one.steps[0]));
  happenings.push({
    kind: kinds.charterSaved.kind, changes: changesOf(rest), reason, about: `charter/${found.id}/${version}`,
    says: before ? `Charter version ${version}: ${changed.length === 0 ? 'comments only' : paths(changed)}.` : 'The first version of the charter.', body: { version, digest: hash, differences: listed(rest) },
  });
  await happened(house, tx, caller, found.id, happenings);
}

const paths = (found: readonly Difference[]) => found.slice(0, 5).map((one) => one.path).join(', ') + (found.length > 5 ? ` and ${found.length - 5} more` : '');
/** For the ledger: what was touched, not what it says. The digest stands for the contents, and names stay out. */
const listed = (found: readonly Difference[]) => ({ count: found.length, paths: found.slice(0, 50).map((one) => `${one.op} ${one.path.slice(0, 200)}`) });

/**
 * Locks a section of the current version: the hash of its canonical JSON goes into the ledger. `version` is what the
 * person saw; if another was saved meanwhile they would lock what they have not read, so that is refused.
 */
export async function lockSection(house: House, caller: Caller, slugOrId: string, section: Section, version: number): Promise<CharterView> {
  const found = await requireDeployment(house.db, caller, slugOrId);
  await house.db.transaction().execute((tx) => lockIn(house, tx, caller, found.id, section, version));
  return charterOf(house, caller, found.id);
}

/** The same inside somebody else's transaction: a decided gate locks what the next one is judged by. */
export async function lockIn(house: House, tx: Tx, caller: Caller, deploymentId: string, section: Section, version: number): Promise<string> {
  const held = await records.holdDeployment(tx, deploymentId);
  if (held.charter_version === 0) throw new Problem('conflict', 'There is no charter to lock.', 'Save one first.');
  if (held.charter_version !== version) throw new Problem('conflict', `The current version is ${held.charter_version}, not ${version}.`, 'Read the current one before locking it.', [{ path: 'version', says: `should be ${held.charter_version}` }]);
  const row = (await records.charterRow(tx, deploymentId, version))!;
  const hash = await digest(readCharter(row.charter)[section]);
  const lock = (await records.lockRows(tx, deploymentId)).find((one) => one.section === section);
  const amended = (await records.amendmentRows(tx, deploymentId)).some((one) => one.section === section && lock && one.version > lock.version);
  if (lock && !amended) throw new Problem('conflict', `\`${section}\` is locked as it stands, since version ${lock.version}.`, 'Nothing needs to be done.');
  const at = house.clock.now();
  await records.insertLock(tx, { deployment_id: deploymentId, section, version, hash, at, by_id: caller.id, by_name: caller.name });
  await records.updateDeployment(tx, deploymentId, { updated_at: at });
  await happened(house, tx, caller, deploymentId, [{ kind: kinds.charterLocked.kind, says: `The section ${section} was locked at version ${version}.`, about: `charter/${deploymentId}/${version}/${section}`, body: { section, version, hash } }]);
  return hash;
}

export async function charterVersions(house: House, caller: Caller, slugOrId: string, { after, limit }: { after?: string | undefined; limit: number }) {
  const found = await requireDeployment(house.db, caller, slugOrId);
  const before = readCursor(after, 1);
  const rows = await records.charterRows(house.db, found.id, before ? Number(before[0]) : null, limit + 1);
  return pageOf(rows, limit, versionOf, (row) => cursorOf(String(row.version)));
}

export async function charterDiff(house: House, caller: Caller, slugOrId: string, from: number, to: number) {
  const found = await requireDeployment(house.db, caller, slugOrId);
  const [before, after] = await Promise.all([from, to].map(async (version) => {
    const row = await records.charterRow(house.db, found.id, version);
    if (!row) throw new Problem('not-found', `The charter has no version ${version}.`, `It has versions 1 to ${found.charter_version}.`);
    return readCharter(row.charter);
  }));
  const between = differences(before, after);
  return { from, to, differences: between, changes: changesOf(between) };
}
