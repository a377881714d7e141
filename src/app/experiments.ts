import type { GateSettings, Pair } from '../contracts.ts';
import type { Isolation } from '../domain/provenance.ts';
import { pairedGate } from '../gates/paired.ts';
import { pairsOf, underKey } from '../judging/evidence.ts';
import type { NewRunLine } from '../ledger/journal.ts';
import type { RunLine } from '../ledger/record.ts';
import { confirmationSettings, gateSettings } from '../manifest/rule.ts';
import type { ExperimentPlan, RunPlan } from '../planning/plan.ts';
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
}

/** Runs every experiment of the plan, one after the other. */
export async function measureExperiments(
  context: MeasureContext,
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
  for (const experiment of plan.experiments) {
    if (experiment.needsBase && identity.base === null) continue;
    if (experiment.schedule.kind === 'fixed') {
      keep(experiment, await measureFixed(context, experiment, experiment.schedule.trials));
    } else {
      for await (const stage of pairStages(context, plan, experiment, identity, prior)) keep(experiment, stage);
    }
  }
  const isolations = stages.flatMap((stage) => stage.trials.map((trial) => trial.isolation));
  return {
    lines,
    isolation: isolations.find((isolation) => isolation.level === 'none') ?? isolations[0] ?? null,
    withheld: [...new Set(stages.flatMap((stage) => stage.withheld))].sort(),
  };
}

/** First stage; then, after a FAIL, pairs measured afresh to confirm it. */
async function* pairStages(
  context: MeasureContext,
  plan: RunPlan,
  experiment: ExperimentPlan,
  identity: RunIdentity,
  prior: readonly RunLine[],
): AsyncGenerator<StageResult> {
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
  const first = await measurePairs(context, experiment, {
    purpose: 'paired',
    settings,
    prior: pairsOf(earlier('paired')),
    metaSeed: plan.metaSeed,
  });
  yield first;
  if (first.because === 'interrupted' || first.because === 'time_budget') return;
  if (!looksWorse(pairsOf(earlier('paired')), first, settings)) return;
  yield measurePairs(context, experiment, {
    purpose: 'confirm',
    settings: confirmationSettings(settings),
    prior: pairsOf(earlier('confirm')),
    metaSeed: plan.metaSeed,
  });
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
