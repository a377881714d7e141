import { canonicalJson, type Sha256 } from '../domain/canonical-json.ts';
import { UsageError } from '../domain/errors.ts';
import type { ExperimentPlan, RunPlan } from './plan.ts';

/** One part of a run that is measured elsewhere than the others. */
export interface Shard {
  /** From 0, below `count`. */
  readonly index: number;
  readonly count: number;
}

/** As many jobs as a GitHub matrix may have. */
export const mostShards = 256;

/** The shard that a person calls `2/5` (from 1). Throws UsageError (64) for anything but a whole part of at most 256. */
export function parseShard(text: string): Shard {
  const [, part = '', whole = ''] = /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(text) ?? [];
  const count = Number(whole);
  const index = Number(part) - 1;
  if (part !== '' && index < count && count <= mostShards) return { index, count };
  throw new UsageError(
    'USAGE',
    `a shard is a part of the whole such as 2/5, not ${JSON.stringify(text.slice(0, 40))}`,
    {
      place: '--shard',
      nextStep: `count from 1 to the number of shards (at most ${mostShards}): --shard 1/3, --shard 2/3 and --shard 3/3; or --shard auto in CI`,
    },
  );
}

/**
 * The experiments that a shard runs, in plan order. Follows from the plan alone, so shards agree without talking: each
 * experiment is in exactly one. The longest goes first to the shard with the least to do; where no runtime is declared,
 * the mean of the declared ones is assumed.
 */
export function experimentsOfShard(plan: RunPlan, shard: Shard): readonly ExperimentPlan[] {
  const seconds = runtimes(plan.experiments);
  const longestFirst = plan.experiments
    .map((_, position) => position)
    .sort((first, second) => (seconds[second] ?? 0) - (seconds[first] ?? 0) || first - second);
  const loads = Array.from({ length: shard.count }, () => ({ seconds: 0, experiments: 0 }));
  const mine = new Set<number>();
  for (const position of longestFirst) {
    const least = leastLoaded(loads);
    const load = loads[least];
    if (load === undefined) break;
    load.seconds += seconds[position] ?? 0;
    load.experiments += 1;
    if (least === shard.index) mine.add(position);
  }
  return plan.experiments.filter((_, position) => mine.has(position));
}

/** Position of the smallest load: seconds first, then experiments, then the lowest. */
function leastLoaded(loads: readonly { readonly seconds: number; readonly experiments: number }[]): number {
  let least = 0;
  for (const [position, load] of loads.entries()) {
    const best = loads[least] ?? load;
    const less = load.seconds === best.seconds ? load.experiments < best.experiments : load.seconds < best.seconds;
    if (less) least = position;
  }
  return least;
}

/** Largest weight: sums of as many as a plan can hold stay finite and so comparable. */
const longestSeconds = 1e9;

function runtimes(experiments: readonly ExperimentPlan[]): number[] {
  const declared = experiments.map(({ benchmark }) => {
    const seconds = benchmark.expectedRuntimeSeconds;
    return seconds === null || !(seconds >= 0) ? null : Math.min(seconds, longestSeconds);
  });
  const known = declared.filter((seconds) => seconds !== null);
  const mean = known.length === 0 ? 1 : known.reduce((sum, seconds) => sum + seconds, 0) / known.length;
  return declared.map((seconds) => seconds ?? mean);
}

/**
 * A meta seed below 2^63 that every shard of one run draws by itself, from what all of them know. Without a run name it is
 * the same in every run of these revisions.
 */
export function sharedMetaSeed(runName: string | null, head: string, base: string | null, sha256: Sha256): bigint {
  const digest = sha256(canonicalJson(['meta seed of shards', runName, head, base]));
  return BigInt.asUintN(63, BigInt(`0x${digest.slice(0, 16)}`));
}
