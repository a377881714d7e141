import { BenchgateError } from '../domain/errors.ts';
import { type ExitCode, exitCodeOf, exitCodes, worstExitCode } from '../domain/exit-code.ts';
import { attestation } from '../domain/provenance.ts';
import { type Verdict, worstConclusion } from '../domain/verdict.ts';
import type { NewRunLine } from '../ledger/journal.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { experimentsOfShard } from '../planning/shards.ts';
import type { CheckCost, RunReport } from '../report/view.ts';
import { describeDifference } from './difference.ts';
import type { Evaluation } from './evaluate.ts';
import { describeProblem, manifestPath, type Project } from './project.ts';
import type { RunOutcome } from './run.ts';
import type { World } from './world.ts';

/** Failed trials as lines for a person: which, and why. */
export function failuresOf(lines: readonly NewRunLine[]): string[] {
  return lines.flatMap((line) =>
    line.kind === 'record' && line.observation.status === 'error'
      ? [
          `${line.experiment} ${line.arm} ${line.block + 1}: ${line.observation.failure.reason}: ${line.observation.failure.detail}`,
        ]
      : [],
  );
}

async function differencesOf(
  world: World,
  project: Project,
  verdicts: readonly Verdict[],
): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  for (const verdict of verdicts) {
    const difference = await describeDifference(world, project, verdict).catch((error: unknown) => {
      if (error instanceof BenchgateError) return `not shown: ${error.message}`;
      throw error;
    });
    if (difference !== null) found.push([verdict.experiment, difference]);
  }
  return Object.fromEntries(found);
}

/** Where each benchmark is declared in the repository. */
function placesOf(project: Project): RunReport['places'] {
  const path = [project.pathInRepository, manifestPath].filter((part) => part !== '').join('/');
  return Object.fromEntries(project.manifest.benchmarks.map(({ name, line }) => [name, { path, line }]));
}

/** The command that measures the same again. Names are data of the manifest: quoted for a shell. */
function reproduction({ identity, benchmarks, rules }: RunOutcome): string {
  const names = benchmarks.length <= 5 ? benchmarks.map(({ name }) => quoted(name)) : [];
  const base = identity.base === null ? [] : ['--base', identity.base.sha];
  const own = rules.from === 'base' ? ['--rules', 'base'] : [];
  const here = [...names, ...base, ...own, '--ledger-remote none'];
  return ['git checkout', identity.merge ?? identity.head.sha, '&& benchgate gate', ...here].join(' ');
}

/** A text as one word of a shell command. */
export function quoted(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function costOf({ lines, elapsedSeconds }: RunOutcome): CheckCost {
  const trials = lines.filter((line) => line.kind === 'record').length;
  // Code benchmarks call no model.
  return { measuredSeconds: elapsedSeconds, trials, calls: 0, costUsd: 0 };
}

function shared(world: World, project: Project, verdicts: readonly Verdict[]) {
  return {
    schema: 1 as const,
    tool: { name: 'benchgate' as const, version: world.version },
    project: project.manifest.project.name,
    verdicts,
    warnings: project.manifestWarnings.map(describeProblem),
    exitCode: worstExitCode(verdicts.map((verdict) => exitCodeOf(verdict.kind))),
    conclusion: worstConclusion(verdicts.map((verdict) => verdict.conclusion)),
    origin: 'trusted' as const,
    gateChange: null,
    added: [],
    removed: [],
    trends: {},
    places: placesOf(project),
    reproduce: 'benchgate gate',
    runUrl: null,
  };
}

/** Report of verdicts read from the ledger. */
export async function evaluationReport(world: World, project: Project, evaluation: Evaluation): Promise<RunReport> {
  return {
    ...shared(world, project, evaluation.verdicts),
    head: evaluation.head.sha,
    base: evaluation.base?.sha ?? null,
    baseChoice: evaluation.baseChoice,
    dirty: [],
    isolation: null,
    withheld: [],
    ledger: {
      location: project.ledger.location,
      remote: project.ledger.remote,
      sequence: null,
      push: null,
      commit: null,
    },
    failures: [],
    differences: await differencesOf(world, project, evaluation.verdicts),
    elapsedSeconds: null,
    cost: { measuredSeconds: null, trials: 0, calls: null, costUsd: null },
  };
}

/** Benchmarks of this shard. */
function plannedHere({ plan, identity }: RunOutcome): readonly Benchmark[] {
  const { shard } = identity;
  const experiments = shard.count === 1 ? plan.experiments : experimentsOfShard(plan, shard);
  return experiments.map(({ benchmark }) => benchmark);
}

/** Records that the ledger does not have are told by the exit code; the conclusion is the verdicts' alone. */
function exitCodeOfRun(measured: ExitCode | 'incomplete' | 'complete', { unrecorded }: RunOutcome): ExitCode {
  const code = measured === 'incomplete' ? exitCodes.undecided : measured === 'complete' ? exitCodes.ok : measured;
  return unrecorded === null ? code : worstExitCode([code, exitCodes.environment]);
}

/** Report of a run; with verdicts for a gate, without for `run`, whose exit code is 2 when a repetition failed or is missing. */
export async function runReport(
  world: World,
  project: Project,
  outcome: RunOutcome,
  verdicts: readonly Verdict[] | null,
): Promise<RunReport> {
  const failures = failuresOf(outcome.lines);
  const { rules } = outcome;
  const base = shared(world, rules.project, verdicts ?? []);
  const stopped = outcome.lines.filter((line) => line.kind === 'stopped' && line.because === 'time_budget');
  const unmeasured = plannedHere(outcome).filter(
    (benchmark) => !outcome.lines.some((line) => line.experiment === benchmark.name),
  );
  const incomplete = failures.length + stopped.length + unmeasured.length > 0;
  return {
    ...base,
    places: { ...base.places, ...placesOf(project) },
    gateChange: rules.change,
    added: rules.added,
    removed: rules.removed,
    reproduce: reproduction(outcome),
    exitCode: exitCodeOfRun(verdicts === null ? (incomplete ? 'incomplete' : 'complete') : base.exitCode, outcome),
    warnings: [
      ...base.warnings,
      ...(outcome.unrecorded === null ? [] : [`NOT RECORDED: ${outcome.unrecorded}`]),
      ...outcome.ruleChanges,
      ...stopped.map((line) => `${line.experiment}: stopped by the time budget`),
      ...(verdicts === null
        ? unmeasured.map((benchmark) => `${benchmark.name}: not measured, there is no base revision`)
        : []),
    ],
    head: outcome.identity.head.sha,
    base: outcome.identity.base?.sha ?? null,
    baseChoice: outcome.baseChoice,
    dirty: outcome.dirty.map((path) => path.path),
    isolation: outcome.isolation === null ? null : attestation(outcome.isolation),
    withheld: failures.length > 0 ? outcome.withheld : [],
    ledger: {
      location: rules.project.ledger.location,
      remote: rules.project.ledger.remote,
      sequence: outcome.appended?.sequence ?? null,
      push: outcome.appended?.push ?? null,
      commit: outcome.appended?.commit ?? null,
    },
    failures,
    differences: await differencesOf(world, rules.project, verdicts ?? []),
    elapsedSeconds: outcome.elapsedSeconds,
    cost: costOf(outcome),
  };
}
