import { requireProbabilities } from './preconditions.ts';

/**
 * p-values adjusted for testing all of them, controlling the family-wise error rate (Holm 1979).
 * @returns one adjusted p in [0, 1] per input, in the order of the input
 * @throws RangeError when a value is not in [0, 1]
 */
export function holm(p: readonly number[]): number[] {
  requireProbabilities(p);
  const adjusted = [...p];
  let running = 0;
  ascending(p).forEach(({ value, index }, position) => {
    running = Math.max(running, Math.min(1, (p.length - position) * value));
    adjusted[index] = running;
  });
  return adjusted;
}

/**
 * p-values adjusted for testing all of them, controlling the false discovery rate (Benjamini & Hochberg 1995).
 * @returns one adjusted p in [0, 1] per input, in the order of the input
 * @throws RangeError when a value is not in [0, 1]
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  requireProbabilities(p);
  const adjusted = [...p];
  let running = 1;
  ascending(p)
    .reverse()
    .forEach(({ value, index }, position) => {
      running = Math.min(running, value * (p.length / (p.length - position)));
      adjusted[index] = running;
    });
  return adjusted;
}

function ascending(p: readonly number[]): { value: number; index: number }[] {
  return p.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
}
