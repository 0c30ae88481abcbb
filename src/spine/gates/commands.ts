// What can be done about gates from a terminal?
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Problem } from '../../tools/base/problem.ts';
import { theHouse, type House } from '../../tools/server/capability.ts';
import { dossierOf, type Rules } from './dossier.ts';
import { gateStateOf, trackOf } from './gate-state.ts';
import type { Playbook, Track } from './model.ts';
import { readPlaybook } from './read-playbook.ts';

export const commands = (rules: Rules) => (program: Command, open: () => Promise<House>): void => {
  const gates = program.command('gates').description('Playbooks, and where deployments stand.');
  gates
    .command('check <playbook>')
    .description('Checks a playbook file; needs no server. Exit 0: it is one; 2: it is not.')
    .action((file: string) => {
      process.stdout.write(`${playbookSays(readPlaybook(textOf(file), file))}\n`);
    });
  gates
    .command('show <deployment>')
    .description('Shows the track of a deployment, by short name or id.')
    .option('--gate <gate>', 'one gate in full, e.g. G1')
    .option('--json', 'as JSON')
    .action(async (deployment: string, { gate, json }: { gate?: string; json?: boolean }) => {
      const dossier = await dossierOf(await open(), theHouse, rules, deployment);
      const wanted = gate === undefined ? undefined : rules.book.gates.find((one) => one.id === gate);
      if (gate !== undefined && !wanted) throw new Problem('not-found', `The playbook has no gate ${gate}.`, `It has ${rules.book.gates.map((one) => one.id).join(', ')}.`);
      if (!wanted) {
        const track = trackOf(rules.book, dossier);
        process.stdout.write(`${json ? JSON.stringify(track, null, 2) : trackSays(track)}\n`);
        return;
      }
      const state = gateStateOf(wanted, rules.book, dossier);
      process.stdout.write(`${json ? JSON.stringify(state, null, 2) : [`${state.gate} ${state.title}: ${state.state}`, ...state.criteria.map(({ criterion, verdict }) => `${criterion.id.padEnd(5)} ${verdict.state.padEnd(15)} ${criterion.title}\n      ${verdict.because}`)].join('\n')}\n`);
    });
};

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem('bad-input', `${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}.`, 'Give the path of a playbook, e.g. playbooks/five-step.yaml.', [{ file, says: 'not readable' }]);
  }
}

export function playbookSays(book: Playbook): string {
  const lines = book.gates.map((gate) => {
    const core = gate.criteria.filter((one) => one.core).length;
    const safety = gate.criteria.filter((one) => one.safety).length;
    return `  ${gate.id}  ${String(gate.criteria.length).padStart(2)} criteria, ${String(core).padStart(2)} core, ${String(safety).padStart(2)} safety  ${gate.title}`;
  });
  return [`${book.title}, version ${book.version}: ${book.gates.length} gates, ${Object.keys(book.measures).length} measures.`, ...lines].join('\n');
}

export function trackSays(track: Track): string {
  const lines = track.stations.map((one) => `  ${one.gate}  ${one.state.padEnd(11)}  ${String(one.counts.met + one.counts.waived).padStart(2)} of ${String(one.criteria).padStart(2)}  ${one.title}${one.worst && one.state !== 'not-started' ? `\n      ${one.worst.criterion} ${one.worst.title}: ${one.worst.because}` : ''}`);
  const clock = [track.clocks.programmeWeek === null ? '' : `programme week ${track.clocks.programmeWeek}`, track.clocks.monthsLive === null ? '' : `${track.clocks.monthsLive} months live`, track.nextReview ? `next review ${track.nextReview}` : ''].filter(Boolean).join(', ');
  return [`${track.title} (${track.path})${clock ? `: ${clock}` : ''}`, ...lines, ...track.warnings.map((one) => `! ${one}`)].join('\n');
}
