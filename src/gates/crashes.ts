import type { Decision } from '../contracts.ts';
import type { Observation } from '../domain/observation.ts';
import { count } from '../domain/quantity.ts';

/** Number of failed trials. */
export function failuresIn(side: readonly Observation[]): number {
  return side.filter((observation) => observation.status === 'error').length;
}

function decisiveFailures(side: readonly Observation[], toleratedShare: number): number {
  const failed = failuresIn(side);
  return failed > toleratedShare * side.length ? failed : 0;
}

function firstFailure(observations: readonly Observation[]): string {
  for (const observation of observations) {
    if (observation.status === 'error') return `${observation.failure.reason}: ${observation.failure.detail}`;
  }
  return 'no failure';
}

/**
 * What failures alone decide (DESIGN §10): the candidate failed while the baseline ran → FAIL; only the baseline failed →
 * NO_BASELINE; both → INVALID. A side whose failures are at most `toleratedShare` (0 to 1) of its trials counts as running.
 * Null when neither side failed.
 */
export function crashDecision(
  baseline: readonly Observation[],
  candidate: readonly Observation[],
  toleratedShare = 0,
): Decision | null {
  const before = decisiveFailures(baseline, toleratedShare);
  const after = decisiveFailures(candidate, toleratedShare);
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
      reason: `the baseline failed in ${before} of ${count(baseline.length, 'trial')} while the candidate ran (${firstFailure(baseline)}). The base is a fresh checkout: what git ignores, such as node_modules, is not in it unless project.setup makes it`,
    };
  }
  return {
    ...open,
    kind: 'INVALID',
    label: 'crash',
    reason: `both sides failed: baseline ${before} of ${baseline.length} (${firstFailure(baseline)}), candidate ${after} of ${candidate.length} (${firstFailure(candidate)})`,
  };
}
