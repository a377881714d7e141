import { IntegrityError, InterruptedError } from '../domain/errors.ts';
import type { Arm } from '../domain/observation.ts';
import type { DirtyPath, Isolation, Revision } from '../domain/provenance.ts';
import { count } from '../domain/quantity.ts';
import type { NewEvent, NewRunLine } from '../ledger/journal.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { ruleDigest } from '../manifest/rule.ts';
import type { RunPlan } from '../planning/plan.ts';
import type { Appended } from '../ports/ledger-store.ts';
import { appendOrKeep } from './append.ts';
import type { Builds } from './builds.ts';
import { type Checkout, headCheckout, openCheckout } from './checkout.ts';
import { keepDiff, type Phase, requireClean, requireCleanCheckout, treeState } from './cleanliness.ts';
import { corpusOf } from './corpora.ts';
import { readEvents, withSnapshot } from './evidence-reader.ts';
import { type MeasuredRun, measureExperiments } from './experiments.ts';
import { joinPath } from './paths.ts';
import { missingVariable } from './preflight.ts';
import { type MeasureOptions, type Prepared, prepare, preparePast } from './prepare.ts';
import { manifestPath, type Project } from './project.ts';
import { type Protections, protect } from './protection.ts';
import type { RunIdentity } from './record-lines.ts';
import { candidateManifest, type Rules } from './rules.ts';
import { runSetup, setUpBase } from './setup.ts';
import type { RunnerPlace } from './trial-runner.ts';
import type { World } from './world.ts';

export interface RunOptions extends MeasureOptions {
  /** `ledger`: the records are appended at once; `caller`: they are returned only, for a bundle. */
  readonly destination?: 'ledger' | 'caller';
  /** Called when the ledger can't be written; keeps the records elsewhere and returns where, for people. Without it the run throws. */
  readonly keep?: (outcome: RunOutcome) => Promise<string>;
  /** Builds of the base from earlier jobs; none unless given. */
  readonly builds?: Builds;
  /** Events to write in the same commit, once the lines are known; none unless given. */
  readonly eventsFor?: (identity: RunIdentity, lines: readonly NewRunLine[]) => readonly NewEvent[];
}

export interface RunOutcome {
  readonly identity: RunIdentity;
  /** How the base was chosen; null when none was needed. */
  readonly baseChoice: string | null;
  readonly plan: RunPlan;
  readonly benchmarks: readonly Benchmark[];
  readonly lines: readonly NewRunLine[];
  /** The weakest of any trial; null when nothing was run. */
  readonly isolation: Isolation | null;
  /** Where the base's manifest has another rule than the head's, by which this run was judged. */
  readonly ruleChanges: readonly string[];
  readonly rules: Rules;
  /** Experiments whose FAIL is still to be confirmed in another job. */
  readonly unconfirmed: readonly string[];
  readonly withheld: readonly string[];
  /** Accepted differences of the tree (--allow-dirty), for the report. */
  readonly dirty: readonly DirtyPath[];
  /** Null when there was nothing to write. */
  readonly appended: Appended | null;
  /** Why the ledger does not have the records, and where they are instead; null when it has what it should. */
  readonly unrecorded: string | null;
  readonly elapsedSeconds: number;
}

/** One run under way. */
interface Context {
  readonly world: World;
  readonly project: Project;
  readonly options: RunOptions;
  readonly prepared: Prepared;
  readonly identity: RunIdentity;
  readonly head: Checkout;
  readonly base: Checkout | null;
  /** Whether the head is the project's own work tree, which must stay as it is. */
  readonly inPlace: boolean;
}

