import { IntegrityError, UsageError } from '../domain/errors.ts';
import type { Verdict } from '../domain/verdict.ts';
import { selectable } from '../judging/baseline.ts';
import { recordsOf } from '../judging/evidence.ts';
import type { NewEvent, NewRunLine } from '../ledger/journal.ts';
import { promotedGroup } from '../ledger/selection.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import type { Appended } from '../ports/ledger-store.ts';
import { appendToLedger } from './append.ts';
import { treeState } from './cleanliness.ts';
import { judgeFromLedger } from './evaluate.ts';
import { readRuns, withSnapshot } from './evidence-reader.ts';
import { type MeasureOptions, ordinaryOptions } from './prepare.ts';
import { type Project, selectBenchmarks } from './project.ts';
import type { RunIdentity } from './record-lines.ts';
import { type RunOptions, type RunOutcome, run, runAt } from './run.ts';
import type { World } from './world.ts';

function usesBaseline(benchmark: Benchmark): boolean {
  return benchmark.policy === 'sigma' || benchmark.policy === 'mann_whitney';
}

/** The named benchmarks, all of which must judge against a stored baseline; without names every one that does. */
function baselineBenchmarks(project: Project, names: readonly string[]): readonly Benchmark[] {
  const chosen = selectBenchmarks(project.manifest, names);
  const wrong = names.length === 0 ? undefined : chosen.find((benchmark) => !usesBaseline(benchmark));
  const fitting = chosen.filter(usesBaseline);
  if (wrong === undefined && fitting.length > 0) return fitting;
  const what =
    wrong === undefined ? 'no benchmark of this manifest' : `${wrong.name} (gate ${wrong.policy}) is not one that`;
  throw new UsageError('USAGE', `${what} compares with a stored baseline`, {
    place: 'bench/manifest.toml',
    nextStep:
      'only gate_policy sigma and mann_whitney store one; paired and exact measure the base in the same run, correctness uses `reference freeze`',
  });
}

export interface EstablishOptions {
  readonly names: readonly string[];
  /** Measure this commit in a checkout of its own instead of the work tree. */
  readonly atSha: string | null;
  readonly repetitions: number | null;
  readonly notes: string | null;
  /** As in MeasureOptions. */
  readonly subject: MeasureOptions['subject'];
  readonly runKey: string | null;
}

export interface Established {
  readonly run: RunOutcome;
  /** Benchmarks whose pointer moved; the others had a failed repetition. */
  readonly moved: readonly string[];
}

/** Measures the manifest's baseline seeds and moves the pointer, in one commit. A benchmark with a failed repetition is recorded, its pointer stays. */
export async function establishBaseline(
  world: World,
  project: Project,
  options: EstablishOptions,
): Promise<Established> {
  const names = baselineBenchmarks(project, options.names).map((benchmark) => benchmark.name);
  let moved: string[] = [];
  const runOptions: RunOptions = {
    ...ordinaryOptions,
    names,
    seedSet: 'baseline',
    repetitions: options.repetitions,
    subject: options.subject,
    runKey: options.runKey,
    eventsFor: (identity, lines) => {
      moved = names.filter((name) => complete(lines, name));
      return moved.map((experiment) => baselineEvent(world, project, identity, experiment, options));
    },
  };
  if (options.atSha === null) return { run: await run(world, project, runOptions), moved };
  const revision = await project.repository.resolve(options.atSha);
  if (revision === null) {
    throw new UsageError('USAGE', `no commit ${JSON.stringify(options.atSha)} in this clone`, {
      place: '--at-sha',
      nextStep: 'fetch it, or give another commit',
    });
  }
  return { run: await runAt(world, project, revision, runOptions), moved };
}

function complete(lines: readonly NewRunLine[], experiment: string): boolean {
  const own = lines.filter((line) => line.experiment === experiment);
  return own.length > 0 && own.every((line) => line.kind === 'record' && line.observation.status === 'ok');
}

