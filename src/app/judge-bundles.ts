import { canonicalJson } from '../domain/canonical-json.ts';
import { BenchgateError, IntegrityError } from '../domain/errors.ts';
import type { Isolation, Revision } from '../domain/provenance.ts';
import type { Verdict } from '../domain/verdict.ts';
import { recordsOf } from '../judging/evidence.ts';
import { settle } from '../judging/settle.ts';
import { bareDecision, toVerdict } from '../judging/verdict.ts';
import type { Bundle } from '../ledger/bundle.ts';
import type { NewRunLine } from '../ledger/journal.ts';
import { type MergedRun, mergeBundles } from '../ledger/merge.ts';
import type { LedgerRecord, RunLine } from '../ledger/record.ts';
import { planRun, type RunPlan } from '../planning/plan.ts';
import type { Origin } from '../report/view.ts';
import { appendOrKeep } from './append.ts';
import { judgeFromLedger, judgeFromLines } from './evaluate.ts';
import { readRuns, withSnapshot } from './evidence-reader.ts';
import type { Subject } from './prepare.ts';
import { type Project, selectBenchmarks } from './project.ts';
import { ownRules, type Rules, type RulesRequest, resolveRules, settlementOf } from './rules.ts';
import type { RunOutcome } from './run.ts';
import type { World } from './world.ts';

/** What is known about a run without believing its bundles. */
export interface BundleContext {
  /** The measured revision: commit that the records name, and tree that was measured. */
  readonly head: Revision;
  readonly base: { readonly revision: Revision; readonly how: string } | null;
  readonly subject: Subject;
  readonly rules: RulesRequest;
  /** Benchmarks that were to be measured; empty for all. */
  readonly names: readonly string[];
  readonly origin: Origin;
  /** Whether the records are appended to the ledger; a stranger's never are. */
  readonly record: boolean;
  /** As in RunOptions. */
  readonly keep?: (outcome: RunOutcome) => Promise<string>;
}

export interface JudgedBundles {
  readonly outcome: RunOutcome;
  readonly verdicts: readonly Verdict[];
}

/**
 * Judges what other jobs measured. The plan is made anew from the deciding rules and must be the bundles'; every shard must be
 * there once; every fact that a record states must be the known one. What does not hold makes every experiment INVALID:
 * evidence that can't be relied on, never an excuse for none. In place of bundles: why there are none that could be read.
 */
export async function judgeBundles(
  world: World,
  project: Project,
  bundles: readonly Bundle[] | string,
  context: BundleContext,
): Promise<JudgedBundles> {
  const base = context.base?.revision ?? null;
  // A merge commit has the base's newest harness, which the pull request's own head may lack.
  const measured = { ...context.head, sha: context.subject.merge ?? context.head.sha };
  const rules =
    context.rules.from === 'head'
      ? ownRules(project, measured, base)
      : await resolveRules(world, project, measured, base, context.rules);
  const merged =
    typeof bundles === 'string' ? { ok: false as const, reason: bundles } : mergeBundles(bundles, world.sha256);
  const plan = planOf(world, rules, context, merged.ok ? BigInt(merged.header.metaSeed) : 0n);
  const problem = merged.ok ? problemOf(merged, rules, plan, context, base) : merged.reason;
  const benchmarks = plan.experiments.map(({ benchmark }) => benchmark);
  if (!merged.ok || problem !== null) {
    const why = bareDecision('INVALID', `what was measured can't be judged: ${problem ?? 'no run'}`);
    const invalid = benchmarks.map((benchmark) => toVerdict(benchmark, why));
    const outcome = outcomeOf(world, context, rules, plan, null);
    return { outcome, verdicts: settle(invalid, settlementOf(rules, context.origin, context.names)) };
  }
  const lines = merged.lines.map((line) => stamped(line, context.subject.refClass));
  const outcome = outcomeOf(world, context, rules, plan, { ...merged, lines });
  const isKept = context.record && context.origin === 'trusted';
  const written = isKept ? await recordBundles(world, merged.bundles, context, outcome) : outcome;
  const revisions = {
    head: outcome.identity.head,
    base: outcome.identity.base,
    diff: null,
    metaSeed: plan.metaSeed.toString(),
    measuredTree: rules.measuredTree,
  };
  const judged =
    isKept && lines.length > 0
      ? await judgeFromLedger(world, readable(rules.project, written), benchmarks, revisions)
      : await judgeFromLines(world, rules.project, benchmarks, revisions, lines, context.origin);
  return { outcome: written, verdicts: settle(judged, settlementOf(rules, context.origin, context.names)) };
}

/**
 * Appends every bundle as a run of its own, under the key that it was measured with: a bundle that was reported before is there
 * already and is not written, or counted, again, whatever came with it then.
 */
async function recordBundles(
  world: World,
  bundles: readonly Bundle[],
  context: BundleContext,
  outcome: RunOutcome,
): Promise<RunOutcome> {
  let written = outcome;
  const known = await recordedTrials(outcome);
  for (const { header, lines } of bundles) {
    if (lines.length === 0 || written.unrecorded !== null) continue;
    const { head: sha, tree } = header;
    const { runKey, startedAt } = ownerOf(lines, known) ?? header;
    const write = {
      identity: { runKey, startedAt, head: { sha, tree } },
      lines: lines.map(({ schema: _schema, index: _index, count: _count, ...line }) =>
        stamped(line as NewRunLine, context.subject.refClass),
      ),
      events: [],
      references: [],
      message: `run ${sha.slice(0, 10)}: ${header.experiments.join(', ')}`,
    };
    written = await appendOrKeep(world, outcome.rules.project, write, written, context.keep);
  }
  return written;
}

type Run = Pick<RunLine['provenance'], 'runKey' | 'startedAt'>;

