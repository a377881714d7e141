import type { GroupGate } from '../contracts.ts';
import { formatNumber } from '../domain/quantity.ts';
import { directedZ } from '../statistics/welch.ts';
import { groupEstimate, missingRuns, summarise, thresholdVerdict } from './groups.ts';

/** Standard error over mean above which benchstone calls a baseline noisy. */
const noisyRelativeError = 0.05;

/**
 * benchstone's sigma gate: Welch's statistic without degrees-of-freedom correction, positive when the candidate is
 * better, against `promotion_sigma`. At few runs its error rates are well above nominal (docs/gates.md); use `paired`
 * where the base can be measured in the same run.
 */
export const sigmaGate: GroupGate = {
  takes: 'groups',
  policy: 'sigma',
  decide(baseline, candidate, settings) {
    const missing = missingRuns(baseline, candidate, settings);
    if (missing !== null) return missing;
    const threshold = settings.promotionSigma ?? Number.NaN;
    const before = summarise(baseline);
    const after = summarise(candidate);
    const statistic = directedZ(baseline, candidate, settings.direction);
    const warnings: string[] = [];
    const relativeError = Math.abs((before.standardError ?? 0) / before.mean);
    if (before.mean !== 0 && relativeError > noisyRelativeError) {
      warnings.push(`the baseline's standard error is ${formatNumber(relativeError * 100)} % of its mean (over 5 %)`);
    }
    if (before.standardError === 0 && after.standardError === 0 && before.mean !== after.mean) {
      warnings.push(
        'neither side varies, so any difference however small is infinitely many sigma; use gate_policy = "exact"',
      );
    }
    return {
      ...thresholdVerdict(statistic, threshold, settings, 'sigma'),
      label: null,
      estimate: groupEstimate(baseline, candidate),
      evidence: { name: 'sigma', value: statistic, threshold, attainable: null },
      baseline: before,
      candidate: after,
      warnings,
    };
  },
};
