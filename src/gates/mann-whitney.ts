import type { GroupGate } from '../contracts.ts';
import { formatNumber } from '../domain/quantity.ts';
import { mannWhitneyZ, mannWhitneyZCeiling } from '../statistics/mann-whitney.ts';
import { groupEstimate, missingRuns, summarise, thresholdVerdict } from './groups.ts';

/**
 * benchstone's rank gate: the normal score of Mann and Whitney's U without tie or continuity correction, positive when
 * the candidate is better, against `promotion_z` (or `promotion_sigma`).
 */
export const mannWhitneyGate: GroupGate = {
  takes: 'groups',
  policy: 'mann_whitney',
  decide(baseline, candidate, settings) {
    const missing = missingRuns(baseline, candidate, settings);
    if (missing !== null) return missing;
    const threshold = settings.promotionZ ?? settings.promotionSigma ?? Number.NaN;
    const before = summarise(baseline);
    const after = summarise(candidate);
    const z = mannWhitneyZ(baseline, candidate);
    const statistic = settings.direction === 'minimize' ? z : -z;
    const attainable = mannWhitneyZCeiling(baseline.length, candidate.length);
    const warnings: string[] = [];
    if (threshold > attainable) {
      warnings.push(
        `${baseline.length} and ${candidate.length} runs can reach at most ${formatNumber(attainable)}, ` +
          `below the threshold ${formatNumber(threshold)}: no data could have changed this verdict`,
      );
    }
    return {
      ...thresholdVerdict(statistic, threshold, settings, 'Mann–Whitney z'),
      label: null,
      estimate: groupEstimate(baseline, candidate),
      evidence: { name: 'mann_whitney_z', value: statistic, threshold, attainable },
      baseline: before,
      candidate: after,
      warnings,
    };
  },
};
