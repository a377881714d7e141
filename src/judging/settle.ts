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
  /** Benchmarks of the deciding manifest that the job was told not to run. */
  readonly leftOut: readonly Benchmark[];
}

/** The run's verdicts: those of the evidence, in order, then one for each benchmark that is new in the change. */
export function settle(verdicts: readonly Verdict[], settlement: Settlement): Verdict[] {
  const newOnes = settlement.added.map((benchmark) => toVerdict(benchmark, bareDecision('NO_BASELINE', newBenchmark)));
  const skipped = settlement.leftOut.map((benchmark) => toVerdict(benchmark, bareDecision('SKIPPED', leftOut)));
  return [...verdicts, ...skipped, ...newOnes].map((verdict) => settleOne(verdict, settlement));
}

const newBenchmark =
  'new in this change: the base revision has no rule for it yet, so it is judged from the next change on';
const leftOut = 'left out by the input `only`: a change must not choose what it is judged by';
const newGate =
  'gate introduced: the base revision has no manifest, so there is nothing to be judged by or against yet';

function settleOne(verdict: Verdict, settlement: Settlement): Verdict {
  const { introduced, removed, origin, policy } = settlement;
  const isGone = removed.includes(verdict.experiment);
  if (introduced) return hardened(unjudged(verdict), policy);
  if (isGone && cantRun(verdict)) {
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

/** What a first gate would have said is told and decides nothing: its rules are the change's own. */
function unjudged(verdict: Verdict): Verdict {
  const said =
    verdict.kind === 'NO_BASELINE' ? '' : `. By the change's own rules it would be ${verdict.kind}: ${verdict.reason}`;
  return { ...verdict, kind: 'NO_BASELINE', conclusion: 'neutral', reason: `${newGate}${said}` };
}

/** Crashed, or left no value that could be judged, politely or not. */
function cantRun({ kind, label, candidate, candidateHash }: Verdict): boolean {
  if (kind === 'FAIL') return label === 'crash';
  const hasValue = candidateHash !== null || (candidate !== null && candidate.count > 0);
  return kind === 'NEEDS_MORE_DATA' && !hasValue;
}

/** The conclusion that the policy gives an open verdict. */
function hardened(verdict: Verdict, policy: Policy): Verdict {
  const open: Partial<Record<string, 'neutral' | 'failure'>> = policy.conclusions satisfies Record<OpenKind, unknown>;
  return { ...verdict, conclusion: open[verdict.kind] ?? verdict.conclusion };
}
