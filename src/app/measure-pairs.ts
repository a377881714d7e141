import type { GateSettings, Pair } from '../contracts.ts';
import { type Arm, type Observation, type Purpose, toleratedFailureShare } from '../domain/observation.ts';
import { count, formatNumber } from '../domain/quantity.ts';
import { crashDecision } from '../gates/crashes.ts';
import { foldPaired, type PairedState, pairedVerdict, stepPaired } from '../gates/paired-state.ts';
import type { ExperimentPlan } from '../planning/plan.ts';
import { drawPairs, type PairDraw } from '../planning/plan.ts';
import {
  type Because,
  isInterrupted,
  lazyRunners,
  type MeasureContext,
  type MeasuredTrial,
  type StageResult,
  stopReason,
} from './measure.ts';

export interface PairStage {
  readonly purpose: Extract<Purpose, 'paired' | 'confirm'>;
  readonly settings: GateSettings;
  /** Pairs recorded earlier under the same key: the evidence continues, it is not redrawn. */
  readonly prior: readonly Pair[];
  readonly metaSeed: bigint;
}

/**
 * Measures base and head alternately, order by coin, until the gate's own reducer has an answer or the plan is used up.
 * The first pair warms both up and is discarded. With earlier evidence at least `minPairs` are added before it may stop.
 */
export async function measurePairs(
  context: MeasureContext,
  plan: ExperimentPlan,
  stage: PairStage,
): Promise<StageResult> {
  const { benchmark } = plan;
  const schedule = plan.schedule;
  if (schedule.kind !== 'sequential') throw new TypeError('measurePairs() needs a sequential schedule');
  const { world } = context;
  // A re-run with the same meta seed continues the sequence of coins instead of repeating it.
  const stream = `${stage.purpose} after ${stage.prior.length}`;
  const draws = drawPairs(stage.metaSeed, benchmark.name, stream, world.sha256);
  const runners = lazyRunners(context, benchmark);
  const trials: MeasuredTrial[] = [];
  const measured: Pair[] = [...stage.prior];
  let state: PairedState = foldPaired(stage.prior, stage.settings);
  const least = stage.prior.length === 0 ? 1 : schedule.minPairs;

  const runOne = async (arm: Arm, draw: PairDraw, block: number): Promise<MeasuredTrial> => {
    const runner = await runners.of(arm);
    const observation = await runner.run({
      benchmark: benchmark.name,
      seed: draw.seed,
      corpusPath: context.placeOf(benchmark, arm).corpusPath,
      repetitionIndex: block,
      repetitionTotal: schedule.maxPairs,
      wantsArtifact: false,
    });
    return { arm, block, seed: draw.seed, purpose: stage.purpose, observation, isolation: runner.isolation };
  };
  const runPair = async (draw: PairDraw, block: number): Promise<readonly MeasuredTrial[]> => {
    const second: Arm = draw.first === 'baseline' ? 'candidate' : 'baseline';
    const one = await runOne(draw.first, draw, block);
    if (isInterrupted(one.observation)) return [one];
    return [one, await runOne(second, draw, block)];
  };

  const sample = async (): Promise<Because | null> => {
    const noun = stage.purpose === 'confirm' ? 'confirming pair' : 'pair';
    for (let warmUp = 0; warmUp < schedule.warmUpPairs; warmUp++) {
      world.progress.step(`${benchmark.name}: warming up`);
      if (stopReason(context) !== null) break;
      await runPair(draws.next().value, 0);
    }
    for (let block = 0; block < schedule.maxPairs; block++) {
      const stop = stopReason(context);
      if (stop !== null) return stop;
      world.progress.step(
        `${benchmark.name}: ${noun} ${block + 1} of at most ${schedule.maxPairs}${evidenceSoFar(state)}`,
      );
      const pair = await runPair(draws.next().value, block);
      if (pair.some((trial) => isInterrupted(trial.observation))) return 'interrupted';
      trials.push(...pair);
      const [baseline, candidate] = [valueOf(pair, 'baseline'), valueOf(pair, 'candidate')];
      measured.push(...asPairs(pair));
      if (baseline === null || candidate === null) {
        if (isCrash(measured)) return 'crash';
        continue;
      }
      state = stepPaired(state, baseline, candidate, stage.settings);
      // After an earlier failure good pairs go on until the failures are few enough to be left out.
      if (block + 1 < least || isCrash(measured)) continue;
      if (pairedVerdict(state, stage.settings) !== null) return 'verdict';
    }
    return null;
  };

  try {
    const because = await sample();
    world.progress.step(`${benchmark.name}: ${count(trials.length / 2, 'pair')} measured`);
    return { purpose: stage.purpose, trials, plannedBlocks: schedule.maxPairs, because, withheld: runners.withheld() };
  } finally {
    await runners.close();
  }
}

/** Complete pairs among trials, in order of their blocks. */
export function asPairs(trials: readonly MeasuredTrial[]): Pair[] {
  const blocks = new Map<number, Partial<Record<Arm, Observation>>>();
  for (const { block, arm, observation } of trials) blocks.set(block, { ...blocks.get(block), [arm]: observation });
  return [...blocks.values()].flatMap(({ baseline, candidate }) =>
    baseline === undefined || candidate === undefined ? [] : [{ baseline, candidate }],
  );
}

function isCrash(pairs: readonly Pair[]): boolean {
  const side = (arm: Arm) => pairs.map((pair) => pair[arm]);
  return crashDecision(side('baseline'), side('candidate'), toleratedFailureShare) !== null;
}

function valueOf(pair: readonly MeasuredTrial[], arm: Arm): number | null {
  const observation: Observation | undefined = pair.find((trial) => trial.arm === arm)?.observation;
  return observation?.status === 'ok' ? observation.metric : null;
}

function evidenceSoFar(state: PairedState): string {
  if (state.differences.length === 0) return '';
  return ` (evidence for worse ${formatNumber(state.worse.e)}, for fine ${formatNumber(state.better.e)})`;
}
