import type { Observation, Purpose } from '../domain/observation.ts';
import type { Isolation } from '../domain/provenance.ts';
import { count } from '../domain/quantity.ts';
import type { StoppedRecord } from '../ledger/record.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import type { ExperimentPlan, PlannedTrial } from '../planning/plan.ts';
import { openTrialRunner, type RunnerPlace, type TrialRunner } from './trial-runner.ts';
import type { World } from './world.ts';

export type Because = StoppedRecord['because'];

export interface MeasuredTrial extends PlannedTrial {
  readonly purpose: Purpose;
  readonly observation: Observation;
  readonly isolation: Isolation;
}

/** What one stage of an experiment yielded. `because` is null when everything planned was run. */
export interface StageResult {
  readonly purpose: Purpose;
  readonly trials: readonly MeasuredTrial[];
  readonly plannedBlocks: number;
  readonly because: Because | null;
  readonly withheld: readonly string[];
}

export interface MeasureContext {
  readonly world: World;
  /** Per benchmark and arm, because corpora differ. */
  readonly placeOf: (benchmark: Benchmark, arm: 'baseline' | 'candidate') => RunnerPlace;
  /** Monotonic seconds after which nothing new is started; null for no budget. */
  readonly deadlineSeconds: number | null;
}

/** Why nothing more may be started now; null when it may. */
export function stopReason(context: MeasureContext): Extract<Because, 'interrupted' | 'time_budget'> | null {
  if (context.world.signal.aborted) return 'interrupted';
  const { deadlineSeconds, world } = context;
  return deadlineSeconds !== null && world.clock.monotonicSeconds() >= deadlineSeconds ? 'time_budget' : null;
}

/** The runners of both arms, opened when first needed and closed together. */
export function lazyRunners(context: MeasureContext, benchmark: Benchmark) {
  const open = new Map<'baseline' | 'candidate', TrialRunner>();
  return {
    async of(arm: 'baseline' | 'candidate'): Promise<TrialRunner> {
      const existing = open.get(arm);
      if (existing !== undefined) return existing;
      const runner = await openTrialRunner(context.world, benchmark, context.placeOf(benchmark, arm));
      open.set(arm, runner);
      return runner;
    },
    async close(): Promise<void> {
      for (const runner of open.values()) await runner.close();
    },
    withheld: (): readonly string[] => [...new Set([...open.values()].flatMap((runner) => runner.withheld))].sort(),
  };
}

/** Runs a fixed list of trials in order. Keeps what is finished when stopped; an interrupted trial is not kept. */
export async function measureFixed(
  context: MeasureContext,
  plan: ExperimentPlan,
  trials: readonly PlannedTrial[],
): Promise<StageResult> {
  const { benchmark, purpose } = plan;
  const plannedBlocks = new Set(trials.map((trial) => trial.block)).size;
  const runners = lazyRunners(context, benchmark);
  const done: MeasuredTrial[] = [];
  let because: Because | null = null;
  try {
    for (const trial of trials) {
      because = stopReason(context);
      if (because !== null) break;
      context.world.progress.step(`${benchmark.name}: ${done.length + 1} of ${count(trials.length, 'trial')}`);
      const runner = await runners.of(trial.arm);
      const observation = await runner.run({
        benchmark: benchmark.name,
        seed: trial.seed,
        corpusPath: context.placeOf(benchmark, trial.arm).corpusPath,
        repetitionIndex: trial.block,
        repetitionTotal: plannedBlocks,
        wantsArtifact: benchmark.tier === 'correctness',
      });
      if (isInterrupted(observation)) {
        because = 'interrupted';
        break;
      }
      done.push({ ...trial, purpose, observation, isolation: runner.isolation });
    }
    return { purpose, trials: done, plannedBlocks, because, withheld: runners.withheld() };
  } finally {
    await runners.close();
  }
}

/** True for a trial that was stopped from outside: it says nothing about the code. */
export function isInterrupted(observation: Observation): boolean {
  return observation.status === 'error' && observation.failure.reason === 'interrupted';
}
