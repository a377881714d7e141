import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean, median, minimumDetectableEffect, pairsForEffect, standardDeviation, variance } from './summary.ts';

const measured = fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 1000);
const sample = fc.array(measured, { minLength: 2, maxLength: 15 });

function constant(value: number, n: number): number[] {
  return Array.from({ length: n }, () => value);
}

describe('median()', () => {
  it('median() is the middle value or the mean of the middle two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([1e308, 1e308])).toBe(1e308);
    expect(() => median([])).toThrow(RangeError);
    expect(() => median([1, NaN])).toThrow(RangeError);
  });
});

describe('mean()', () => {
  it('mean() sums from left to right, and is exact for a constant', () => {
    expect(mean([1e16, 1, -1e16])).toBe(0);
    expect(mean(constant(0.7, 10))).toBe(0.7);
    expect(() => mean([])).toThrow(RangeError);
  });
});

describe('standardDeviation()', () => {
  it('standardDeviation() divides by n - 1', () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 14);
    expect(variance([1, 3])).toBe(2);
    expect(standardDeviation(constant(0.7, 10))).toBe(0);
    expect(() => standardDeviation([1])).toThrow(RangeError);
    expect(() => standardDeviation([1e200, -1e200])).toThrow(RangeError);
  });

  it('standardDeviation() scales with the unit', () => {
    fc.assert(
      fc.property(sample, (values) => {
        expect(standardDeviation(values.map((value) => value * -8))).toBe(standardDeviation(values) * 8);
      }),
    );
  });
});

describe('minimumDetectableEffect()', () => {
  it('minimumDetectableEffect() predicts 3.2 % for 20 pairs of typical noise', () => {
    expect((minimumDetectableEffect(0.044, 20) * 100).toFixed(1)).toBe('3.2');
    expect(minimumDetectableEffect(1, 1)).toBeCloseTo(3.17 * Math.sqrt(Math.PI / 3), 14);
    expect(minimumDetectableEffect(0, 5)).toBe(0);
  });

  it('minimumDetectableEffect() refuses negative spread and no pairs', () => {
    expect(() => minimumDetectableEffect(-1, 5)).toThrow(RangeError);
    expect(() => minimumDetectableEffect(1, 0)).toThrow(RangeError);
  });
});

describe('pairsForEffect()', () => {
  it('pairsForEffect() is the smallest n whose detectable effect suffices', () => {
    const positive = fc.double({ min: 1e-3, max: 10, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (sd, effect) => {
        const n = pairsForEffect(sd, effect);
        expect(minimumDetectableEffect(sd, n)).toBeLessThanOrEqual(effect * (1 + 1e-12));
        if (n > 1) expect(minimumDetectableEffect(sd, n - 1)).toBeGreaterThan(effect * (1 - 1e-12));
        expect(pairsForEffect(sd, -effect)).toBe(n);
      }),
    );
  });

  it('pairsForEffect() needs at least one pair and an effect', () => {
    expect(pairsForEffect(0, 0.05)).toBe(1);
    expect(pairsForEffect(1, 1e-300)).toBe(Infinity);
    expect(() => pairsForEffect(1, 0)).toThrow(RangeError);
    expect(() => pairsForEffect(Infinity, 1)).toThrow(RangeError);
  });
});
