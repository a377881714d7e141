import type { Decision } from '../contracts.ts';
import type { Observation } from '../domain/observation.ts';
import { count } from '../domain/quantity.ts';

function firstFailure(observations: readonly Observation[]): string {
  for (const observation of observations) {
    if (observation.status === 'error') return `${observation.failure.reason}: ${observation.failure.detail}`;
  }
  return 'no failure';
}

/**
 * What failures alone decide (DESIGN §10): the candidate failed while the baseline ran → FAIL; only the baseline failed →
 * NO_BASELINE; both → INVALID. Null when every trial yielded a metric.
 */
export function crashDecision(baseline: readonly Observation[], candidate: readonly Observation[]): Decision | null {
  const failed = (side: readonly Observation[]) => side.filter((observation) => observation.status === 'error').length;
  const before = failed(baseline);
  const after = failed(candidate);
  if (before === 0 && after === 0) return null;
  const open = { label: null, estimate: null, evidence: null, baseline: null, candidate: null, warnings: [] };
  if (after > 0 && before === 0 && baseline.length > 0) {
    return {
      ...open,
      kind: 'FAIL',
      label: 'crash',
      reason: `the candidate failed in ${after} of ${count(candidate.length, 'trial')} while the baseline ran (${firstFailure(candidate)})`,
    };
  }
  if (after === 0) {
    return {
      ...open,
      kind: 'NO_BASELINE',
      label: 'crash',
      reason: `the baseline failed in ${before} of ${count(baseline.length, 'trial')} while the candidate ran (${firstFailure(baseline)})`,
    };
  }
  return {
    ...open,
    kind: 'INVALID',
    label: 'crash',
    reason: `both sides failed: baseline ${before} of ${baseline.length} (${firstFailure(baseline)}), candidate ${after} of ${candidate.length} (${firstFailure(candidate)})`,
  };
}