/** Measures, checks that the tree stayed as it was, and appends everything in one commit. */
export async function run(world: World, project: Project, options: RunOptions): Promise<RunOutcome> {
  const prepared = await prepareWithLedger(world, project, options, () => prepare(world, project, options));
  const diff = prepared.dirty.length > 0 ? await keepDiff(world, project) : null;
  const { rules } = prepared;
  // Judged by the base's rules, both sides are measured in checkouts of the same kind.
  const { inPlace } = rules;
  const base =
    rules.baseline === null
      ? null
      : await openCheckout(world, rules.project, 'baseline', rules.baseline, rules.baselineManifest);
  let head: Checkout | null = null;
  try {
    head = inPlace
      ? headCheckout(project, prepared.head)
      : await openCheckout(world, rules.project, 'candidate', rules.candidate, candidateManifest(rules));
    const identity = identify(world, prepared, diff, options);
    return await measure({ world, project: rules.project, options, prepared, identity, head, base, inPlace });
  } finally {
    await head?.close();
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
  const head = await openCheckout(world, project, 'candidate', revision);
  try {
    const text = (await world.files.readText(joinPath(head.directory, manifestPath))) ?? '';
    const manifestHash = `sha256:${world.sha256(text)}`;
    const past: Project = { ...project, directory: head.directory, manifest: head.manifest, manifestHash };
    const prepared = await prepareWithLedger(world, past, options, () => preparePast(world, past, revision, options));
    const identity = identify(world, prepared, null, options);
    return await measure({ world, project: past, options, prepared, identity, head, base: null, inPlace: false });
  } finally {
    await head.close();
    world.progress.done();
  }
}

function identify(world: World, prepared: Prepared, diff: string | null, options: RunOptions): RunIdentity {
  const { subject } = options;
  return {
    runKey: options.runKey ?? world.randomness.token(),
    startedAt: world.clock.now(),
    head: { sha: subject?.headSha ?? prepared.head.sha, tree: prepared.head.tree },
    base: prepared.base?.revision ?? null,
    diff,
    manifestHash: prepared.rules.project.manifestHash,
    merge: subject?.merge ?? null,
    refClass: subject?.refClass ?? 'local',
    shard: options.shard ?? { index: 0, count: 1 },
  };
}

/**
 * Checks the project and, at the same time, whether the ledger can be read and its pointers trusted: before minutes are spent on
 * measuring. What is wrong with the project is reported first.
 */
async function prepareWithLedger(
  world: World,
  project: Project,
  options: RunOptions,
  check: () => Promise<Prepared>,
): Promise<Prepared> {
  const readable = (from: Project, names: readonly string[]) =>
    withSnapshot(from, async (snapshot) => {
      await snapshot.requireAdditions();
      for (const name of names) await readEvents(world, from, snapshot, name);
    });
  if (options.rules.from === 'base') {
    // Which ledger it is, the base's manifest says.
    const prepared = await check();
    await readable(
      prepared.rules.project,
      prepared.benchmarks.map(({ name }) => name),
    );
    return prepared;
  }
  const chosen = project.manifest.benchmarks.filter(
    ({ name }) => options.names.length === 0 || options.names.includes(name),
  );
  const ledger = readable(
    project,
    chosen.map(({ name }) => name),
  );
  const [prepared, read] = await Promise.allSettled([check(), ledger]);
  if (prepared.status === 'rejected') throw prepared.reason;
  if (read.status === 'rejected') throw read.reason;
  return prepared.value;
}

async function measure(context: Context): Promise<RunOutcome> {
  const { world, project, head, base, prepared } = context;
  const protections = await protect(world, project, head, base, prepared.rules.harness);
  try {
    const started = world.clock.monotonicSeconds();
    const measured = await measureProtected(context, protections);
    return await record(context, measured, started);
  } finally {
    await protections.close();
  }
}

async function measureProtected(context: Context, protections: Protections): Promise<MeasuredRun> {
  const { world, project, options, prepared, identity, head, base } = context;
  // The base first: what the candidate's setup does to shared caches comes too late for it.
  if (base !== null) await setUpBase(world, base, protections.of('baseline', 'setup'), options.builds);
  await runSetup(world, head, protections.of('candidate', 'setup'));
  if (head.manifest.project.setup !== null) await requireUnchanged(context, 'by project.setup');
  const corpora = new Map<string, string>();
  for (const benchmark of prepared.benchmarks) {
    corpora.set(`candidate ${benchmark.name}`, await corpusOf(world, head, project, benchmark));
    if (base !== null) corpora.set(`baseline ${benchmark.name}`, await corpusOf(world, base, project, benchmark));
  }
  const placeOf = (benchmark: Benchmark, arm: Arm): RunnerPlace => ({
    checkout: arm === 'baseline' && base !== null ? base : head,
    corpusPath: corpora.get(`${arm} ${benchmark.name}`) ?? '',
    protection: protections.of(arm, 'trials'),
  });
  const budget = options.timeBudgetMinutes ?? project.manifest.policy.timeBudgetMinutes;
  // From here on: a slow setup of the candidate must not use up the time to measure it.
  const deadlineSeconds = budget === null ? null : world.clock.monotonicSeconds() + budget * 60;
  const { shard, confirm, subject } = options;
  const missing = (benchmark: Benchmark) =>
    (subject?.withoutSecrets ?? null) === null ? null : missingVariable(world, benchmark);
  const settings = { world, placeOf, deadlineSeconds, shard, confirm, missing };
  const measured = await measureExperiments(settings, project, prepared.plan, identity);
  await requireUnchanged(context, 'by the benchmarks');
  for (const benchmark of prepared.benchmarks) await corpusOf(world, head, project, benchmark);
  return measured;
}

/**
 * The tree must be what the records will say: clean at the same head, or dirty with the same difference.
 * Throws DIRTY_TREE (65) naming what changed and when.
 */
async function requireUnchanged(
  { world, project, prepared, identity, head, inPlace }: Context,
  phase: Phase,
): Promise<void> {
  if (!inPlace) return requireCleanCheckout(world, project, head, phase);
  const state = await treeState(project);
  const place = project.repository.top;
  if (state.head.sha !== prepared.head.sha) {
    const moved = `${prepared.head.sha.slice(0, 10)} to ${state.head.sha.slice(0, 10)}`;
    throw new IntegrityError('DIRTY_TREE', `the head moved from ${moved} while it was measured`, {
      place,
      nextStep: 'let the work tree alone while Benchgate runs, and run again',
    });
  }
  if (identity.diff === null) return requireClean(state, phase);
  if ((await keepDiff(world, project)) === identity.diff) return;
  throw new IntegrityError(
    'DIRTY_TREE',
    `the uncommitted changes are not those from before the run, changed ${phase}`,
    {
      place,
      nextStep: 'have the benchmarks write elsewhere, or ignore what they write in .gitignore',
    },
  );
}

async function record(context: Context, measured: MeasuredRun, started: number): Promise<RunOutcome> {
  const { world, project, options, prepared, identity } = context;
  const { lines } = measured;
  const events = options.eventsFor?.(identity, lines) ?? [];
  const names = prepared.benchmarks.map((benchmark) => benchmark.name).join(', ');
  const message = `run ${identity.head.sha.slice(0, 10)}: ${names}`;
  const write = { identity, lines, events, references: [], message };
  const outcome: RunOutcome = {
    identity,
    baseChoice: prepared.base?.how ?? null,
    plan: prepared.plan,
    benchmarks: prepared.benchmarks,
    lines,
    isolation: measured.isolation,
    ruleChanges: ruleChanges(context),
    rules: prepared.rules,
    unconfirmed: measured.unconfirmed,
    withheld: measured.withheld,
    dirty: prepared.dirty,
    appended: null,
    unrecorded: null,
    elapsedSeconds: world.clock.monotonicSeconds() - started,
  };
  const isKept = options.destination !== 'caller' && lines.length + events.length > 0;
  const written = isKept ? await appendOrKeep(world, project, write, outcome, options.keep) : outcome;
  if (world.signal.aborted) {
    const finished = isKept ? lines.filter((line) => line.kind === 'record').length : 0;
    throw new InterruptedError(`interrupted; ${count(finished, 'finished repetition')} kept in the ledger`, {
      nextStep: 'run again; pairs continue from what is recorded, other gates start a new group',
    });
  }
  return written;
}

/** A change that edits its own gate must at least be seen to do so. */
function ruleChanges({ world, project, prepared, base }: Context): string[] {
  if (base === null || prepared.rules.change !== null || prepared.rules.from === 'base') return [];
  return prepared.benchmarks.flatMap((benchmark) => {
    const before = base.manifest.benchmarks.find((candidate) => candidate.name === benchmark.name);
    if (before === undefined)
      return [`${benchmark.name}: the base's manifest does not have it; the head's rule was used`];
    const same =
      ruleDigest(before, base.manifest, world.sha256) === ruleDigest(benchmark, project.manifest, world.sha256);
    return same ? [] : [`${benchmark.name}: this change edits its gate or settings; the head's were used`];
  });
}
