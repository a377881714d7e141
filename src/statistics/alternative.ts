/** Which deviation from the null counts as evidence: a larger statistic, a smaller one, or either. */
export type Alternative = 'two_sided' | 'greater' | 'less';

/**
 * The p-value of one alternative, from both tails of a discrete distribution that include the observed value.
 * @param less P(statistic <= observed)
 * @param greater P(statistic >= observed)
 * @returns a probability in [0, 1]; two-sided is twice the smaller tail, at most 1 (the rule of R and SciPy)
 */
export function tailP(less: number, greater: number, alternative: Alternative): number {
  if (alternative === 'less') return Math.min(1, less);
  if (alternative === 'greater') return Math.min(1, greater);
  return Math.min(1, 2 * Math.min(less, greater));
}
