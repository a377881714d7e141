import { basename } from 'node:path';
import { isInRepository } from '../../app/init.ts';
import { actionReference, initGithub } from '../../app/init-github.ts';
import { UsageError } from '../../domain/errors.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { plainLine } from '../../report/plain-text.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { initCommand } from './tools.ts';

/** `benchgate init`, with the workflows when they are asked for. */
export async function initWithWorkflowsCommand(context: CommandContext): Promise<CommandResult> {
  if (context.flag('github')) return githubCommand(context);
  if (!context.flag('guard') && context.text('action') === null) return initCommand(context);
  throw new UsageError('USAGE', '--guard and --action are about workflows, which only --github writes', {
    place: context.flag('guard') ? '--guard' : '--action',
    nextStep: 'add --github',
  });
}

async function githubCommand(context: CommandContext): Promise<CommandResult> {
  const { directory } = context.project;
  const name = context.text('name') ?? basename(directory);
  const action = context.text('action') ?? actionReference;
  const outcome = await initGithub(context.world, {
    directory,
    name: name === '' ? 'project' : name,
    command: context.positionals[0] ?? null,
    action,
    guard: context.flag('guard'),
  });
  const branch = plainLine(outcome.branch);
  const repository = await isInRepository(context.world, directory);
  const doctor = `benchgate doctor${context.text('action') === null ? '' : ` --action ${plainLine(action)}`}`;
  const steps = [
    ...(repository ? [] : ['run `git init`']),
    `${outcome.wroteManifest ? 'edit the manifest; ' : ''}in the workflows, add the languages that the benchmarks need (“Here:”)`,
    `check that ${branch} is the default branch and that ${plainLine(action)} is the version you want, best as a full commit`,
    `run \`${doctor}\`, then commit and push`,
    `protect ${branch}: require the check \`Benchgate\` (its name, not the names of the jobs: a skipped job counts as passed)`,
    'to let a maintainer approve changes of the gate, write `gate_change = "label:bench-approved"` under `[policy]` and make that label',
  ];
  const text = [
    ...outcome.written.map((path) => `wrote ${plainLine(path)}`),
    'next:',
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
  ].join('\n');
  return { exitCode: exitCodes.ok, json: { ...outcome, action }, text: `${text}\n` };
}
