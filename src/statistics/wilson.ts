import { normalQuantile } from './normal.ts';
import { requireCount, requireOpenUnit } from './preconditions.ts';

/**
 * Score interval for a proportion (Wilson 1927; method 3 of Newcombe 1998), without continuity correction.
 * @param confidence two-sided, in (0, 1)
 * @returns bounds in [0, 1] with low <= successes/n <= high; exactly 0 or 1 at the edge when every trial agrees, and
 * {low: 0, high: 1} when n is 0
 * @throws RangeError unless 0 <= successes <= n are integers and 0 < confidence < 1
 */
export function wilsonInterval(successes: number, n: number, confidence: number): { low: number; high: number } {
  requireCount(n, 'n', 0);
  requireCount(successes, 'successes', 0);
  if (successes > n) throw new RangeError(`${successes} successes in ${n} trials`);
  requireOpenUnit(confidence, 'confidence');
  if (n === 0) return { low: 0, high: 1 };

  const z = -normalQuantile((1 - confidence) / 2);
  const share = successes / n;
  const centre = share + (z * z) / (2 * n);
  const spread = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return {
    low: successes === 0 ? 0 : Math.min(share, (centre - spread) / scale),
    high: successes === n ? 1 : Math.max(share, (centre + spread) / scale),
  };
}
