import { midpoint } from './midpoint.ts';

/**
 * The k-th smallest element of a collection that is never written out, found by halving an interval of values until no
 * double is left between its ends (Johnson & Mizoguchi 1978 rank such collections the same way).
 * @param k 1 for the smallest element
 * @param countUpTo how many elements are <= a value
 * @param low the smallest element
 * @param high the largest element
 * @returns that element exactly; about 60 calls of `countUpTo`, 1 100 at the very worst (an answer at or next to 0)
 */
export function orderStatistic(k: number, countUpTo: (value: number) => number, low: number, high: number): number {
  if (countUpTo(low) >= k) return low + 0;
  let below = low;
  let reaching = high;
  for (;;) {
    const middle = midpoint(below, reaching);
    if (middle <= below || middle >= reaching) return reaching + 0;
    if (countUpTo(middle) >= k) reaching = middle;
    else below = middle;
  }
}
