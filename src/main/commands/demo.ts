import { resolve } from 'node:path';
import { createGit } from '../../adapters/git/git-command.ts';
import { demo } from '../../app/demo.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { renderTerminal } from '../../report/terminal.ts';
import type { CommandContext, CommandResult } from '../command.ts';

/** Through the scrubbed git of the adapters: inside a hook, GIT_DIR would lead into the person's own repository. */
async function commitAll(folder: string, message: string): Promise<void> {
  const git = createGit({ environment: process.env });
  const identity = ['-c', 'user.name=Benchgate demo', '-c', 'user.email=demo@localhost', '-c', 'commit.gpgsign=false'];
  const quiet = [...identity, '-c', 'core.hooksPath=/dev/null', '-c', 'init.templateDir='];
  for (const args of [
    ['init', '--quiet'],
    ['add', '--all'],
    ['commit', '--quiet', '--message', message],
  ]) {
    await git.run([...quiet, ...args], { cwd: folder });
  }
}

/** `benchgate demo`; exit 1 when a verdict is not the expected one. */
export async function demoCommand(context: CommandContext): Promise<CommandResult> {
  const path = context.text('report');
  const outcome = await demo(context.world, commitAll, path === null ? null : resolve(path));
  const rows = Object.entries(outcome.expected).map(([name, kind]) => {
    const found = outcome.report.verdicts.find((verdict) => verdict.experiment === name);
    return `  ${name}: expected ${kind}, came out ${found?.kind ?? 'missing'}`;
  });
  const closing = outcome.asExpected
    ? 'demo: all three as expected'
    : 'demo: NOT as expected; on a busy machine run it again, else please report it';
  const text = `${renderTerminal(outcome.report)}\n${rows.join('\n')}\nreport: ${outcome.reportPath}\n${closing}\n`;
  return { exitCode: outcome.asExpected ? exitCodes.ok : exitCodes.worse, json: outcome, text };
}
