// How is a suspend drill held, or read, at a terminal?
import type { Command } from 'commander';
import { theHouse, type House } from '../../../tools/server/capability.ts';
import { act, call, drillsOf, order } from './drill.ts';
import type { SuspendDrill } from './model.ts';

const brief = (after: number, unit: string) => (unit === 'milliseconds' ? `${Math.round(after)} ms` : unit === 'days' ? `${after} working days` : `${after.toFixed(1)} min`);

/** A drill as it is read at a terminal. */
export function written(drill: SuspendDrill): string {
  const lines = [`${drill.drill}, called ${drill.calledAt}: ${drill.scenario}`, ...drill.steps.map(({ step, state, after, unit, limit, note }) => `  ${state.padEnd(6)} ${step.padEnd(14)} ${after === null ? '' : brief(after, unit)}${limit === null ? '' : ` (at most ${brief(limit, unit)})`} ${note ?? ''}`.trimEnd())];
  return [...lines, ...drill.instances.map(({ id, afterMs }) => `  ${id}: ${afterMs === null ? 'has not told that it acted' : `acted after ${afterMs} ms`}`)].join('\n');
}

/** Adds `attending gateway drill`. */
export function commands(program: Command, open: () => Promise<House>): void {
  const gateway = program.commands.find((one) => one.name() === 'gateway') ?? program.command('gateway').description('What stands between the record system and the AI.');
  gateway
    .command('drill')
    .description('Show the latest suspend drill, step by step; or call one and stop the AI now. Exit 1: a step failed, was late, or there was none.')
    .requiredOption('--deployment <deployment>', 'slug or id')
    .option('--call <scenario>', 'stops the AI for real: calls a drill, acknowledges it here and presses the kill switch at once; going back takes two people on the page')
    .option('--arm <arm>', 'with --call: stop this arm alone')
    .option('--json', 'print everything as JSON', false)
    .action(async (asked: { deployment: string; call?: string; arm?: string; json: boolean }) => {
      const house = await open();
      let drill: SuspendDrill | undefined;
      if (asked.call !== undefined) {
        const called = await call(house, theHouse, asked.deployment, { scenario: asked.call, announced: false, arm: asked.arm ?? null });
        await act(house, theHouse, called.drill, 'acknowledged', 'At a terminal.');
        drill = await order(house, theHouse, called.drill);
      } else [drill] = (await drillsOf(house, theHouse, asked.deployment)).items;
      process.stdout.write(!drill ? 'No suspend drill was held.\n' : asked.json ? `${JSON.stringify(drill, null, 2)}\n` : `${written(drill)}\n`);
      if (!drill || drill.steps.some(({ state }) => state === 'failed' || state === 'late')) process.exitCode = 1;
    });
}
