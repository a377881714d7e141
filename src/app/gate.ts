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
  // What could not be pushed is in the local copy.
  const { project: deciding } = rules;
  const from = outcome.unrecorded === null ? deciding : { ...deciding, ledger: deciding.localLedger };
  const judged = await judgeFromLedger(world, from, outcome.benchmarks, {
    head,
    base,
    diff,
    metaSeed: outcome.plan.metaSeed.toString(),
    measuredTree: rules.measuredTree,
  });
  const verdicts = settle(judged, settlementOf(rules, 'trusted', options.subject === null ? [] : options.names));
  return { run: outcome, verdicts };
}