/** The runs of trials that the ledger has of this tree, by what no two trials have alike. Empty when it can't be read now. */
async function recordedTrials({ rules, identity }: RunOutcome): Promise<ReadonlyMap<string, Run>> {
  const { project } = rules;
  const read = withSnapshot(project, (snapshot) => readRuns(snapshot, project, [identity.head.tree]));
  const lines = await read.catch((error: unknown) => {
    if (error instanceof BenchgateError) return [];
    throw error;
  });
  return new Map(recordsOf(lines).map((record) => [trialOf(record), record.provenance]));
}

/** The run that holds all of a bundle's trials already: as its parts, or joined by `merge`. Null when one is new. */
function ownerOf(lines: readonly RunLine[], known: ReadonlyMap<string, Run>): Run | null {
  const records = recordsOf(lines);
  const owners = records.map((record) => known.get(trialOf(record)) ?? null);
  return owners.includes(null) ? null : (owners[0] ?? null);
}

function trialOf({ experiment, purpose, arm, block, seed, metaSeed, observation }: LedgerRecord): string {
  return canonicalJson([experiment, purpose, arm, block, seed, metaSeed, observation]);
}

/** The project with a ledger that can be read now: what could not be pushed is in the local copy. */
function readable(project: Project, { unrecorded }: RunOutcome): Project {
  return unrecorded === null ? project : { ...project, ledger: project.localLedger };
}

function planOf(world: World, rules: Rules, { names }: BundleContext, metaSeed: bigint): RunPlan {
  const { manifest } = rules.project;
  const benchmarks = selectBenchmarks(manifest, names);
  const { measuredTree } = rules;
  return planRun({ manifest, benchmarks, seedSet: 'fresh', metaSeed, repetitions: null, measuredTree }, world.sha256);
}

/** Why a complete run is not the one that was asked for; null when it is. */
function problemOf(
  { header, lines }: MergedRun,
  rules: Rules,
  plan: RunPlan,
  context: BundleContext,
  base: Revision | null,
): string | null {
  const { head, subject } = context;
  if (header.project !== rules.project.manifest.project.name) return 'the bundles are of another project';
  if (header.head !== head.sha || header.tree !== head.tree) return 'the bundles are of another revision';
  if (header.merge !== subject.merge) return 'the bundles are of another merge commit';
  const needsBase = rules.introduced ? false : plan.experiments.some((experiment) => experiment.needsBase);
  if ((needsBase || header.base !== null) && header.base !== (base?.sha ?? null)) {
    return 'the bundles compare with another base';
  }
  if (header.planDigest !== plan.digest) {
    return 'the bundles follow another plan than the rules in force make: other benchmarks (name them with `--only`, input `only`), other rules (`--rules base`), or an approval that changed since. Else run it again';
  }
  const planned = new Map(plan.experiments.map((experiment) => [experiment.benchmark.name, experiment]));
  for (const line of lines) {
    const experiment = planned.get(line.experiment);
    if (experiment?.rule !== line.rule) return 'a record was measured under another rule';
    const needsSecret = experiment.benchmark.env.length > 0;
    if (line.kind === 'stopped' && line.because === 'missing_secret' && !needsSecret) {
      return `a record says that a secret was missing, and ${line.experiment} needs none`;
    }
    if (line.purpose === 'baseline' || line.purpose === 'calibration') return 'a record claims to be a baseline';
    if (line.provenance.dirty || line.provenance.diff !== null) return 'the bundles were measured on a dirty tree';
  }
  const unheard = plan.experiments.filter(
    ({ benchmark, needsBase: compares }) =>
      !(compares && header.base === null) && !lines.some((line) => line.experiment === benchmark.name),
  );
  const [first] = unheard;
  return first === undefined ? null : `nothing was recorded for ${first.benchmark.name}`;
}

/** What ref was measured is known here and not to be taken from a file. */
function stamped(line: NewRunLine, refClass: Subject['refClass']): NewRunLine {
  return { ...line, provenance: { ...line.provenance, refClass } };
}

function outcomeOf(
  world: World,
  context: BundleContext,
  rules: Rules,
  plan: RunPlan,
  merged: MergedRun | null,
): RunOutcome {
  const lines = merged?.lines ?? [];
  const base = merged === null || merged.header.base === null ? null : (context.base?.revision ?? null);
  return {
    identity: {
      runKey: merged?.header.runKey ?? world.randomness.token(),
      startedAt: merged?.header.startedAt ?? world.clock.now(),
      head: context.head,
      base: merged === null ? (context.base?.revision ?? null) : base,
      diff: null,
      manifestHash: rules.project.manifestHash,
      merge: context.subject.merge,
      refClass: context.subject.refClass,
      shard: { index: 0, count: 1 },
    },
    baseChoice: context.base?.how ?? null,
    plan,
    benchmarks: plan.experiments.map(({ benchmark }) => benchmark),
    lines,
    isolation: weakest(lines),
    ruleChanges: [],
    rules,
    unconfirmed: merged?.unconfirmed ?? [],
    withheld: [],
    dirty: [],
    appended: null,
    unrecorded: null,
    elapsedSeconds: merged?.header.elapsedSeconds ?? 0,
  };
}

function weakest(lines: readonly NewRunLine[]): Isolation | null {
  const all = lines.filter((line) => line.kind === 'record').map((line) => line.provenance.isolation);
  return all.find((isolation) => isolation.level === 'none') ?? all[0] ?? null;
}

/** A bundle that can't be read is broken evidence, like a missing one. */
export function bundleProblem(error: unknown): string | null {
  return error instanceof IntegrityError && error.code === 'BUNDLE_INVALID'
    ? `${error.message} (${error.place ?? 'a bundle'})`
    : null;
}
