import type { Verdict } from '../domain/verdict.ts';
import type { Benchmark, OpenKind, Policy } from '../manifest/manifest.ts';
import { bareDecision, toVerdict } from './verdict.ts';

/** What turns an experiment's verdict into this run's: the change to the gate, who measured, and the policy. */
export interface Settlement {
  readonly policy: Policy;
  /** `claimed`: the numbers come from a job that ran a stranger's code. */
  readonly origin: 'trusted' | 'claimed';
  /** The base has no gate yet. */
  readonly introduced: boolean;
  /** Benchmarks of the base that the head's manifest does not have any more. */
  readonly removed: readonly string[];
  /** Benchmarks of the head that the base does not have yet. */
  readonly added: readonly Benchmark[];
}

/** The run's verdicts: those of the evidence, in order, then one for each benchmark that is new in the change. */
export function settle(verdicts: readonly Verdict[], settlement: Settlement): Verdict[] {
  const newOnes = settlement.added.map((benchmark) => toVerdict(benchmark, bareDecision('NO_BASELINE', newBenchmark)));
  return [...verdicts, ...newOnes].map((verdict) => settleOne(verdict, settlement));
}

const newBenchmark =
  'new in this change: the base revision has no rule for it yet, so it is judged from the next change on';
const newGate =
  'gate introduced: the base revision has no manifest, so there is nothing to be judged by or against yet';

function settleOne(verdict: Verdict, settlement: Settlement): Verdict {
  const { introduced, removed, origin, policy } = settlement;
  const isGone = removed.includes(verdict.experiment);
  if (introduced && verdict.kind === 'NO_BASELINE') return hardened({ ...verdict, reason: newGate }, policy);
  if (isGone && verdict.kind === 'FAIL' && verdict.label === 'crash') {
    const reason = `removed by this change, and it can't run any more: ${verdict.reason}`;
    return { ...verdict, kind: 'INVALID', conclusion: 'failure', reason };
  }
  const seen = isGone
    ? {
        ...verdict,
        warnings: ['removed from the manifest by this change; measured by the base’s entry', ...verdict.warnings],
      }
    : verdict;
  if (origin === 'claimed' && policy.forks === 'claimed' && seen.conclusion === 'success') {
    return { ...seen, conclusion: 'neutral', label: seen.label ?? 'claimed' };
  }
  return hardened(seen, policy);
}

/** The conclusion that the policy gives an open verdict. */
function hardened(verdict: Verdict, policy: Policy): Verdict {
  const open: Partial<Record<string, 'neutral' | 'failure'>> = policy.conclusions satisfies Record<OpenKind, unknown>;
  return { ...verdict, conclusion: open[verdict.kind] ?? verdict.conclusion };
}
