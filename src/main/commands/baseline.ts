import { establishBaseline, promote } from '../../app/baseline.ts';
import { freezeReference } from '../../app/reference.ts';
import { failuresOf } from '../../app/report.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { count } from '../../domain/quantity.ts';
import { plainLine } from '../../report/plain-text.ts';
import type { CommandContext, CommandResult } from '../command.ts';

/** `benchgate baseline establish`; exit 2 when a repetition failed and a pointer therefore stayed. */
export async function establishCommand(context: CommandContext): Promise<CommandResult> {
  const project = await context.open();
  const { run, moved } = await establishBaseline(context.world, project, {
    names: context.positionals,
    atSha: context.text('at-sha'),
    repetitions: context.count('repetitions'),
    notes: context.text('notes'),
    subject: null,
    runKey: null,
  });
  const stayed = run.benchmarks.map((benchmark) => benchmark.name).filter((name) => !moved.includes(name));
  const head = run.identity.head.sha;
  const failures = failuresOf(run.lines);
  const lines = [
    ...moved.map(
      (name) =>
        `baseline set: ${plainLine(name)} at ${head.slice(0, 10)} (${count(run.lines.filter((line) => line.experiment === name).length, 'run')})`,
    ),
    ...stayed.map((name) => `baseline NOT set: ${plainLine(name)}, a repetition failed`),
    ...failures.map((failure) => `failed: ${plainLine(failure)}`),
  ];
  const json = { head, moved, stayed, failures, ledger: run.appended };
  return { exitCode: stayed.length > 0 ? exitCodes.undecided : exitCodes.ok, json, text: `${lines.join('\n')}\n` };
}

/** `benchgate promote`. */
export async function promoteCommand(context: CommandContext): Promise<CommandResult> {
  const project = await context.open();
  const [name = ''] = context.positionals;
  const seed = context.seed('meta-seed');
  const promoted = await promote(context.world, project, {
    name,
    metaSeed: seed === null ? null : seed.toString(),
    force: context.flag('force'),
    reason: context.text('reason'),
    notes: context.text('notes'),
  });
  const forced = context.flag('force') ? ' (forced)' : '';
  const text = `${promoted.verdict.kind}: ${plainLine(promoted.verdict.reason)}\nbaseline promoted: ${plainLine(name)} at ${promoted.head.slice(0, 10)}, meta seed ${promoted.metaSeed}${forced}\n`;
  return { exitCode: exitCodes.ok, json: promoted, text };
}

/** `benchgate reference freeze`. */
export const freezeCommand = (context: CommandContext): Promise<CommandResult> => reference(context, 'freeze');

/** `benchgate reference replace`. */
export const replaceCommand = (context: CommandContext): Promise<CommandResult> => reference(context, 'replace');

async function reference(context: CommandContext, mode: 'freeze' | 'replace'): Promise<CommandResult> {
  const project = await context.open();
  const [name = ''] = context.positionals;
  const frozen = await freezeReference(context.world, project, {
    name,
    mode,
    reason: context.text('reason'),
    notes: context.text('notes'),
  });
  const instead = frozen.replaces === null ? '' : `, in place of ${frozen.replaces}`;
  return {
    exitCode: exitCodes.ok,
    json: frozen,
    text: `reference of ${plainLine(name)}: ${frozen.hash} (${count(frozen.sizeBytes, 'byte')})${instead}\n`,
  };
}
