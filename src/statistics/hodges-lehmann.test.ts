import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from './at.ts';
import { hodgesLehmann, hodgesLehmannEstimate, hodgesLehmannShift } from './hodges-lehmann.ts';
import { mannWhitney } from './mann-whitney.ts';
import { signedRank } from './signed-rank.ts';

const BEFORE = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
const DEPRESSION = BEFORE.map((value, k) => value - at(AFTER, k));
const MAIZE = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75];
const PERMEABILITY_X = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const PERMEABILITY_Y = [1.15, 0.88, 0.9, 0.74, 1.21];
const BASE = [100, 102, 98, 101, 99, 103, 97, 100];
const HEAD = [105, 108, 101, 107, 104, 109, 103, 106];
const measured = fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 1000);
const sample = fc.array(measured, { minLength: 1, maxLength: 25 });

function expectLocation(
  actual: { estimate: number; low: number; high: number },
  estimate: number,
  low: number,
  high: number,
): void {
  expect(actual.estimate).toBeCloseTo(estimate, 10);
  expect(actual.low).toBeCloseTo(low, 10);
  expect(actual.high).toBeCloseTo(high, 10);
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (at(sorted, Math.ceil(half) - 1) + at(sorted, Math.floor(half))) / 2;
}

describe('hodgesLehmann()', () => {
  it('hodgesLehmann() reproduces the depression example of Hollander & Wolfe', () => {
    expectLocation(hodgesLehmann(DEPRESSION, 0.95), 0.46, 0.01, 0.786);
    expectLocation(hodgesLehmann(DEPRESSION, 0.9), 0.46, 0.175, 0.726);
  });

  it("hodgesLehmann() reproduces Darwin's maize", () => {
    expect(hodgesLehmann(MAIZE, 0.95)).toEqual({ estimate: 25, low: 4, high: 41.5 });
  });

  it('hodgesLehmann() reproduces the paired log-ratios', () => {
    const d = HEAD.map((value, k) => Math.log(value / at(BASE, k)));
    const ratio = hodgesLehmann(d, 0.95);
    expect(Math.exp(ratio.estimate)).toBeCloseTo(1.055114991167907, 12);
    expect(Math.exp(ratio.low)).toBeCloseTo(1.0443408972405976, 12);
    expect(Math.exp(ratio.high)).toBeCloseTo(1.0603385159204823, 12);
    expect(Math.exp(hodgesLehmann(d, 0.9).low)).toBeCloseTo(1.0449099170234137, 12);
    expect(Math.exp(hodgesLehmann(d, 0.9).high)).toBeCloseTo(1.06, 12);
  });

  it('hodgesLehmann() has no finite bound before 6 values at 0.95', () => {
    expect(hodgesLehmann([1, 2, 3, 4, 5], 0.95)).toEqual({ estimate: 3, low: -Infinity, high: Infinity });
    expect(hodgesLehmann([1, 2, 3, 4, 5, 6], 0.95)).toEqual({ estimate: 3.5, low: 1, high: 6 });
    expect(hodgesLehmann([7, 9], 0.5)).toEqual({ estimate: 8, low: 7, high: 9 });
  });

  it('hodgesLehmann() keeps exactly the locations that signedRank() does not reject', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -5000, max: 5000 }), { minLength: 6, maxLength: 14 }), (cubes) => {
        const d = cubes.map((value) => value * Math.SQRT2 + value ** 3 * 1e-5);
        const { low, high } = hodgesLehmann(d, 0.9);
        const p = (tau: number): number =>
          signedRank(
            d.map((value) => value - tau),
            'two_sided',
          ).p;
        expect(p(low - 1e-7)).toBeLessThanOrEqual(0.1);
        expect(p(low + 1e-7)).toBeGreaterThan(0.1);
        expect(p(high - 1e-7)).toBeGreaterThan(0.1);
        expect(p(high + 1e-7)).toBeLessThanOrEqual(0.1);
      }),
      { numRuns: 40, seed: 11 },
    );
  });

  it('hodgesLehmann() contains its estimate and mirrors with the sign', () => {
    fc.assert(
      fc.property(sample, fc.double({ min: 0.5, max: 0.999, noNaN: true }), (d, confidence) => {
        const { estimate, low, high } = hodgesLehmann(d, confidence);
        expect(low).toBeLessThanOrEqual(estimate);
        expect(high).toBeGreaterThanOrEqual(estimate);
        const mirrored = hodgesLehmann(
          d.map((value) => -value),
          confidence,
        );
        expect([-mirrored.high + 0, -mirrored.low + 0, -mirrored.estimate + 0]).toEqual([low, high, estimate]);
      }),
    );
  });

  it('hodgesLehmann() continues smoothly where the enumeration ends', () => {
    const wave = (n: number): number[] => Array.from({ length: n }, (_, k) => Math.sin(k * 12.9898) + k / 1e6);
    const exact = hodgesLehmann(wave(300), 0.95);
    const approximate = hodgesLehmann(wave(301), 0.95);
    expect(approximate.low).toBeCloseTo(exact.low, 1);
    expect(approximate.high).toBeCloseTo(exact.high, 1);
    expect(approximate.high - approximate.low).toBeCloseTo(exact.high - exact.low, 2);
  });

  it('hodgesLehmann() refuses empty and infinite samples and impossible confidences', () => {
    expect(() => hodgesLehmann([], 0.95)).toThrow(RangeError);
    expect(() => hodgesLehmann([1, Infinity], 0.95)).toThrow(RangeError);
    expect(() => hodgesLehmann([1, 2], 1)).toThrow(RangeError);
  });
});

