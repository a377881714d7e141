import { history } from '../../app/history.ts';
import { verifyLedger } from '../../app/ledger-verify.ts';
import { list } from '../../app/list.ts';
import { selectBenchmarks } from '../../app/project.ts';
import { UsageError } from '../../domain/errors.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { count } from '../../domain/quantity.ts';
import { columns, plainLine } from '../../report/plain-text.ts';
import type { CommandContext, CommandResult } from '../command.ts';

/** `benchgate list`. */
export async function listCommand(context: CommandContext): Promise<CommandResult> {
  const project = await context.open();
  const rows = await list(context.world, project, context.positionals);
  const table = columns([
    ['BENCHMARK', 'TIER', 'GATE', 'REPETITIONS', 'SEEDS', 'CORPUS', 'BASELINE', 'REFERENCE'],
    ...rows.map(({ benchmark, corpus, baseline, reference }) => [
      plainLine(benchmark.name),
      benchmark.tier,
      benchmark.policy,
      benchmark.policy === 'paired'
        ? `${benchmark.minPairs}–${benchmark.maxPairs} pairs`
        : String(benchmark.repetitions),
      String(benchmark.baselineSeeds.length),
      corpus,
      baseline === null
        ? benchmark.policy === 'sigma' || benchmark.policy === 'mann_whitney'
          ? 'none'
          : '–'
        : `${baseline.head.slice(0, 10)}${baseline.metaSeed === null ? '' : ` meta ${baseline.metaSeed}`}`,
      reference === null ? (benchmark.tier === 'correctness' ? 'none' : '–') : reference.hash.slice(0, 18),
    ]),
  ]);
  return {
    exitCode: exitCodes.ok,
    json: { project: project.manifest.project.name, benchmarks: rows },
    text: `${table}\n`,
  };
}

/** `benchgate history`. */
export async function historyCommand(context: CommandContext): Promise<CommandResult> {
  const project = await context.open();
  const [name = ''] = context.positionals;
  selectBenchmarks(project.manifest, [name]);
  const limit = context.count('limit') ?? 50;
  const found = await history(context.world, project, {
    experiment: name,
    since: sinceOf(context.text('since')),
    gitSha: context.text('git-sha'),
    limit: limit === 0 ? null : limit,
  });
  const { baseline, records } = found;
  const rows = records.map(({ provenance, observation, purpose, arm, block, seed, metaSeed }) => [
    provenance.startedAt.slice(0, 19).replace('T', ' '),
    baseline !== null && provenance.head === baseline.head && metaSeed === baseline.metaSeed ? '*' : '',
    provenance.head.slice(0, 10),
    purpose === 'paired' || purpose === 'confirm' ? `${purpose} ${arm}` : purpose,
    String(block),
    `seed ${seed}`,
    observation.status === 'ok'
      ? String(observation.metric)
      : `${observation.failure.reason}: ${plainLine(observation.failure.detail)}`,
    `${observation.wallSeconds.toFixed(3)} s`,
    provenance.dirty ? 'DIRTY' : '',
  ]);
  const head =
    baseline === null
      ? ''
      : `* baseline at ${baseline.head.slice(0, 10)}${baseline.metaSeed === null ? '' : `, meta seed ${baseline.metaSeed}`}\n`;
  const text = rows.length === 0 ? `${head}no runs match\n` : `${head}${columns(rows)}\n`;
  return { exitCode: exitCodes.ok, json: found, text };
}

function sinceOf(text: string | null): string | null {
  if (text === null) return null;
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new UsageError('USAGE', `--since must be a date, not ${JSON.stringify(text)}`, {
    place: '--since',
    nextStep: 'write it as ISO 8601, such as 2026-11-01 or 2026-11-01T12:00:00Z',
  });
}

/** `benchgate ledger verify`; exit 65 when there is any problem, 2 when there is no ledger yet. */
export async function verifyCommand(context: CommandContext): Promise<CommandResult> {
  const project = await context.open();
  const report = await verifyLedger(context.world, project);
  const sound = report.problems.length === 0;
  const lines = report.problems.map(({ place, problem }) => `${plainLine(place)}: ${plainLine(problem)}`);
  const summary =
    report.tip === null
      ? 'the ledger does not exist yet'
      : `${sound ? 'verified' : count(report.problems.length, 'problem')}: ${count(report.commits, 'commit')}, ${count(report.files, 'file')}, ${count(report.lines, 'line')}, tip ${report.tip.slice(0, 10)}`;
  return {
    exitCode: report.tip === null ? exitCodes.undecided : sound ? exitCodes.ok : exitCodes.integrity,
    json: { ...report, location: project.ledger.location, remote: project.ledger.remote },
    text: `${[...lines, summary].join('\n')}\n`,
  };
}
