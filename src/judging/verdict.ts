import type { Decision } from '../contracts.ts';
import { conclusionOf, type Verdict } from '../domain/verdict.ts';
import type { Benchmark } from '../manifest/manifest.ts';

/** Turns a rule's decision into the experiment's verdict. */
export function toVerdict(
  benchmark: Benchmark,
  decision: Decision,
  extra: Partial<Pick<Verdict, 'referenceHash' | 'candidateHash'>> & { readonly warnings?: readonly string[] } = {},
): Verdict {
  return {
    experiment: benchmark.name,
    tier: benchmark.tier,
    policy: benchmark.policy,
    kind: decision.kind,
    conclusion: conclusionOf(decision.kind),
    reason: decision.reason,
    label: decision.label,
    direction: benchmark.direction,
    unit: benchmark.unit,
    baseline: decision.baseline,
    candidate: decision.candidate,
    estimate: decision.estimate,
    evidence: decision.evidence,
    tolerance: benchmark.policy === 'paired' || benchmark.policy === 'exact' ? benchmark.tolerance : null,
    warnings: [...(extra.warnings ?? []), ...decision.warnings],
    referenceHash: extra.referenceHash ?? null,
    candidateHash: extra.candidateHash ?? null,
  };
}

/** A decision without any numbers. */
export function bareDecision(kind: Decision['kind'], reason: string, label: string | null = null): Decision {
  return { kind, reason, label, estimate: null, evidence: null, baseline: null, candidate: null, warnings: [] };
}
