import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from './at.ts';
import { mannWhitney, mannWhitneyMinimumP, mannWhitneyZ, mannWhitneyZCeiling } from './mann-whitney.ts';
import { normalSf } from './normal.ts';
import { continuityCorrectedP } from './normal-approximation.ts';

const MALES = [19, 22, 16, 29, 24];
const FEMALES = [20, 11, 17, 12];
const PERMEABILITY_X = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const PERMEABILITY_Y = [1.15, 0.88, 0.9, 0.74, 1.21];
const TIED_X = [1, 2, 2, 3, 5];
const TIED_Y = [2, 3, 4, 5, 6, 6];
const few = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 });

function countPairs(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, a) => sum + y.reduce((u, b) => u + (a > b ? 1 : a === b ? 0.5 : 0), 0), 0);
}

/** Shares of all ways to choose x from the pooled values whose U is at most, and at least, the observed one. */
function enumerated(x: readonly number[], y: readonly number[]): { less: number; greater: number } {
  const pooled = [...x, ...y];
  const observed = countPairs(x, y);
  let [all, less, greater] = [0, 0, 0];
  for (let chosen = 0; chosen < 2 ** pooled.length; chosen++) {
    const left = pooled.filter((_, k) => (chosen >> k) & 1);
    if (left.length !== x.length) continue;
    const u = countPairs(
      left,
      pooled.filter((_, k) => !((chosen >> k) & 1)),
    );
    all++;
    if (u <= observed) less++;
    if (u >= observed) greater++;
  }
  return { less: less / all, greater: greater / all };
}

function constant(value: number, n: number): number[] {
  return Array.from({ length: n }, () => value);
}

describe('mannWhitney()', () => {
  it('mannWhitney() reproduces the example of the SciPy manual', () => {
    expect(mannWhitney(MALES, FEMALES, 'two_sided').statistic).toBe(17);
    expect(mannWhitney(MALES, FEMALES, 'two_sided').p).toBeCloseTo(1 / 9, 12);
    expect(mannWhitney(MALES, FEMALES, 'greater').p).toBeCloseTo(1 / 18, 12);
    expect(mannWhitney(MALES, FEMALES, 'less').p).toBeCloseTo(61 / 63, 12);
  });

  it('mannWhitney() reproduces the permeability example of Hollander & Wolfe', () => {
    const test = mannWhitney(PERMEABILITY_X, PERMEABILITY_Y, 'greater');
    expect(test).toMatchObject({ statistic: 35, exact: true });
    expect(test.p).toBeCloseTo(0.1272061272061272, 12);
    expect(mannWhitney(PERMEABILITY_X, PERMEABILITY_Y, 'two_sided').p).toBeCloseTo(0.2544122544122544, 12);
  });

  it('mannWhitney() is exact with ties', () => {
    expect(mannWhitney(TIED_X, TIED_Y, 'less')).toMatchObject({ statistic: 6, exact: true });
    expect(mannWhitney(TIED_X, TIED_Y, 'less').p).toBeCloseTo(29 / 462, 12);
    expect(mannWhitney(TIED_X, TIED_Y, 'greater').p).toBeCloseTo(445 / 462, 12);
    expect(mannWhitney(TIED_X, TIED_Y, 'two_sided').p).toBeCloseTo(58 / 462, 12);
  });

  it('mannWhitney() agrees with enumerating every arrangement', () => {
    fc.assert(
      fc.property(few, few, (x, y) => {
        const { less, greater } = enumerated(x, y);
        expect(mannWhitney(x, y, 'less').p).toBeCloseTo(less, 12);
        expect(mannWhitney(x, y, 'greater').p).toBeCloseTo(greater, 12);
        expect(mannWhitney(x, y, 'two_sided').p).toBeCloseTo(Math.min(1, 2 * Math.min(less, greater)), 12);
      }),
      { numRuns: 40 },
    );
  });

  it('mannWhitney() mirrors when the samples change places, and ignores the unit', () => {
    fc.assert(
      fc.property(few, few, (x, y) => {
        const test = mannWhitney(x, y, 'greater');
        const mirrored = mannWhitney(y, x, 'less');
        expect(test.statistic + mirrored.statistic).toBe(x.length * y.length);
        expect(test.p).toBeCloseTo(mirrored.p, 13);
        const scale = (values: number[]): number[] => values.map((value) => Math.exp(value) * 1e-9);
        expect(mannWhitney(scale(x), scale(y), 'greater')).toEqual(test);
      }),
    );
  });

  it('mannWhitney() is exact up to 100 values on each side and close to it beyond', () => {
    const line = (n: number, shift: number): number[] => Array.from({ length: n }, (_, k) => k * 2 + shift);
    const exact = mannWhitney(line(100, 31), line(100, 0), 'two_sided');
    expect(exact.exact).toBe(true);
    const approximate = mannWhitney(line(101, 31), line(101, 0), 'two_sided');
    expect(approximate.exact).toBe(false);
    const deviation = Math.sqrt((100 * 100 * 201) / 12);
    expect(continuityCorrectedP(exact.statistic, 5000, deviation, 'two_sided')).toBeCloseTo(exact.p, 3);
    expect(mannWhitney(constant(1, 3000), constant(1, 3000), 'greater').p).toBe(1);
  });

  it('mannWhitney() refuses empty samples and NaN, and ranks infinities', () => {
    expect(() => mannWhitney([], [1], 'less')).toThrow(RangeError);
    expect(() => mannWhitney([1], [NaN], 'less')).toThrow(RangeError);
    expect(mannWhitney([Infinity, 5], [1, -Infinity], 'greater').p).toBeCloseTo(1 / 6, 12);
  });
});

