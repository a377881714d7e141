import { at } from './at.ts';
import { requireOrdered } from './preconditions.ts';

/**
 * Ranks of the values in ascending order, ties averaged (Wilcoxon 1945, "midranks").
 * @returns one rank per value, in the order of the input: 1 for the smallest, n for the largest; equal values share the
 * mean of their ranks, so every rank is a multiple of 1/2 and the ranks sum to n(n+1)/2. -0 equals 0.
 * @throws RangeError when a value is NaN
 */
export function averageRanks(values: readonly number[]): Float64Array {
  requireOrdered(values, 0);
  const order = Array.from(values.keys()).sort((a, b) => compare(at(values, a), at(values, b)));
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    const value = at(values, at(order, first));
    let next = first + 1;
    while (next < order.length && at(values, at(order, next)) === value) next++;
    for (let k = first; k < next; k++) ranks[at(order, k)] = (first + 1 + next) / 2;
    first = next;
  }
  return ranks;
}

/** Ranks as whole numbers: `weights[i] = rank[i] * scale`, with scale 2 where ties left halves, else 1. */
export interface RankWeights {
  readonly weights: Float64Array;
  readonly scale: 1 | 2;
}

/**
 * Scales ranks to integers, so that sums of them can index a table.
 * @param ranks multiples of 1/2, as `averageRanks` returns them
 */
export function rankWeights(ranks: Float64Array): RankWeights {
  const scale = ranks.every(Number.isInteger) ? 1 : 2;
  return { weights: ranks.map((rank) => rank * scale), scale };
}

function compare(a: number, b: number): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
