import type { DirtyPath, Revision, TreeState } from '../domain/provenance.ts';
import type { Provenance } from '../ledger/record.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { planRun, type RunPlan, type SeedSet } from '../planning/plan.ts';
import { type Shard, sharedMetaSeed } from '../planning/shards.ts';
import { type BaseChoice, resolveBase } from './base.ts';
import { requireClean, treeState } from './cleanliness.ts';
import { verifiedCorpus } from './corpora.ts';
import { requireMachine } from './preflight.ts';
import { type Project, selectBenchmarks } from './project.ts';
import { ownRules, type Rules, type RulesRequest, resolveRules } from './rules.ts';
import type { World } from './world.ts';

/** What the work tree's head stands for in CI. */
export interface Subject {
  /** Commit that the records name; a pull request's head where the work tree is its merge with the base. */
  readonly headSha: string;
  /** The merge commit that was measured; null when the head itself was. */
  readonly merge: string | null;
  readonly refClass: Provenance['refClass'];
  /** Why trials that need a secret can't run here; null where secrets are to be had. */
  readonly withoutSecrets: string | null;
}

export interface MeasureOptions {
  readonly names: readonly string[];
  readonly seedSet: SeedSet;
  readonly metaSeed: bigint | null;
  readonly repetitions: number | null;
  readonly allowDirty: boolean;
  /** Revision to compare with; null for the default (see resolveBase). */
  readonly base: string | null;
  /** How that base was chosen, when not by a person. */
  readonly baseHow: string | null;
  readonly timeBudgetMinutes: number | null;
  readonly rules: RulesRequest;
  /** Null for the work tree's own head. */
  readonly subject: Subject | null;
  /** The part of the plan that is measured here; null for all of it. */
  readonly shard: Shard | null;
  /** What all shards of one run share, for their seeds. */
  readonly runName: string | null;
  /** Where a FAIL is confirmed: by fresh pairs `here`, or `elsewhere`; `only` measures nothing but the confirming pairs. */
  readonly confirm: 'here' | 'elsewhere' | 'only';
  /** Identifies the run in the ledger, 32 hexadecimal digits; null for a random one. */
  readonly runKey: string | null;
}

/** What a person's `benchgate gate` does without any option. */
export const ordinaryOptions: MeasureOptions = {
  names: [],
  seedSet: 'fresh',
  metaSeed: null,
  repetitions: null,
  allowDirty: false,
  base: null,
  baseHow: null,
  timeBudgetMinutes: null,
  rules: { from: 'head' },
  subject: null,
  shard: null,
  runName: null,
  confirm: 'here',
  runKey: null,
};

export interface Prepared {
  readonly benchmarks: readonly Benchmark[];
  readonly head: Revision;
  readonly base: BaseChoice | null;
  readonly rules: Rules;
  readonly plan: RunPlan;
  /** Accepted differences of the work tree; empty for a clean one. */
  readonly dirty: readonly DirtyPath[];
}

/** Everything that is checked before anything runs or is written; also what a dry run shows. Throws 64, 65 and 69 errors. */
export async function prepare(world: World, project: Project, options: MeasureOptions): Promise<Prepared> {
  const state = await treeState(project);
  if (!options.allowDirty) requireClean(state, 'before the run');
  return prepareState(world, project, state, options);
}

/** The same for a clean checkout of a past commit. */
export function preparePast(world: World, past: Project, head: Revision, options: MeasureOptions): Promise<Prepared> {
  return prepareState(world, past, { head, branch: null, dirty: [] }, options);
}

async function prepareState(
  world: World,
  project: Project,
  state: Pick<TreeState, 'head' | 'branch' | 'dirty'>,
  options: MeasureOptions,
): Promise<Prepared> {
  const early = options.rules.from === 'base' ? await baseOf(project, state, options) : null;
  const rules =
    early === null
      ? ownRules(project, state.head, null)
      : await resolveRules(world, project, state.head, early.revision, options.rules);
  const { manifest } = rules.project;
  const benchmarks = selectBenchmarks(manifest, options.names);
  await requireMachine(world, benchmarks);
  if (rules.from === 'head') for (const each of benchmarks) await verifiedCorpus(world, project.directory, each);
  const { seedSet, repetitions } = options;
  const metaSeed = options.metaSeed ?? metaSeedOf(world, state.head, early, options);
  const { measuredTree } = rules;
  const plan = planRun({ manifest, benchmarks, seedSet, metaSeed, repetitions, measuredTree }, world.sha256);
  const needsBase = plan.experiments.some((experiment) => experiment.needsBase);
  if (rules.introduced) return { benchmarks, head: state.head, base: null, rules, plan, dirty: state.dirty };
  const base = early ?? (needsBase ? await baseOf(project, state, options) : null);
  const settled = early === null ? { ...rules, baseline: base?.revision ?? null } : rules;
  return { benchmarks, head: state.head, base, rules: settled, plan, dirty: state.dirty };
}

async function baseOf(
  project: Project,
  state: Pick<TreeState, 'head' | 'branch'>,
  options: MeasureOptions,
): Promise<BaseChoice> {
  const choice = await resolveBase(project, state, options.base);
  return options.baseHow === null ? choice : { ...choice, how: options.baseHow };
}

/**
 * Random, unless shards that can't talk to each other have to draw the same, or the run has a name under which it is written
 * only once: tried again, it must be judged by the group that the ledger kept.
 */
function metaSeedOf(world: World, head: Revision, base: BaseChoice | null, options: MeasureOptions): bigint {
  const isWhole = options.shard === null || options.shard.count === 1;
  if (isWhole && options.runKey === null) return world.randomness.metaSeed();
  const name = isWhole ? options.runKey : options.runName;
  return sharedMetaSeed(name, head.sha, base?.revision?.sha ?? null, world.sha256);
}
