import { mean, variance } from './summary.ts';

/**
 * The mean of a sample and the standard error of that mean, √(s²/n).
 * @returns both in the unit of the input; the common value and exactly 0 when all values are equal and finite (no
 * rounding residue, which benchstone 0.2.0 has). NaN and infinities propagate
 * @throws RangeError when there are fewer than 2 values, or the square of a finite deviation overflows
 */
export function meanAndStandardError(values: readonly number[]): { mean: number; standardError: number } {
  const standardError = Math.sqrt(variance(values) / values.length);
  return { mean: mean(values), standardError };
}

/**
 * How many standard errors the candidate's mean is better than the baseline's: the difference of means over
 * √(se_candidate² + se_baseline²) (Welch 1938, without the t correction), signed so that better is positive.
 * @param direction which way is better
 * @returns a number of standard errors; without any spread 0 for equal means, else ±Infinity; −0 for equal means with
 * spread under 'minimize', as benchstone prints it; NaN when a value is infinite or NaN
 * @throws RangeError when a sample has fewer than 2 values, or the square of a finite deviation overflows
 */
export function directedZ(
  baseline: readonly number[],
  candidate: readonly number[],
  direction: 'minimize' | 'maximize',
): number {
  const before = meanAndStandardError(baseline);
  const after = meanAndStandardError(candidate);
  const difference = after.mean - before.mean;
  const error = Math.sqrt(after.standardError * after.standardError + before.standardError * before.standardError);
  if (error === 0 && difference === 0) return 0;
  const z = error === 0 ? Math.sign(difference) * Infinity : difference / error;
  return direction === 'minimize' ? -z : z;
}
