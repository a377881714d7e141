import type { GateSettings, Pair } from '../contracts.ts';
import type { Isolation } from '../domain/provenance.ts';
import { pairedGate } from '../gates/paired.ts';
import { pairsOf, underKey } from '../judging/evidence.ts';
import type { NewRunLine } from '../ledger/journal.ts';
import type { RunLine } from '../ledger/record.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { confirmationSettings, gateSettings } from '../manifest/rule.ts';
import type { ExperimentPlan, RunPlan } from '../planning/plan.ts';
import { experimentsOfShard, type Shard } from '../planning/shards.ts';
import { readRuns, withSnapshot } from './evidence-reader.ts';
import { type MeasureContext, measureFixed, type StageResult } from './measure.ts';
import { asPairs, measurePairs } from './measure-pairs.ts';
import type { Project } from './project.ts';
import { linesOf, type RunIdentity } from './record-lines.ts';

export interface MeasuredRun {
  readonly lines: readonly NewRunLine[];
  /** The weakest isolation that any trial had; null when nothing was run. */
  readonly isolation: Isolation | null;
  readonly withheld: readonly string[];
  /** Experiments that looked worse and whose confirmation was left to another job. */
  readonly unconfirmed: readonly string[];
}

export interface ExperimentsContext extends MeasureContext {
  /** The part of the plan that is run here; null for all of it. */
  readonly shard: Shard | null;
  readonly confirm: 'here' | 'elsewhere' | 'only';
  /** Name of a variable that the benchmark needs and this job must not have; null when it can run. */
  readonly missing: (benchmark: Benchmark) => string | null;
}

/** Runs the experiments of this shard, one after the other. */
export async function measureExperiments(
  context: ExperimentsContext,
  project: Project,
  plan: RunPlan,
  identity: RunIdentity,
): Promise<MeasuredRun> {
  const prior = await priorLines(project, plan, identity);
  const lines: NewRunLine[] = [];
  const stages: StageResult[] = [];
  const keep = (experiment: ExperimentPlan, stage: StageResult) => {
    stages.push(stage);
    // Stopped before it began: there is nothing to say about this revision.
    if (stage.because === 'interrupted' && stage.trials.length === 0) return;
    lines.push(...linesOf(context.world, project, identity, plan, experiment, stage, lines.length));
  };
  const unconfirmed: string[] = [];
  for (const experiment of context.shard === null ? plan.experiments : experimentsOfShard(plan, context.shard)) {
    if (experiment.needsBase && identity.base === null) continue;
    if (context.missing(experiment.benchmark) !== null) {
      keep(experiment, nothingRun(experiment));
      continue;
    }
    if (experiment.schedule.kind === 'fixed') {
      if (context.confirm !== 'only') {
        keep(experiment, await measureFixed(context, experiment, experiment.schedule.trials));
      }
    } else {
      const stages = pairStages(context, plan, experiment, identity, prior);
      for await (const stage of stages) {
        if (stage === 'unconfirmed') unconfirmed.push(experiment.benchmark.name);
        else keep(experiment, stage);
      }
    }
  }
  const isolations = stages.flatMap((stage) => stage.trials.map((trial) => trial.isolation));
  return {
    lines,
    isolation: isolations.find((isolation) => isolation.level === 'none') ?? isolations[0] ?? null,
    withheld: [...new Set(stages.flatMap((stage) => stage.withheld))].sort(),
    unconfirmed,
  };
}

/** The stage of an experiment that needs a secret which this job must not have. */
function nothingRun({ purpose }: ExperimentPlan): StageResult {
  return { purpose, trials: [], plannedBlocks: 0, because: 'missing_secret', withheld: [] };
}

/** First stage; then, after a FAIL, pairs measured afresh to confirm it, or the word that they are left to another job. */
async function* pairStages(
  context: ExperimentsContext,
  plan: RunPlan,
  experiment: ExperimentPlan,
  identity: RunIdentity,
  prior: readonly RunLine[],
): AsyncGenerator<StageResult | 'unconfirmed'> {
  const { benchmark, rule } = experiment;
  const key = {
    experiment: benchmark.name,
    rule,
    base: identity.base?.sha ?? null,
    tree: identity.head.tree,
    diff: identity.diff,
  };
  const earlier = (purpose: 'paired' | 'confirm') => underKey(prior, key, [purpose]);
  const familySize = Math.max(plan.familySize, ...earlier('paired').map((line) => line.provenance.familySize));
  const settings = gateSettings(benchmark, familySize);
  const confirming = () =>
    measurePairs(context, experiment, {
      purpose: 'confirm',
      settings: confirmationSettings(settings),
      prior: pairsOf(earlier('confirm')),
      metaSeed: plan.metaSeed,
    });
  if (context.confirm === 'only') {
    yield confirming();
    return;
  }
  const first = await measurePairs(context, experiment, {
    purpose: 'paired',
    settings,
    prior: pairsOf(earlier('paired')),
    metaSeed: plan.metaSeed,
  });
  yield first;
  if (first.because === 'interrupted' || first.because === 'time_budget') return;
  if (!looksWorse(pairsOf(earlier('paired')), first, settings)) return;
  yield context.confirm === 'elsewhere' ? 'unconfirmed' : confirming();
}

/** Whether the gate says FAIL on the first stage's pairs, earlier ones included. */
function looksWorse(earlier: readonly Pair[], stage: StageResult, settings: GateSettings): boolean {
  return pairedGate.decide([...earlier, ...asPairs(stage.trials)], settings).kind === 'FAIL';
}

async function priorLines(project: Project, plan: RunPlan, identity: RunIdentity): Promise<readonly RunLine[]> {
  const sequential = plan.experiments.some((experiment) => experiment.schedule.kind === 'sequential');
  if (!sequential || identity.base === null) return [];
  return withSnapshot(project, (snapshot) => readRuns(snapshot, project, [identity.head.tree]));
}
