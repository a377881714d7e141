import { cell } from './at.ts';
import { midpoint } from './midpoint.ts';
import { normalQuantile } from './normal.ts';
import { orderStatistic } from './order-statistic.ts';
import { requireFinite, requireOpenUnit } from './preconditions.ts';
import { coinSubsetSums, sizedSubsetSums } from './subset-sums.ts';

/** Up to this many values the one-sample interval uses the enumerated signed-rank distribution. */
const EXACT_UP_TO = 300;
/** Of the two sizes: beyond it the normal cut was at most two ranks (of 298 or more) off, and enumerating costs more than a whole verdict. */
const EXACT_UP_TO_PRODUCT = 900;
/** A sample so small that the normal curve would not do, however large the other one is. */
const SMALL = 15;
/** Lets a tail of exactly 1/20 count as 0.05, whatever (1 − 0.9)/2 rounds to. */
const SLACK = 1 + 1e-12;

/** A location with a confidence interval; a bound is infinite when no finite one can be had at that confidence. */
export interface Location {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** A collection in its order: its size, its ends, and how many elements are at most a value. */
interface Ordered {
  readonly size: number;
  readonly smallest: number;
  readonly largest: number;
  readonly countUpTo: (value: number) => number;
}

/**
 * The pseudo-median, the median of all Walsh averages (d_i + d_j)/2 with i <= j (Hodges & Lehmann 1963), with the
 * interval that inverts the two-sided signed-rank test (Tukey 1949): the q-th smallest and q-th largest Walsh average,
 * q the largest integer with P(W+ <= q − 1) <= (1 − confidence)/2 in the distribution without ties.
 * @param confidence two-sided, in (0, 1)
 * @returns values in the unit of d, low <= estimate <= high; −Infinity and Infinity when even P(W+ = 0) is too large.
 * The distribution is enumerated up to 300 values, then approximated by the normal curve.
 * @throws RangeError when d is empty or not finite, or confidence is not in (0, 1)
 */
export function hodgesLehmann(d: readonly number[], confidence: number): Location {
  const averages = walshAverages(d);
  return location(averages, signedRankCut(d.length, sideError(confidence)));
}

/**
 * The pseudo-median alone: the median of all Walsh averages (Hodges & Lehmann 1963).
 * @returns a value in the unit of d, between its smallest and largest
 * @throws RangeError when d is empty or not finite
 */
export function hodgesLehmannEstimate(d: readonly number[]): number {
  return middleOf(walshAverages(d));
}

/**
 * The shift from y to x, the median of all differences x_i − y_j (Hodges & Lehmann 1963), with the interval that
 * inverts the two-sided Mann–Whitney test (Moses 1965): the q-th smallest and q-th largest difference, q the largest
 * integer with P(U <= q − 1) <= (1 − confidence)/2 in the distribution without ties.
 * @param confidence two-sided, in (0, 1)
 * @returns values in the unit of x and y, low <= estimate <= high; infinite bounds when even P(U = 0) is too large.
 * The distribution is enumerated while the product of the sizes is at most 900 or one is below 15, then approximated by the normal curve.
 * @throws RangeError when a sample is empty or not finite, or confidence is not in (0, 1)
 */
export function hodgesLehmannShift(x: readonly number[], y: readonly number[], confidence: number): Location {
  const differences = pairwiseDifferences(x, y);
  return location(differences, rankSumCut(x.length, y.length, sideError(confidence)));
}

function sideError(confidence: number): number {
  requireOpenUnit(confidence, 'confidence');
  return (1 - confidence) / 2;
}

function location(values: Ordered, cut: number): Location {
  const estimate = middleOf(values);
  if (cut === 0) return { estimate, low: -Infinity, high: Infinity };
  return { estimate, low: pick(values, cut), high: pick(values, values.size + 1 - cut) };
}

function middleOf(values: Ordered): number {
  const lower = pick(values, Math.floor((values.size + 1) / 2));
  return values.size % 2 === 1 ? lower : midpoint(lower, pick(values, values.size / 2 + 1));
}

function pick(values: Ordered, k: number): number {
  return orderStatistic(k, values.countUpTo, values.smallest, values.largest);
}

function walshAverages(d: readonly number[]): Ordered {
  requireFinite(d, 1);
  const sorted = Float64Array.from(d).sort();
  const n = sorted.length;
  const countUpTo = (value: number): number => {
    let count = 0;
    let j = n - 1;
    for (let i = 0; i <= j; i++) {
      while (j >= i && midpoint(cell(sorted, i), cell(sorted, j)) > value) j--;
      count += j - i + 1;
    }
    return count;
  };
  return { size: (n * (n + 1)) / 2, smallest: cell(sorted, 0), largest: cell(sorted, n - 1), countUpTo };
}

function pairwiseDifferences(x: readonly number[], y: readonly number[]): Ordered {
  requireFinite(x, 1);
  requireFinite(y, 1);
  const left = Float64Array.from(x).sort();
  const right = Float64Array.from(y).sort();
  const [n, m] = [left.length, right.length];
  const countUpTo = (value: number): number => {
    let count = 0;
    let j = 0;
    for (const minuend of left) {
      while (j < m && minuend - cell(right, j) > value) j++;
      count += m - j;
    }
    return count;
  };
  const smallest = cell(left, 0) - cell(right, m - 1);
  const largest = cell(left, n - 1) - cell(right, 0);
  if (!Number.isFinite(largest - smallest)) throw new RangeError('the differences are too large for a double');
  return { size: n * m, smallest, largest, countUpTo };
}

function signedRankCut(n: number, error: number): number {
  if (n > EXACT_UP_TO) return normalCut((n * (n + 1)) / 4, (n * (n + 1) * (2 * n + 1)) / 24, error);
  return tableCut(coinSubsetSums(Float64Array.from({ length: n }, (_, k) => k + 1)), error);
}

function rankSumCut(n: number, m: number, error: number): number {
  const ranks = Float64Array.from({ length: n + m }, (_, k) => k + 1);
  const enumerable = n * m <= EXACT_UP_TO_PRODUCT || Math.min(n, m) < SMALL;
  const sums = enumerable ? sizedSubsetSums(ranks, Math.min(n, m)) : undefined;
  if (sums === undefined) return normalCut((n * m) / 2, (n * m * (n + m + 1)) / 12, error);
  return tableCut(sums.mass, error);
}

/** The largest q for which the first q masses add up to at most `error`. */
function tableCut(mass: Float64Array, error: number): number {
  let cumulative = 0;
  for (let q = 0; q < mass.length; q++) {
    cumulative += cell(mass, q);
    if (cumulative > error * SLACK) return q;
  }
  return mass.length;
}

function normalCut(mean: number, variance: number, error: number): number {
  return Math.max(0, Math.floor(mean + normalQuantile(error) * Math.sqrt(variance) + 0.5));
}
