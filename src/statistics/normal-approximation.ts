import { type Alternative, tailP } from './alternative.ts';
import { normalCdf, normalSf } from './normal.ts';

/**
 * The p-value of a statistic that is approximately normal and moves in steps of 1, corrected by half a step (Yates'
 * continuity correction, as R and SciPy apply it to rank statistics).
 * @param deviation the standard deviation under the null, 0 when only one value is possible
 * @returns a probability in [0, 1]; 1 when the deviation is 0
 */
export function continuityCorrectedP(
  statistic: number,
  mean: number,
  deviation: number,
  alternative: Alternative,
): number {
  if (deviation === 0) return 1;
  const less = normalCdf((statistic - mean + 0.5) / deviation);
  const greater = normalSf((statistic - mean - 0.5) / deviation);
  return tailP(less, greater, alternative);
}
