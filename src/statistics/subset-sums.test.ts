import { describe, expect, it } from 'vitest';
import { coinSubsetSums, sizedSubsetSums, tails } from './subset-sums.ts';

describe('coinSubsetSums()', () => {
  it('coinSubsetSums() enumerates every subset', () => {
    expect([...coinSubsetSums(Float64Array.of(1, 2, 3))].map((p) => p * 8)).toEqual([1, 1, 1, 2, 1, 1, 1]);
    expect([...coinSubsetSums(new Float64Array(0))]).toEqual([1]);
  });
});

describe('sizedSubsetSums()', () => {
  it('sizedSubsetSums() enumerates the subsets of one size', () => {
    const sums = sizedSubsetSums(Float64Array.of(5, 1, 2, 4, 3), 2);
    expect(sums?.lowest).toBe(3);
    expect([...(sums?.mass ?? [])].map((p) => Math.round(p * 10))).toEqual([1, 1, 2, 2, 2, 1, 1]);
  });

  it('sizedSubsetSums() declines tables that are too large or overflow', () => {
    expect(
      sizedSubsetSums(
        Float64Array.from({ length: 202 }, (_, k) => k + 1),
        101,
      ),
    ).toBeUndefined();
    expect(sizedSubsetSums(new Float64Array(2000).fill(7), 1000)).toBeUndefined();
  });
});

describe('tails()', () => {
  it('tails() includes the value on both sides', () => {
    expect(tails(Float64Array.of(0.25, 0.5, 0.25), 1)).toEqual({ less: 0.75, greater: 0.75 });
  });
});
