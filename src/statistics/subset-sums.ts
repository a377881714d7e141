import { cell } from './at.ts';

/** Additions that a table of sums may cost before an approximation is preferred: well under a second. */
const AFFORDABLE = 2.05e8;
/** What starting on a row costs, in additions. */
const ROW_COST = 16;

/**
 * Distribution of a sum to which each weight contributes with probability 1/2, independently: the null distribution of
 * a signed-rank statistic, by the recursion of Wilcoxon, Katti & Wilcox (1970).
 * @param weights non-negative integers, at most 1 000 of them
 * @returns P(sum = s) at index s, from 0 to the sum of all weights; time and memory grow with that sum
 */
export function coinSubsetSums(weights: Float64Array): Float64Array {
  const counts = new Float64Array(weights.reduce((sum, weight) => sum + weight, 1));
  counts[0] = 1;
  let reached = 0;
  for (const weight of weights) {
    reached += weight;
    for (let sum = reached; sum >= weight; sum--) counts[sum] = (counts[sum] ?? 0) + (counts[sum - weight] ?? 0);
  }
  const subsets = 2 ** weights.length;
  return counts.map((count) => count / subsets);
}

/** Probabilities of consecutive integers: `mass[k]` is that of `lowest + k`. */
export interface SumDistribution {
  readonly lowest: number;
  readonly mass: Float64Array;
}

/**
 * Distribution of the sum of `size` weights drawn without replacement: the null distribution of a rank sum given the
 * ties, by counting subsets (Streitberg & Röhmel 1986, the shift algorithm).
 * @param weights non-negative integers, at least `size` of them
 * @returns every sum from that of the smallest `size` weights to that of the largest; undefined when the table would
 * cost more than 2e8 additions (for two groups of equal size: more than 100 in each without ties, about 84 with ties)
 * or its counts overflow a double
 */
export function sizedSubsetSums(weights: Float64Array, size: number): SumDistribution | undefined {
  const sorted = Float64Array.from(weights).sort();
  const prefix = new Float64Array(sorted.length + 1);
  for (let k = 0; k < sorted.length; k++) prefix[k + 1] = cell(prefix, k) + cell(sorted, k);
  const span = (chosen: number, seen: number): number =>
    cell(prefix, seen) - cell(prefix, seen - chosen) - cell(prefix, chosen);
  if (sorted.length * size * (span(size, sorted.length) + ROW_COST) > AFFORDABLE) return undefined;

  const rows = Array.from({ length: size + 1 }, (_, chosen) => new Float64Array(span(chosen, sorted.length) + 1));
  rows[0]?.fill(1);
  for (let seen = 1; seen <= sorted.length; seen++) {
    for (let chosen = Math.min(seen, size); chosen >= 1; chosen--) {
      const from = rows[chosen - 1];
      const into = rows[chosen];
      if (from === undefined || into === undefined) continue;
      const shift = cell(sorted, seen - 1) - cell(sorted, chosen - 1);
      for (let k = span(chosen, seen); k >= shift; k--) into[k] = (into[k] ?? 0) + (from[k - shift] ?? 0);
    }
  }
  const subsets = rows[size] ?? new Float64Array(1);
  const total = subsets.reduce((sum, count) => sum + count, 0);
  if (total === Infinity) return undefined;
  return { lowest: cell(prefix, size), mass: subsets.map((count) => count / total) };
}

/** P(X <= value) and P(X >= value) of a distribution on 0, 1, 2, …, each summed from its own end. */
export function tails(mass: Float64Array, value: number): { less: number; greater: number } {
  let less = 0;
  for (let k = 0; k <= value; k++) less += cell(mass, k);
  let greater = 0;
  for (let k = mass.length - 1; k >= value; k--) greater += cell(mass, k);
  return { less, greater };
}
