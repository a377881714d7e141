import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile, normalSf } from './normal.ts';

/** z and P(Z >= z), from 80-digit decimal arithmetic. */
const UPPER_TAILS: readonly (readonly [number, number])[] = [
  [1e-9, 0.49999999960105773],
  [0.1, 0.460172162722971],
  [0.5, 0.3085375387259869],
  [0.99, 0.1610870595108309],
  [1, 0.15865525393145705],
  [1.01, 0.1562476450212546],
  [1.5, 0.06680720126885807],
  [2, 0.02275013194817921],
  [2.5, 0.006209665325776135],
  [3, 0.0013498980316300946],
  [4, 3.1671241833119924e-5],
  [5, 2.866515718791939e-7],
  [8, 6.220960574271784e-16],
  [12, 1.776482112077679e-33],
  [20, 2.7536241186062337e-89],
  [30.3, 5.731723503315496e-202],
  [37.5, 4.605353009581955e-308],
];

/** p and the z with P(Z <= z) = p, by bisection of the same tails. */
const QUANTILES: readonly (readonly [number, number])[] = [
  [1e-300, -37.0470962993612],
  [1e-100, -21.273453560965326],
  [1e-20, -9.262340089798409],
  [1e-10, -6.361340902404057],
  [1e-5, -4.264890793922825],
  [0.001, -3.0902323061678136],
  [0.01, -2.326347874040841],
  [0.025, -1.959963984540054],
  [0.05, -1.6448536269514729],
  [0.1, -1.2815515655446006],
  [0.2, -0.8416212335729142],
  [0.25, -0.6744897501960818],
  [0.3, -0.5244005127080409],
  [0.4, -0.2533471031357998],
  [0.49, -0.02506890825871106],
  [0.49999999999, -2.506628482030354e-11],
];

function relativeError(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1);
}

describe('normalCdf() and normalSf()', () => {
  it.each(UPPER_TAILS)('normalSf(%d) is %d to 1e-14', (z, tail) => {
    expect(relativeError(normalSf(z), tail)).toBeLessThan(1e-14);
    expect(relativeError(normalCdf(-z), tail)).toBeLessThan(1e-14);
    expect(relativeError(normalCdf(z), 1 - tail)).toBeLessThan(1e-14);
  });

  it('normalCdf() reaches its limits and refuses NaN', () => {
    expect([normalCdf(0), normalCdf(Infinity), normalCdf(-Infinity), normalSf(40)]).toEqual([0.5, 1, 0, 0]);
    expect(() => normalCdf(NaN)).toThrow(RangeError);
  });

  it('normalSf() never increases', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -37, max: 37, noNaN: true }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (z, step) => {
          expect(normalSf(z + step)).toBeLessThanOrEqual(normalSf(z) * (1 + 1e-14));
        },
      ),
    );
  });
});

describe('normalQuantile()', () => {
  it.each(QUANTILES)('normalQuantile(%d) is %d to 1e-14', (p, z) => {
    expect(relativeError(normalQuantile(p), z)).toBeLessThan(1e-14);
  });

  it('normalQuantile() inverts normalCdf() down to the smallest double', () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 0, noNaN: true }), (z) => {
        const tolerance = 1e-13 * Math.max(1, z * z);
        expect(relativeError(normalCdf(normalQuantile(normalCdf(z))), normalCdf(z))).toBeLessThan(tolerance);
      }),
    );
    expect(normalQuantile(Number.MIN_VALUE)).toBeCloseTo(-38.4674056, 6);
  });

  it('normalQuantile() is 0 at one half, antisymmetric, and refuses 0, 1 and NaN', () => {
    expect(normalQuantile(0.5)).toBe(0);
    expect(normalQuantile(0.75)).toBe(-normalQuantile(0.25));
    for (const p of [0, 1, -0.1, 1.1, NaN]) expect(() => normalQuantile(p)).toThrow(RangeError);
  });
});
