import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { init, isInRepository } from '../../app/init.ts';
import { answerStats } from '../../app/stats.ts';
import { IntegrityError, UsageError } from '../../domain/errors.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { plainLine } from '../../report/plain-text.ts';
import type { CommandContext, CommandResult } from '../command.ts';

/** `benchgate corpus hash`. */
export async function corpusCommand(context: CommandContext): Promise<CommandResult> {
  const [path = ''] = context.positionals;
  const absolute = resolve(path);
  const type = context.text('type') ?? ((await isFolder(absolute)) ? 'tree' : 'bytes');
  if (type !== 'bytes' && type !== 'spec' && type !== 'tree') {
    throw new UsageError('USAGE', `--type must be bytes, spec or tree, not ${JSON.stringify(type)}`, {
      place: '--type',
      nextStep: 'choose one of the three',
    });
  }
  const reading = await context.world.corpora.read(dirname(absolute), absolute, type);
  if (reading.status !== 'hashed') {
    throw new IntegrityError('CORPUS_MISSING', `the corpus can't be hashed: ${reading.detail}`, {
      place: reading.path,
      nextStep: 'check the path, or choose another --type',
    });
  }
  return { exitCode: exitCodes.ok, json: { hash: reading.hash, type, path: reading.path }, text: `${reading.hash}\n` };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** `benchgate stats`: answers as they come, so that it can be used as a pipe; blank lines are passed over. */
export async function statsCommand(context: CommandContext): Promise<CommandResult> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') context.world.terminal.out(`${answerStats(line)}\n`);
  }
  return { exitCode: exitCodes.ok, json: null, text: '' };
}

/** `benchgate init`. */
export async function initCommand(context: CommandContext): Promise<CommandResult> {
  const { directory } = context.project;
  const name = context.text('name') ?? basename(directory);
  const path = await init(context.world, {
    directory,
    name: name === '' ? 'project' : name,
    command: context.positionals[0] ?? null,
  });
  const repository = (await isInRepository(context.world, directory)) ? '' : 'run `git init`, ';
  const text = `wrote ${plainLine(path)}\nnext: ${repository}edit it, commit it, then run \`benchgate gate\`\n`;
  return { exitCode: exitCodes.ok, json: { path }, text };
}

/** `benchgate version`. */
export async function versionCommand(context: CommandContext): Promise<CommandResult> {
  const { version, machine } = context.world;
  return {
    exitCode: exitCodes.ok,
    json: { version, node: machine.host.nodeVersion, platform: machine.host.platform },
    text: `benchgate ${version}\n`,
  };
}
