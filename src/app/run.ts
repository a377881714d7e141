import { InterruptedError } from '../domain/errors.ts';
import type { Arm } from '../domain/observation.ts';
import type { DirtyPath, Isolation, Revision } from '../domain/provenance.ts';
import type { NewEvent, NewRunLine } from '../ledger/journal.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { planRun, type RunPlan, type SeedSet } from '../planning/plan.ts';
import type { Appended } from '../ports/ledger-store.ts';
import { appendToLedger } from './append.ts';
import { resolveBase } from './base.ts';
import { type Checkout, headCheckout, openCheckout } from './checkout.ts';
import { keepDiff, requireClean, treeState } from './cleanliness.ts';
import { verifiedCorpus } from './corpora.ts';
import { withSnapshot } from './evidence-reader.ts';
import { measureExperiments } from './experiments.ts';
import { joinPath } from './paths.ts';
import { requireMachine } from './preflight.ts';
import { type Project, selectBenchmarks } from './project.ts';
import { type Protections, protect } from './protection.ts';
import type { RunIdentity } from './record-lines.ts';
import { runSetup } from './setup.ts';
import type { RunnerPlace } from './trial-runner.ts';
import type { World } from './world.ts';

export interface RunOptions {
  readonly names: readonly string[];
  readonly seedSet: SeedSet;
  readonly metaSeed: bigint | null;
  readonly repetitions: number | null;
  readonly allowDirty: boolean;
  /** Revision to compare with; null for the default (see resolveBase). */
  readonly base: string | null;
  readonly timeBudgetMinutes: number | null;
  /** Events to write in the same commit, once the lines are known; none unless given. */
  readonly eventsFor?: (identity: RunIdentity, lines: readonly NewRunLine[]) => readonly NewEvent[];
}

export interface RunOutcome {
  readonly identity: RunIdentity;
  readonly plan: RunPlan;
  readonly benchmarks: readonly Benchmark[];
  readonly lines: readonly NewRunLine[];
  readonly isolation: Isolation | null;
  readonly withheld: readonly string[];
  /** Accepted differences of the tree (--allow-dirty), for the report. */
  readonly dirty: readonly DirtyPath[];
  readonly appended: Appended;
  readonly elapsedSeconds: number;
}

export interface Prepared {
  readonly benchmarks: readonly Benchmark[];
  readonly head: Revision;
  readonly base: Revision | null;
  readonly plan: RunPlan;
  readonly dirty: readonly DirtyPath[];
}

/** Everything that is checked before anything runs or is written; also what a dry run shows. Throws 64, 65 and 69 errors. */
export async function prepareRun(world: World, project: Project, options: RunOptions): Promise<Prepared> {
  const benchmarks = selectBenchmarks(project.manifest, options.names);
  await requireMachine(world, benchmarks);
  const state = await treeState(project);
  if (!options.allowDirty) requireClean(state, 'before the run');
  for (const benchmark of benchmarks) await verifiedCorpus(world, project.directory, benchmark);
  const metaSeed = options.metaSeed ?? world.randomness.metaSeed();
  const plan = planRun(
    { manifest: project.manifest, benchmarks, seedSet: options.seedSet, metaSeed, repetitions: options.repetitions },
    world.sha256,
  );
  const needsBase = plan.experiments.some((experiment) => experiment.needsBase);
  const base = needsBase ? await resolveBase(project, state, options.base) : null;
  return { benchmarks, head: state.head, base, plan, dirty: state.dirty };
}

/** Measures, checks that the tree stayed clean, and appends everything in one commit. */
export async function run(world: World, project: Project, options: RunOptions): Promise<RunOutcome> {
  const prepared = await prepareRun(world, project, options);
  await requireLedger(project);
  const diff = prepared.dirty.length > 0 ? await keepDiff(world, project) : null;
  const identity: RunIdentity = {
    runKey: world.randomness.token(),
    startedAt: world.clock.now(),
    head: prepared.head,
    base: prepared.base,
    diff,
    manifestHash: project.manifestHash,
  };
  const base = prepared.base === null ? null : await openCheckout(world, project, 'baseline', prepared.base);
  try {
    return await measureAndAppend(
      world,
      project,
      options,
      prepared,
      identity,
      headCheckout(project, prepared.head),
      base,
    );
  } finally {
    await base?.close();
    world.progress.done();
  }
}

