import { resolve } from 'node:path';
import { writeBundle } from '../../app/bundles.ts';
import { evaluate } from '../../app/evaluate.ts';
import { gate } from '../../app/gate.ts';
import { type MeasureOptions, ordinaryOptions, type Prepared, prepare } from '../../app/prepare.ts';
import type { Project } from '../../app/project.ts';
import { evaluationReport, runReport } from '../../app/report.ts';
import { run } from '../../app/run.ts';
import { UsageError } from '../../domain/errors.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { count } from '../../domain/quantity.ts';
import { isVerdictKind, verdictKinds } from '../../domain/verdict.ts';
import { runNameFromEnvironment, shardFromEnvironment } from '../../planning/shard-environment.ts';
import { parseShard } from '../../planning/shards.ts';
import { columns, plainLine } from '../../report/plain-text.ts';
import { renderTerminal } from '../../report/terminal.ts';
import type { CommandContext, CommandResult } from '../command.ts';

function optionsOf(context: CommandContext): MeasureOptions {
  const seedSet = wordOf(context, 'seed-set', ['fresh', 'baseline']);
  const { environment } = context.world.machine;
  return {
    ...ordinaryOptions,
    names: context.positionals,
    seedSet,
    metaSeed: context.seed('meta-seed'),
    repetitions: context.count('repetitions'),
    allowDirty: context.flag('allow-dirty'),
    base: context.text('base'),
    timeBudgetMinutes: context.count('time-budget'),
    rules: rulesOf(context),
    shard: shardOf(context),
    runName: runNameFromEnvironment(environment),
    confirm: wordOf(context, 'confirm', ['here', 'elsewhere', 'only']),
  };
}

/** The option's value, the first word when it is not given. Throws USAGE (64) for any other. */
export function wordOf<const Word extends string>(
  context: CommandContext,
  option: string,
  words: readonly [Word, ...Word[]],
): Word {
  const given = context.text(option) ?? words[0];
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  throw new UsageError('USAGE', `--${option} must be ${words.join(', ')}; not ${JSON.stringify(given)}`, {
    place: `--${option}`,
    nextStep: 'choose one of them',
  });
}

/** By whose rules. A person at the command line needs no label to try the new ones. */
export function rulesOf(context: CommandContext): MeasureOptions['rules'] {
  if (wordOf(context, 'rules', ['head', 'base']) === 'head') return { from: 'head' };
  return { from: 'base', ledger: context.project, labels: [], freshLabels: [], takesLabels: true, workflowPath: null };
}

function shardOf(context: CommandContext): MeasureOptions['shard'] {
  const text = context.text('shard');
  if (text === null) return null;
  if (text !== 'auto') return parseShard(text);
  const found = shardFromEnvironment(context.world.machine.environment);
  if (found !== null) return found;
  throw new UsageError('USAGE', '--shard auto finds no CI system that says which part this is', {
    place: '--shard',
    nextStep: 'give the part yourself, such as --shard 2/5',
  });
}

/** The local copy of the ledger has the records and pushes them with the next run; the message before says so. */
const keptHere = async (): Promise<string> => 'What was measured is judged all the same.';

/** `benchgate gate`. */
export async function gateCommand(context: CommandContext): Promise<CommandResult> {
  const { world } = context;
  const project = await context.open();
  const options = optionsOf(context);
  if (context.flag('dry-run')) return dryRun(await prepare(world, project, options), project);
  const outcome = await gate(world, project, { ...options, keep: keptHere });
  const report = await runReport(world, project, outcome.run, outcome.verdicts);
  return { exitCode: report.exitCode, json: report, text: renderTerminal(report) };
}

