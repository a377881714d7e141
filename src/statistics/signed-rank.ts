import { type Alternative, tailP } from './alternative.ts';
import { at } from './at.ts';
import { continuityCorrectedP } from './normal-approximation.ts';
import { requireCount, requireOrdered } from './preconditions.ts';
import { averageRanks, rankWeights } from './ranks.ts';
import { coinSubsetSums, tails } from './subset-sums.ts';

/** Up to this many non-zero differences the null distribution is enumerated. */
const EXACT_UP_TO = 300;

/** Outcome of a Wilcoxon signed-rank test. */
export interface SignedRank {
  /** W+: the rank sum of the positive differences, between 0 and n(n+1)/2. */
  readonly statistic: number;
  /** Probability, when every sign is a fair coin, of a W+ at least as extreme. */
  readonly p: number;
  /** Whether p comes from the enumerated distribution rather than from the normal curve. */
  readonly exact: boolean;
  /** The differences that took part: those that are not zero. */
  readonly n: number;
}

/**
 * Tests whether differences tend to be positive ('greater') or negative ('less') (Wilcoxon 1945; zeros dropped).
 * @returns W+ and its p. Exact, conditional on tied magnitudes, up to 300 non-zero differences; beyond that the normal
 * approximation with tie and continuity correction, and `exact` is false. Without a non-zero difference p is 1.
 * @throws RangeError when a difference is NaN
 */
export function signedRank(d: readonly number[], alternative: Alternative): SignedRank {
  requireOrdered(d, 0);
  const used = d.filter((value) => value !== 0);
  const n = used.length;
  const ranks = averageRanks(used.map(Math.abs));
  const statistic = used.reduce((sum, value, k) => (value > 0 ? sum + at(ranks, k) : sum), 0);
  if (n > EXACT_UP_TO) {
    const deviation = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0)) / 2;
    return {
      statistic,
      p: continuityCorrectedP(statistic, (n * (n + 1)) / 4, deviation, alternative),
      exact: false,
      n,
    };
  }
  const { weights, scale } = rankWeights(ranks);
  const { less, greater } = tails(coinSubsetSums(weights), statistic * scale);
  return { statistic, p: tailP(less, greater, alternative), exact: true, n };
}

/**
 * The smallest one-sided p that an exact signed-rank test of n non-zero differences can return: 2^−n.
 * @throws RangeError unless n is a non-negative integer
 */
export function signedRankMinimumP(n: number): number {
  requireCount(n, 'n', 0);
  return 2 ** -n;
}