describe('continuityCorrectedP()', () => {
  it('continuityCorrectedP() reproduces the asymptotic examples', () => {
    const deviation = Math.sqrt((5 * 4 * 10) / 12);
    expect(continuityCorrectedP(17, 10, deviation, 'two_sided')).toBeCloseTo(0.11134688653314041, 12);
    const tied = Math.sqrt(((5 * 6) / 12) * (12 - 42 / 110));
    expect(continuityCorrectedP(6, 15, tied, 'two_sided')).toBeCloseTo(0.11475530327740123, 12);
    expect(continuityCorrectedP(3, 3, 0, 'greater')).toBe(1);
  });
});

describe('mannWhitneyZ()', () => {
  it('mannWhitneyZ() is the z without corrections', () => {
    expect(2 * normalSf(mannWhitneyZ(MALES, FEMALES))).toBeCloseTo(0.0864107329737, 12);
    expect(mannWhitneyZ([6, 7, 8, 9, 10], [1, 2, 3, 4, 5])).toBeCloseTo(Math.sqrt(75 / 11), 12);
    expect(mannWhitneyZ([1, 1], [1, 1, 1])).toBe(0);
  });

  it('mannWhitneyZ() never exceeds mannWhitneyZCeiling() and mirrors', () => {
    fc.assert(
      fc.property(few, few, (x, y) => {
        const z = mannWhitneyZ(x, y);
        expect(Math.abs(z)).toBeLessThanOrEqual(mannWhitneyZCeiling(x.length, y.length) * (1 + 1e-15));
        expect(mannWhitneyZ(y, x)).toBeCloseTo(-z, 13);
      }),
    );
  });

  it('mannWhitneyZ() reaches 2 from U = 23 on at 5 against 5, with a size of 4/252', () => {
    const against = [10, 20, 30, 40, 50];
    const u22 = [51, 52, 53, 54, 25];
    const u23 = [51, 52, 53, 54, 35];
    expect(mannWhitneyZ(u22, against)).toBeLessThan(2);
    expect(mannWhitneyZ(u23, against)).toBeGreaterThanOrEqual(2);
    expect(mannWhitney(u23, against, 'greater')).toMatchObject({ statistic: 23, exact: true });
    expect(mannWhitney(u23, against, 'greater').p).toBeCloseTo(4 / 252, 12);
  });
});

describe('mannWhitneyZCeiling()', () => {
  it('mannWhitneyZCeiling() reproduces the ceilings for equal sizes', () => {
    const ceilings = [1.5491933384829668, 1.9639610121239315, 2.309401076758503, 2.6111648393354674];
    expect(ceilings.map((_, k) => mannWhitneyZCeiling(k + 2, k + 2))).toEqual(
      ceilings.map((z) => expect.closeTo(z, 12) as number),
    );
    expect(2 * normalSf(mannWhitneyZCeiling(5, 5))).toBeCloseTo(0.009023438818080326, 12);
    expect(() => mannWhitneyZCeiling(0, 5)).toThrow(RangeError);
  });
});

describe('mannWhitneyMinimumP()', () => {
  const smallest = [
    1, 0.3333333333333333, 0.1, 0.02857142857142857, 0.007936507936507936, 0.0021645021645021645, 0.0005827505827505828,
    0.0001554001554001554, 4.113533525298231e-5, 1.082508822446903e-5,
  ];

  it('mannWhitneyMinimumP() reproduces the table, and mannWhitney() attains it', () => {
    smallest.forEach((p, k) => {
      const low = Array.from({ length: k + 1 }, (_, i) => i);
      const high = low.map((value) => value + 100);
      expect(mannWhitneyMinimumP(k + 1, k + 1) / p).toBeCloseTo(1, 12);
      expect(mannWhitney(low, high, 'two_sided').p / p).toBeCloseTo(1, 12);
    });
  });

  it('mannWhitneyMinimumP() covers unequal, empty and huge samples', () => {
    expect(mannWhitneyMinimumP(3, 5)).toBeCloseTo(2 / 56, 14);
    expect(mannWhitneyMinimumP(5, 3)).toBe(mannWhitneyMinimumP(3, 5));
    expect(mannWhitneyMinimumP(0, 5)).toBe(1);
    expect(mannWhitneyMinimumP(5000, 5000)).toBe(0);
    expect(() => mannWhitneyMinimumP(1.5, 3)).toThrow(RangeError);
    expect(at(smallest, 4)).toBeCloseTo(2 / 252, 14);
  });
});
