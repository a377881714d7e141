/**
 * The number half way between two finite numbers.
 * @returns (a + b)/2, correctly rounded and never infinite, even where a + b overflows; non-decreasing in a and in b
 */
export function midpoint(a: number, b: number): number {
  const half = (a + b) / 2;
  return Number.isFinite(half) ? half : a / 2 + b / 2;
}