/** `benchgate run`. */
export async function runCommand(context: CommandContext): Promise<CommandResult> {
  const { world } = context;
  const project = await context.open();
  const options = optionsOf(context);
  if (context.flag('dry-run')) return dryRun(await prepare(world, project, options), project);
  const bundle = context.text('bundle');
  if (bundle === null && (options.shard !== null || options.confirm !== 'here')) {
    throw new UsageError('USAGE', '--shard and --confirm elsewhere|only need --bundle', {
      place: '--bundle',
      nextStep: 'name a file or folder; `benchgate report` judges the bundles of all parts together',
    });
  }
  const outcome = await run(world, project, {
    ...options,
    destination: bundle === null ? 'ledger' : 'caller',
    keep: keptHere,
  });
  const stage = options.confirm === 'only' ? 'confirm' : 'measure';
  const written = bundle === null ? null : await writeBundle(world, outcome, stage, resolve(bundle));
  const report = await runReport(world, project, outcome, null);
  const records = outcome.lines.filter((line) => line.kind === 'record');
  const rows = records.map((line) => {
    const { observation } = line;
    const value =
      observation.status === 'ok'
        ? String(observation.metric)
        : `${observation.failure.reason}: ${observation.failure.detail}`;
    return [
      line.experiment,
      line.arm,
      String(line.block),
      `seed ${line.seed}`,
      `${observation.wallSeconds.toFixed(3)} s`,
      plainLine(value),
    ];
  });
  const text = `${columns(rows)}\n${count(records.length, 'trial')} recorded, meta seed ${outcome.plan.metaSeed}\n${written === null ? '' : `bundle: ${plainLine(written)}\n`}${renderTerminal(report).split('\n').slice(3).join('\n').trimStart()}`;
  return {
    exitCode: report.exitCode,
    json: { ...report, metaSeed: outcome.plan.metaSeed, bundle: written, unconfirmed: outcome.unconfirmed, records },
    text,
  };
}

/** `benchgate evaluate`. */
export async function evaluateCommand(context: CommandContext): Promise<CommandResult> {
  const expected = context.text('expect');
  if (expected !== null && !isVerdictKind(expected)) {
    throw new UsageError('USAGE', `--expect must be a verdict, not ${JSON.stringify(expected)}`, {
      place: '--expect',
      nextStep: `choose from ${verdictKinds.join(', ')}`,
    });
  }
  const { world } = context;
  const project = await context.open();
  const seed = context.seed('meta-seed');
  const evaluation = await evaluate(world, project, {
    names: context.positionals,
    base: context.text('base'),
    metaSeed: seed === null ? null : seed.toString(),
  });
  const report = await evaluationReport(world, project, evaluation);
  if (expected === null) return { exitCode: report.exitCode, json: report, text: renderTerminal(report) };
  const others = report.verdicts
    .filter((verdict) => verdict.kind !== expected)
    .map((verdict) => `${verdict.experiment} is ${verdict.kind}`);
  const met = others.length === 0;
  const broken = !met && report.exitCode === exitCodes.integrity;
  const exitCode = met ? exitCodes.ok : broken ? exitCodes.integrity : exitCodes.unexpected;
  const line = met ? `expected ${expected}: met` : `expected ${expected}: not met, ${plainLine(others.join(', '))}`;
  return { exitCode, json: { ...report, expected, met, exitCode }, text: `${renderTerminal(report)}${line}\n` };
}

function dryRun(prepared: Prepared, { ledger }: Project): CommandResult {
  const rows = prepared.plan.experiments.map(({ benchmark, purpose, schedule }) => [
    plainLine(benchmark.name),
    benchmark.policy,
    purpose,
    schedule.kind === 'fixed'
      ? count(schedule.trials.length, 'trial')
      : `${schedule.minPairs} to ${count(schedule.maxPairs, 'pair')} and ${count(schedule.warmUpPairs, 'warm-up pair')}`,
  ]);
  const json = {
    dryRun: true,
    head: prepared.head.sha,
    base: prepared.base?.revision?.sha ?? null,
    planDigest: prepared.plan.digest,
    metaSeed: prepared.plan.metaSeed,
    experiments: prepared.plan.experiments.map(({ benchmark, purpose, schedule, rule }) => ({
      name: benchmark.name,
      policy: benchmark.policy,
      purpose,
      rule,
      schedule,
    })),
  };
  const compared =
    prepared.base === null
      ? ''
      : `, compared with ${prepared.base.revision?.sha.slice(0, 10) ?? 'nothing'} (${prepared.base.how})`;
  return {
    exitCode: exitCodes.ok,
    json,
    text: `would measure ${prepared.head.sha.slice(0, 10)}${compared}; nothing was run or written\n${columns(rows)}\nwould record in ${plainLine(ledger.remote ?? ledger.location)}\n`,
  };
}
