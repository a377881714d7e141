import { canonicalJson, type Sha256 } from '../domain/canonical-json.ts';
import { UsageError } from '../domain/errors.ts';
import type { Arm, Purpose } from '../domain/observation.ts';
import type { Benchmark, Manifest } from '../manifest/manifest.ts';
import { ruleDigest } from '../manifest/rule.ts';
import { createMersenneTwister, deriveSeeds } from '../statistics/mersenne-twister.ts';

export interface PlannedTrial {
  readonly arm: Arm;
  readonly block: number;
  readonly seed: number;
}

/** A fixed list of trials, or pairs drawn until the gate has its answer. */
export type Schedule =
  | { readonly kind: 'fixed'; readonly trials: readonly PlannedTrial[] }
  | {
      readonly kind: 'sequential';
      readonly warmUpPairs: number;
      readonly minPairs: number;
      readonly maxPairs: number;
    };

export interface ExperimentPlan {
  readonly benchmark: Benchmark;
  readonly rule: string;
  readonly purpose: Purpose;
  readonly needsBase: boolean;
  readonly schedule: Schedule;
}

export interface RunPlan {
  readonly metaSeed: bigint;
  readonly experiments: readonly ExperimentPlan[];
  /** Paired benchmarks judged together; part of the digest, so a shard can't shrink it. */
  readonly familySize: number;
  /** `sha256:<hex>` of everything above. */
  readonly digest: string;
}

/** `fresh` measures candidates, `baseline` the manifest's seeds. */
export type SeedSet = 'fresh' | 'baseline';

export interface PlanRequest {
  readonly manifest: Manifest;
  readonly benchmarks: readonly Benchmark[];
  readonly seedSet: SeedSet;
  readonly metaSeed: bigint;
  /** Overrides the manifest's count (for a baseline: at most its number of seeds); null keeps it. */
  readonly repetitions: number | null;
  /** Tree that is measured in place of the candidate's own; see ruleDigest. */
  readonly measuredTree?: string | null;
}

/** The plan of one run: pure, so the same request and meta seed give the same plan. Throws UsageError for impossible counts. */
export function planRun(request: PlanRequest, sha256: Sha256): RunPlan {
  const experiments = request.benchmarks.map((benchmark) => planExperiment(benchmark, request, sha256));
  const familySize = experiments.filter((experiment) => experiment.benchmark.policy === 'paired').length;
  const digest = canonicalJson({
    metaSeed: request.metaSeed.toString(),
    familySize,
    experiments: experiments.map(({ benchmark, rule, purpose, schedule }) => ({
      name: benchmark.name,
      rule,
      purpose,
      schedule,
    })),
  });
  return { metaSeed: request.metaSeed, experiments, familySize, digest: `sha256:${sha256(digest)}` };
}

/** More would not fit into memory as a plan. */
const mostRepetitions = 100_000;

function planExperiment(benchmark: Benchmark, request: PlanRequest, sha256: Sha256): ExperimentPlan {
  const rule = ruleDigest(benchmark, request.manifest, sha256, request.measuredTree ?? null);
  const repetitions = request.repetitions ?? benchmark.repetitions;
  if (!Number.isSafeInteger(repetitions) || repetitions < 1 || repetitions > mostRepetitions) {
    throw new UsageError('USAGE', `repetitions must be a whole number from 1 to ${mostRepetitions}`, {
      place: '--repetitions',
      nextStep: 'pass a number such as 5',
    });
  }
  if (request.seedSet === 'baseline') {
    const trials = baselineSeeds(benchmark, request.repetitions).map((seed, block) => ({
      arm: 'candidate' as const,
      block,
      seed,
    }));
    return { benchmark, rule, purpose: 'baseline', needsBase: false, schedule: { kind: 'fixed', trials } };
  }
  switch (benchmark.policy) {
    case 'paired': {
      const { minPairs, maxPairs } = benchmark;
      const most = request.repetitions ?? maxPairs;
      const schedule: Schedule = {
        kind: 'sequential',
        warmUpPairs: 1,
        minPairs: Math.min(minPairs, most),
        maxPairs: most,
      };
      return { benchmark, rule, purpose: 'paired', needsBase: true, schedule };
    }
    case 'exact': {
      const blocks = Math.max(repetitions, 2);
      // The same seed in every run, so that evidence of a re-run can be compared: the rule's own.
      const seeds = deriveSeeds(BigInt(`0x${rule.slice('sha256:'.length, 'sha256:'.length + 15)}`), 1);
      const trials = Array.from({ length: blocks }, (_, block) =>
        (['baseline', 'candidate'] as const).map((arm) => ({ arm, block, seed: seeds[0] ?? 0 })),
      ).flat();
      return { benchmark, rule, purpose: 'fresh', needsBase: true, schedule: { kind: 'fixed', trials } };
    }
    case 'reference':
    case 'sigma':
    case 'mann_whitney': {
      const trials = deriveSeeds(request.metaSeed, repetitions).map((seed, block) => ({
        arm: 'candidate' as const,
        block,
        seed,
      }));
      return { benchmark, rule, purpose: 'fresh', needsBase: false, schedule: { kind: 'fixed', trials } };
    }
  }
}

/** The manifest's baseline seeds, shortened to `repetitions` when given. Throws UsageError when there are too few. */
function baselineSeeds(benchmark: Benchmark, repetitions: number | null): readonly number[] {
  const available = benchmark.baselineSeeds.length;
  const place = `benchmarks ${JSON.stringify(benchmark.name)}, baseline_seeds`;
  if (available === 0) {
    throw new UsageError('USAGE', `${benchmark.name} has no baseline_seeds`, {
      place,
      nextStep: 'list at least two, such as baseline_seeds = [1, 2, 3, 4, 5]',
    });
  }
  if (repetitions !== null && repetitions > available) {
    throw new UsageError(
      'USAGE',
      `--repetitions ${repetitions} exceeds the ${available} baseline_seeds of ${benchmark.name}`,
      {
        place,
        nextStep: 'list more seeds or ask for fewer repetitions',
      },
    );
  }
  return benchmark.baselineSeeds.slice(0, repetitions ?? available);
}

export interface PairDraw {
  readonly seed: number;
  /** The coin: which arm runs first. Fair and independent for each pair, which is what makes the paired gate exact. */
  readonly first: Arm;
}

/** Seeds and coins of consecutive pairs, without end. `stream` separates the confirmation's draws from the first stage's. */
export function* drawPairs(
  metaSeed: bigint,
  benchmark: string,
  stream: string,
  sha256: Sha256,
): Generator<PairDraw, never> {
  const generator = createMersenneTwister(
    BigInt(`0x${sha256(canonicalJson([metaSeed.toString(), benchmark, stream]))}`),
  );
  while (true) {
    const first: Arm = generator.nextUint32() >>> 31 === 0 ? 'baseline' : 'candidate';
    yield { seed: generator.nextUint32() >>> 1, first };
  }
}
