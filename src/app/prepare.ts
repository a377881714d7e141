import type { DirtyPath, Revision, TreeState } from '../domain/provenance.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { planRun, type RunPlan, type SeedSet } from '../planning/plan.ts';
import { type BaseChoice, resolveBase } from './base.ts';
import { requireClean, treeState } from './cleanliness.ts';
import { verifiedCorpus } from './corpora.ts';
import { requireMachine } from './preflight.ts';
import { type Project, selectBenchmarks } from './project.ts';
import type { World } from './world.ts';

export interface MeasureOptions {
  readonly names: readonly string[];
  readonly seedSet: SeedSet;
  readonly metaSeed: bigint | null;
  readonly repetitions: number | null;
  readonly allowDirty: boolean;
  /** Revision to compare with; null for the default (see resolveBase). */
  readonly base: string | null;
  readonly timeBudgetMinutes: number | null;
}

export interface Prepared {
  readonly benchmarks: readonly Benchmark[];
  readonly head: Revision;
  readonly base: BaseChoice | null;
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
  const { manifest } = project;
  const benchmarks = selectBenchmarks(manifest, options.names);
  await requireMachine(world, benchmarks);
  for (const benchmark of benchmarks) await verifiedCorpus(world, project.directory, benchmark);
  const { seedSet, repetitions } = options;
  const metaSeed = options.metaSeed ?? world.randomness.metaSeed();
  const plan = planRun({ manifest, benchmarks, seedSet, metaSeed, repetitions }, world.sha256);
  const needsBase = plan.experiments.some((experiment) => experiment.needsBase);
  const base = needsBase ? await resolveBase(project, state, options.base) : null;
  return { benchmarks, head: state.head, base, plan, dirty: state.dirty };
}
