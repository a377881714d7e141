import type { Verdict } from '../domain/verdict.ts';
import { settle } from '../judging/settle.ts';
import { judgeFromLedger } from './evaluate.ts';
import type { Project } from './project.ts';
import { settlementOf } from './rules.ts';
import { type RunOptions, type RunOutcome, run } from './run.ts';
import type { World } from './world.ts';

export interface GateOutcome {
  readonly run: RunOutcome;
  readonly verdicts: readonly Verdict[];
}

/** Measures, records, then judges from the ledger: what CI uses. */
export async function gate(world: World, project: Project, options: RunOptions): Promise<GateOutcome> {
  const outcome = await run(world, project, options);
  const { head, base, diff } = outcome.identity;
  const { rules } = outcome;
  const judged = await judgeFromLedger(world, rules.project, outcome.benchmarks, {
    head,
    base,
    diff,
    metaSeed: outcome.plan.metaSeed.toString(),
    measuredTree: rules.measuredTree,
  });
  const verdicts = settle(judged, settlementOf(rules, 'trusted'));
  return { run: outcome, verdicts };
}
