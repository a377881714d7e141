import { resolve } from 'node:path';
import { readBundles } from '../../app/bundles.ts';
import { runReport } from '../../app/report.ts';
import { reportBundlesHere } from '../../app/report-here.ts';
import { IntegrityError, UsageError } from '../../domain/errors.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { count } from '../../domain/quantity.ts';
import { encodeBundle } from '../../ledger/bundle.ts';
import { mergeBundles } from '../../ledger/merge.ts';
import { budgets } from '../../report/byte-budget.ts';
import { renderMarkdown } from '../../report/markdown.ts';
import { plainLine } from '../../report/plain-text.ts';
import { renderTerminal } from '../../report/terminal.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { rulesOf } from './measure.ts';

const paths = (context: CommandContext): string[] => context.positionals.map((path) => resolve(path));

/** `benchgate merge`. */
export async function mergeCommand(context: CommandContext): Promise<CommandResult> {
  const { world } = context;
  const bundles = await readBundles(world, paths(context));
  const merged = mergeBundles(bundles, world.sha256);
  if (!merged.ok) {
    throw new IntegrityError('BUNDLE_INVALID', `the bundles are no complete run: ${merged.reason}`, {
      place: context.positionals.join(' '),
      nextStep: 'bring the bundles of every shard of one run, each once',
    });
  }
  const asked = context.text('output');
  if (asked === null) {
    throw new UsageError('USAGE', '`merge` needs --output FILE', {
      place: '--output',
      nextStep: 'name a file outside the work tree, which an untracked file would make dirty',
    });
  }
  const output = resolve(asked);
  await world.files.write(output, encodeBundle(merged.header, merged.lines), 0o644);
  const what = `${count(bundles.length, 'bundle')} with ${count(merged.lines.length, 'line')}`;
  return {
    exitCode: exitCodes.ok,
    json: { output, bundles: bundles.length, lines: merged.lines.length, confirm: merged.unconfirmed },
    text: `joined ${what} into ${plainLine(output)}\n`,
  };
}

/** `benchgate report`. */
export async function reportCommand(context: CommandContext): Promise<CommandResult> {
  const { world } = context;
  const project = await context.open();
  const bundles = await readBundles(world, paths(context));
  const { outcome, verdicts } = await reportBundlesHere(world, project, bundles, {
    names: context.texts('only'),
    base: context.text('base'),
    rules: rulesOf(context),
    record: !context.flag('no-record'),
  });
  const report = await runReport(world, project, outcome, verdicts);
  const markdown = context.text('markdown');
  if (markdown !== null) {
    await world.files.write(resolve(markdown), renderMarkdown(report, budgets.jobSummary), 0o644);
  }
  return { exitCode: report.exitCode, json: report, text: renderTerminal(report) };
}