describe('hodgesLehmannEstimate()', () => {
  it('hodgesLehmannEstimate() is the median of the Walsh averages', () => {
    fc.assert(
      fc.property(sample, (d) => {
        const averages = d.flatMap((a, i) => d.slice(i).map((b) => (a + b) / 2));
        expect(hodgesLehmannEstimate(d)).toBe(medianOf(averages) + 0);
        expect(hodgesLehmann(d, 0.9).estimate).toBe(hodgesLehmannEstimate(d));
      }),
    );
  });
});

describe('hodgesLehmannShift()', () => {
  it('hodgesLehmannShift() reproduces the permeability example of Hollander & Wolfe', () => {
    expectLocation(hodgesLehmannShift(PERMEABILITY_X, PERMEABILITY_Y, 0.95), 0.305, -0.15, 0.76);
    expectLocation(hodgesLehmannShift(PERMEABILITY_X, PERMEABILITY_Y, 0.9), 0.305, -0.08, 0.72);
  });

  it('hodgesLehmannShift() is bounded at 3 against 3 from 0.9 down', () => {
    expect(hodgesLehmannShift([4, 5, 6], [1, 2, 3], 0.9)).toEqual({ estimate: 3, low: 1, high: 5 });
    expect(hodgesLehmannShift([4, 5, 6], [1, 2, 3], 0.91)).toMatchObject({ low: -Infinity, high: Infinity });
  });

  it('hodgesLehmannShift() is the median difference, keeps what mannWhitney() keeps, and mirrors', () => {
    const irrational = fc.uniqueArray(fc.integer({ min: -5000, max: 5000 }), { minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(irrational, irrational, (left, right) => {
        const x = left.map((value) => value * Math.SQRT2);
        const y = right.map((value) => value * Math.PI);
        const { estimate, low, high } = hodgesLehmannShift(x, y, 0.9);
        expect(estimate).toBeCloseTo(medianOf(x.flatMap((a) => y.map((b) => a - b))), 9);
        expect([-hodgesLehmannShift(y, x, 0.9).high, -hodgesLehmannShift(y, x, 0.9).low]).toEqual([low, high]);
        const p = (shift: number): number =>
          mannWhitney(
            x.map((value) => value - shift),
            y,
            'two_sided',
          ).p;
        expect(p(low - 1e-7)).toBeLessThanOrEqual(0.1 + 1e-12);
        expect(p(low + 1e-7)).toBeGreaterThan(0.1);
        expect(p(high - 1e-7)).toBeGreaterThan(0.1);
      }),
      { numRuns: 40, seed: 12 },
    );
  });

  it('hodgesLehmannShift() refuses empty samples and differences beyond a double', () => {
    expect(() => hodgesLehmannShift([], [1], 0.9)).toThrow(RangeError);
    expect(() => hodgesLehmannShift([1e308], [-1e308], 0.9)).toThrow(RangeError);
  });
});
