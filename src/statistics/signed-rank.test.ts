import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from './at.ts';
import { normalSf } from './normal.ts';
import { continuityCorrectedP } from './normal-approximation.ts';
import { averageRanks } from './ranks.ts';
import { signedRank, signedRankMinimumP } from './signed-rank.ts';

const BEFORE = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
const DEPRESSION = BEFORE.map((value, k) => value - at(AFTER, k));
const MAIZE = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75];
const BASE = [100, 102, 98, 101, 99, 103, 97, 100];
const HEAD = [105, 108, 101, 107, 104, 109, 103, 106];
const few = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 9 });

/** Shares of all sign patterns whose W+ is at most, and at least, the observed one. */
function enumerated(d: readonly number[]): { less: number; greater: number } {
  const used = d.filter((value) => value !== 0);
  const ranks = averageRanks(used.map(Math.abs));
  const sum = (isPositive: (k: number) => boolean): number => ranks.reduce((w, r, k) => (isPositive(k) ? w + r : w), 0);
  const observed = sum((k) => at(used, k) > 0);
  const all = Array.from({ length: 2 ** used.length }, (_, signs) => sum((k) => ((signs >> k) & 1) === 1));
  return {
    less: all.filter((w) => w <= observed).length / all.length,
    greater: all.filter((w) => w >= observed).length / all.length,
  };
}

describe('signedRank()', () => {
  it('signedRank() reproduces the depression example of Hollander & Wolfe', () => {
    expect(signedRank(DEPRESSION, 'greater')).toEqual({ statistic: 40, p: 5 / 256, exact: true, n: 9 });
    expect(signedRank(DEPRESSION, 'less').p).toBe(505 / 512);
    expect(signedRank(DEPRESSION, 'two_sided').p).toBe(0.0390625);
    const deviation = Math.sqrt((9 * 10 * 19) / 24);
    expect(normalSf((40 - 22.5) / deviation)).toBeCloseTo(0.01907585508670757, 14);
  });

  it("signedRank() reproduces Darwin's maize", () => {
    expect(signedRank(MAIZE, 'two_sided')).toEqual({ statistic: 96, p: 0.041259765625, exact: true, n: 15 });
    expect(signedRank(MAIZE, 'greater').p).toBe(0.0206298828125);
  });

  it('signedRank() is exact with ties', () => {
    const d = [1, 1, 2, 2, 3, -1, 4, 5, 5, 6];
    expect(signedRank(d, 'greater')).toEqual({ statistic: 53, p: 1 / 256, exact: true, n: 10 });
    expect(signedRank(d, 'less').p).toBe(1023 / 1024);
    expect(signedRank(d, 'two_sided').p).toBe(0.0078125);
  });

  it('signedRank() drops zeros', () => {
    expect(signedRank([0, 0, 1, -2, 3, 4, 5], 'greater')).toEqual({ statistic: 13, p: 3 / 32, exact: true, n: 5 });
    expect(signedRank([0, -0], 'two_sided')).toEqual({ statistic: 0, p: 1, exact: true, n: 0 });
  });

  it('signedRank() finds 8 slower log-ratios of 8 at 1/256', () => {
    const d = HEAD.map((value, k) => Math.log(value / at(BASE, k)));
    expect(signedRank(d, 'greater')).toMatchObject({ statistic: 36, p: 1 / 256 });
  });

  it('signedRank() agrees with enumerating every sign pattern', () => {
    fc.assert(
      fc.property(few, (d) => {
        const { less, greater } = enumerated(d);
        expect(signedRank(d, 'less').p).toBe(less);
        expect(signedRank(d, 'greater').p).toBe(greater);
        expect(signedRank(d, 'two_sided').p).toBe(Math.min(1, 2 * Math.min(less, greater)));
      }),
      { numRuns: 60 },
    );
  });

  it('signedRank() mirrors with the sign and ignores the unit', () => {
    fc.assert(
      fc.property(few, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (d, unit) => {
        const test = signedRank(d, 'greater');
        expect(
          signedRank(
            d.map((value) => -value),
            'less',
          ).p,
        ).toBe(test.p);
        expect(
          signedRank(
            d.map((value) => value * unit),
            'greater',
          ),
        ).toEqual(test);
      }),
    );
  });

  it('signedRank() is exact up to 300 differences and close to it beyond', () => {
    const mixed = (n: number): number[] => Array.from({ length: n }, (_, k) => (k % 9 < 5 ? 1 : -1) * (1 + (k % 50)));
    const exact = signedRank(mixed(300), 'greater');
    expect(exact.exact).toBe(true);
    const ranks = averageRanks(mixed(300).map(Math.abs));
    const deviation = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0)) / 2;
    expect(continuityCorrectedP(exact.statistic, 22575, deviation, 'greater')).toBeCloseTo(exact.p, 3);
    expect(signedRank(mixed(301), 'greater')).toMatchObject({ exact: false, n: 301 });
  });

  it('signedRank() refuses NaN', () => {
    expect(() => signedRank([1, NaN], 'greater')).toThrow(RangeError);
  });
});

describe('signedRankMinimumP()', () => {
  it('signedRankMinimumP() is attained when every difference is positive', () => {
    for (let n = 0; n <= 12; n++) {
      const d = Array.from({ length: n }, (_, k) => k + 1);
      expect(signedRank(d, 'greater').p).toBe(signedRankMinimumP(n));
    }
    expect([5, 10].map(signedRankMinimumP)).toEqual([0.03125, 0.0009765625]);
    expect(() => signedRankMinimumP(-1)).toThrow(RangeError);
  });
});