function baselineEvent(
  world: World,
  project: Project,
  identity: RunIdentity,
  experiment: string,
  options: EstablishOptions,
): NewEvent {
  const at = options.atSha === null ? null : `established at ${options.atSha.slice(0, 10)} in a checkout of its own`;
  const notes = [at, options.notes].filter((part) => part !== null).join('; ');
  return {
    kind: 'event',
    event: 'baseline_set',
    at: world.clock.now(),
    harness: world.version,
    project: project.manifest.project.name,
    experiment,
    actor: actorOf(world),
    how: 'establish',
    head: identity.head.sha,
    tree: identity.head.tree,
    metaSeed: null,
    notes: notes === '' ? null : notes,
    verdict: null,
    forced: false,
    reason: null,
  };
}

/** Who is at work, as far as the environment says. */
export function actorOf(world: World): string | null {
  const { environment } = world.machine;
  return environment['GITHUB_ACTOR'] ?? environment['USER'] ?? environment['LOGNAME'] ?? null;
}

export interface PromoteOptions {
  readonly name: string;
  readonly metaSeed: string | null;
  readonly force: boolean;
  readonly reason: string | null;
  readonly notes: string | null;
}

export interface Promoted {
  readonly verdict: Verdict;
  readonly head: string;
  readonly metaSeed: string;
  readonly appended: Appended;
}

/**
 * Makes a measured group at the head the new baseline. The verdict is computed on the very group that is promoted
 * (benchstone judged the latest and promoted any). Throws PROMOTE_REFUSED (64) unless it is PROMOTE, PASS or forced.
 */
export async function promote(world: World, project: Project, options: PromoteOptions): Promise<Promoted> {
  const [benchmark] = baselineBenchmarks(project, [options.name]);
  if (benchmark === undefined) throw new TypeError('promote() needs one benchmark');
  if (options.force && (options.reason ?? '').trim() === '') {
    throw new UsageError('USAGE', '--force needs --reason', {
      place: '--force',
      nextStep: 'say why, for whoever reads the ledger later',
    });
  }
  const { head, dirty } = await treeState(project);
  const lines = await withSnapshot(project, (snapshot) => readRuns(snapshot, project, [head.tree]));
  const rows = recordsOf(lines)
    .filter((record) => record.experiment === benchmark.name && record.purpose === 'fresh')
    .map(selectable);
  const group = promotedGroup(rows, head.sha, options.metaSeed);
  if (group === null) {
    const hint = dirty.length > 0 ? ' (runs of a dirty tree never become a baseline)' : '';
    throw new IntegrityError(
      'PROMOTE_REFUSED',
      `nothing was measured at ${head.sha.slice(0, 10)} that could be promoted${hint}`,
      {
        nextStep: `run \`benchgate run ${benchmark.name}\` first`,
      },
    );
  }
  const [verdict] = await judgeFromLedger(world, project, [benchmark], {
    head,
    base: null,
    diff: null,
    metaSeed: group,
  });
  if (verdict === undefined) throw new TypeError('one benchmark has one verdict');
  if (!options.force && verdict.kind !== 'PROMOTE' && verdict.kind !== 'PASS') {
    throw new UsageError('PROMOTE_REFUSED', `the verdict is ${verdict.kind}, not PROMOTE: ${verdict.reason}`, {
      place: benchmark.name,
      nextStep: 'measure a better candidate, or pass --force --reason TEXT',
    });
  }
  const event: NewEvent = {
    kind: 'event',
    event: 'baseline_set',
    at: world.clock.now(),
    harness: world.version,
    project: project.manifest.project.name,
    experiment: benchmark.name,
    actor: actorOf(world),
    how: 'promote',
    head: head.sha,
    tree: head.tree,
    metaSeed: group,
    notes: options.notes,
    verdict: verdict.kind,
    forced: options.force,
    reason: options.reason,
  };
  const identity = { runKey: world.randomness.token(), startedAt: event.at, head };
  const message = `promote ${benchmark.name} at ${head.sha.slice(0, 10)}`;
  const appended = await appendToLedger(world, project, {
    identity,
    lines: [],
    events: [event],
    references: [],
    message,
  });
  return { verdict, head: head.sha, metaSeed: group, appended };
}