/** The same for a past commit in a checkout of its own: `baseline establish --at-sha`. Dirt of the work tree does not matter. */
export async function runAt(
  world: World,
  project: Project,
  revision: Revision,
  options: RunOptions,
): Promise<RunOutcome> {
  const checkout = await openCheckout(world, project, 'candidate', revision);
  try {
    const past: Project = { ...project, directory: checkout.directory, manifest: checkout.manifest };
    const benchmarks = selectBenchmarks(past.manifest, options.names);
    await requireMachine(world, benchmarks);
    for (const benchmark of benchmarks) await verifiedCorpus(world, past.directory, benchmark);
    const metaSeed = options.metaSeed ?? world.randomness.metaSeed();
    const plan = planRun(
      { manifest: past.manifest, benchmarks, seedSet: options.seedSet, metaSeed, repetitions: options.repetitions },
      world.sha256,
    );
    const text = (await world.files.readText(joinPath(past.directory, 'bench/manifest.toml'))) ?? '';
    const identity: RunIdentity = {
      runKey: world.randomness.token(),
      startedAt: world.clock.now(),
      head: revision,
      base: null,
      diff: null,
      manifestHash: `sha256:${world.sha256(text)}`,
    };
    return await measureAndAppend(
      world,
      past,
      options,
      { benchmarks, head: revision, base: null, plan, dirty: [] },
      identity,
      checkout,
      null,
    );
  } finally {
    await checkout.close();
    world.progress.done();
  }
}

/** Finds out before minutes are spent on measuring whether the remote ledger can be read. */
async function requireLedger(project: Project): Promise<void> {
  if (project.ledger.remote !== null) await withSnapshot(project, async () => undefined);
}

async function measureAndAppend(
  world: World,
  project: Project,
  options: RunOptions,
  prepared: Prepared,
  identity: RunIdentity,
  head: Checkout,
  base: Checkout | null,
): Promise<RunOutcome> {
  const protections = await protect(world, project, head, base);
  try {
    return await measureProtected(world, project, options, prepared, identity, head, base, protections);
  } finally {
    await protections.close();
  }
}

async function measureProtected(
  world: World,
  project: Project,
  options: RunOptions,
  prepared: Prepared,
  identity: RunIdentity,
  head: Checkout,
  base: Checkout | null,
  protections: Protections,
): Promise<RunOutcome> {
  const started = world.clock.monotonicSeconds();
  const inPlace = head.tree === project.repository.top;
  await runSetup(world, head, protections.of('candidate'));
  if (base !== null) await runSetup(world, base, protections.of('baseline'));
  if (inPlace && !options.allowDirty && project.manifest.project.setup !== null) {
    requireClean(await treeState(project), 'by project.setup');
  }

  const corpora = new Map<string, string>();
  for (const benchmark of prepared.benchmarks) {
    corpora.set(`candidate ${benchmark.name}`, await verifiedCorpus(world, head.directory, benchmark));
    if (base !== null) corpora.set(`baseline ${benchmark.name}`, await baseCorpus(world, base, head, benchmark));
  }
  const placeOf = (benchmark: Benchmark, arm: Arm): RunnerPlace => ({
    checkout: arm === 'baseline' && base !== null ? base : head,
    corpusPath: corpora.get(`${arm} ${benchmark.name}`) ?? '',
    protection: protections.of(arm),
  });
  const budget = options.timeBudgetMinutes ?? project.manifest.policy.timeBudgetMinutes;
  const deadlineSeconds = budget === null ? null : started + budget * 60;
  const measured = await measureExperiments({ world, placeOf, deadlineSeconds }, project, prepared.plan, identity);
  if (inPlace && !options.allowDirty) requireClean(await treeState(project), 'by the benchmarks');
  for (const benchmark of prepared.benchmarks) await verifiedCorpus(world, head.directory, benchmark);

  const events = options.eventsFor?.(identity, measured.lines) ?? [];
  const names = prepared.benchmarks.map((benchmark) => benchmark.name).join(', ');
  const write = {
    identity,
    lines: measured.lines,
    events,
    references: [],
    message: `run ${identity.head.sha.slice(0, 10)}: ${names}`,
  };
  const appended: Appended =
    measured.lines.length + events.length === 0
      ? { sequence: 0, commit: '', existed: false, push: 'no_remote' }
      : await appendToLedger(world, project, write);
  if (world.signal.aborted) {
    throw new InterruptedError(
      `interrupted; ${measured.lines.filter((line) => line.kind === 'record').length} finished repetition(s) are in the ledger`,
      {
        nextStep: 'run the same command again to go on from there',
      },
    );
  }
  return {
    identity,
    plan: prepared.plan,
    benchmarks: prepared.benchmarks,
    lines: measured.lines,
    isolation: measured.isolation,
    withheld: measured.withheld,
    dirty: prepared.dirty,
    appended,
    elapsedSeconds: world.clock.monotonicSeconds() - started,
  };
}

/** The base's own copy of the corpus; data that git does not carry may be taken from the head, when its declared hash holds. */
async function baseCorpus(world: World, base: Checkout, head: Checkout, benchmark: Benchmark): Promise<string> {
  const { corpus } = benchmark;
  const declared = corpus !== null && corpus.path !== null && corpus.hash !== null;
  if (!declared || (await world.files.exists(joinPath(base.directory, corpus.path)))) {
    return verifiedCorpus(world, base.directory, benchmark);
  }
  return verifiedCorpus(world, head.directory, benchmark);
}
