import { type Alternative, tailP } from './alternative.ts';
import { at } from './at.ts';
import { continuityCorrectedP } from './normal-approximation.ts';
import { requireCount, requireOrdered } from './preconditions.ts';
import { averageRanks, rankWeights } from './ranks.ts';
import { sizedSubsetSums, tails } from './subset-sums.ts';

/** Outcome of a Mann–Whitney test. */
export interface MannWhitney {
  /** U: the pairs (x, y) with x > y, plus half the pairs with x = y; between 0 and |x|·|y|. */
  readonly statistic: number;
  /** Probability, under exchangeability, of a U at least as extreme. */
  readonly p: number;
  /** Whether p comes from the permutation distribution rather than from the normal curve. */
  readonly exact: boolean;
}

/**
 * Tests whether x tends to be larger ('greater') or smaller ('less') than y (Mann & Whitney 1947).
 * @returns U and its p. Exact, conditional on the ties, while the table of rank sums costs at most 2e8 additions: two
 * groups of up to 100 values each without ties, up to 84 each with ties, more when one group is small. Beyond that the
 * normal approximation with tie and continuity correction, and `exact` is false. Infinities rank like any value.
 * @throws RangeError when a sample is empty or holds NaN
 */
export function mannWhitney(x: readonly number[], y: readonly number[], alternative: Alternative): MannWhitney {
  const ranks = pooledRanks(x, y);
  const statistic = rankSum(ranks, 0, x.length) - (x.length * (x.length + 1)) / 2;
  const { weights, scale } = rankWeights(ranks);
  const xIsSmaller = x.length <= y.length;
  const sums = sizedSubsetSums(weights, Math.min(x.length, y.length));
  if (sums === undefined) {
    const mean = (x.length * y.length) / 2;
    const deviation = Math.sqrt(conditionalVariance(ranks, x.length, y.length));
    return { statistic, p: continuityCorrectedP(statistic, mean, deviation, alternative), exact: false };
  }
  const observed = xIsSmaller ? rankSum(ranks, 0, x.length) : rankSum(ranks, x.length, ranks.length);
  const { less, greater } = tails(sums.mass, observed * scale - sums.lowest);
  const p = xIsSmaller ? tailP(less, greater, alternative) : tailP(greater, less, alternative);
  return { statistic, p, exact: true };
}

/**
 * The standardised U of the baseline, (U − n·m/2) / √(n·m·(n+m+1)/12), with neither tie nor continuity correction
 * (Mann & Whitney 1947; the z of benchstone 0.2.0).
 * @returns standard deviations: positive when the baseline's values tend to be larger than the candidate's, 0 when
 * balanced; never beyond ±`mannWhitneyZCeiling(n, m)`
 * @throws RangeError when a sample is empty or holds NaN
 */
export function mannWhitneyZ(baseline: readonly number[], candidate: readonly number[]): number {
  const n = baseline.length;
  const m = candidate.length;
  const u = rankSum(pooledRanks(baseline, candidate), 0, n) - (n * (n + 1)) / 2;
  return (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

/**
 * The largest z that `mannWhitneyZ` can return for these sample sizes, √(3nm/(n+m+1)): complete separation.
 * @throws RangeError unless both sizes are integers of at least 1
 */
export function mannWhitneyZCeiling(nb: number, nc: number): number {
  requireCount(nb, 'nb', 1);
  requireCount(nc, 'nc', 1);
  return Math.sqrt((3 * nb * nc) / (nb + nc + 1));
}

/**
 * The smallest two-sided p that an exact Mann–Whitney test can return for these sample sizes without ties,
 * 2 / C(n+m, n), at most 1.
 * @throws RangeError unless both sizes are non-negative integers
 */
export function mannWhitneyMinimumP(n: number, m: number): number {
  requireCount(n, 'n', 0);
  requireCount(m, 'm', 0);
  let arrangements = 1;
  for (let k = 1; k <= Math.min(n, m) && arrangements < Infinity; k++) {
    arrangements = (arrangements * (Math.max(n, m) + k)) / k;
  }
  return Math.min(1, 2 / arrangements);
}

function pooledRanks(x: readonly number[], y: readonly number[]): Float64Array {
  requireOrdered(x, 1);
  requireOrdered(y, 1);
  return averageRanks([...x, ...y]);
}

function rankSum(ranks: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += at(ranks, k);
  return sum;
}

/** Variance of U over all assignments of these ranks to the two groups: smaller than nm(n+m+1)/12 when ranks tie. */
function conditionalVariance(ranks: Float64Array, n: number, m: number): number {
  const total = n + m;
  const centre = (total + 1) / 2;
  const squares = ranks.reduce((sum, rank) => sum + (rank - centre) * (rank - centre), 0);
  return (n * m * squares) / (total * (total - 1));
}
