import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from './at.ts';
import { largestRankE, pairsToReach, pushRankE, rankE, type Side, startRankE } from './rank-e.ts';

const WORKED = [0.05, 0.04, 0.06, -0.01, 0.05, 0.07, 0.03, 0.05, 0.06, 0.04];
const WORKED_E = [
  1.655218, 2.38211, 4.424727, 3.249228, 5.714677, 10.786734, 15.413238, 27.707258, 52.492216, 84.356164,
];
const RISING_E = [
  1.655218, 2.994761, 5.550174, 10.420915, 19.741181, 37.651015, 72.198852, 139.065895, 268.865605, 521.467735,
];
const MAGNITUDES = [3, 1, 4, 1.5, 5, 9, 2, 6];
const few = fc.array(fc.integer({ min: -6, max: 6 }), { maxLength: 12 });

function signPatterns(magnitudes: readonly number[]): number[][] {
  return Array.from({ length: 2 ** magnitudes.length }, (_, pattern) =>
    magnitudes.map((magnitude, k) => ((pattern >> k) & 1 ? magnitude : -magnitude)),
  );
}

describe('rankE()', () => {
  it('rankE() reproduces the worked example', () => {
    WORKED_E.forEach((e, k) => {
      expect(rankE(WORKED.slice(0, k + 1), 0, 'greater').e).toBeCloseTo(e, 6);
    });
    expect(rankE(WORKED, 0, 'greater').maxE).toBeCloseTo(84.356164, 6);
    expect(rankE(WORKED.slice(0, 4), 0, 'greater').maxE).toBeCloseTo(4.424727, 6);
  });

  it('rankE() averages to exactly 1 over all sign patterns, ties and zeros included', () => {
    for (const magnitudes of [
      MAGNITUDES,
      [1, 1, 2, 2, 2, 1, 3, 1],
      [0, 5, 0, 1, 1, 4, 0, 2],
      [8, 7, 6, 5, 4, 3, 2, 1],
    ]) {
      for (const length of [1, 3, 8]) {
        const patterns = signPatterns(magnitudes.slice(0, length));
        const total = patterns.reduce((sum, d) => sum + rankE(d, 0, 'greater').e, 0);
        expect(total / patterns.length).toBeCloseTo(1, 13);
      }
    }
  });

  it('rankE() reaches 1/alpha with probability at most alpha, whenever one looks', () => {
    const patterns = signPatterns([3, 1, 4, 1.5, 5, 9, 2, 6, 7, 8, 10, 0.5]);
    const peaks = patterns.map((d) => rankE(d, 0, 'less').maxE);
    for (const alpha of [0.2, 0.1, 0.05, 0.01]) {
      const share = peaks.filter((peak) => peak >= 1 / alpha).length / peaks.length;
      expect(share).toBeLessThanOrEqual(alpha);
      expect(share).toBeGreaterThan(0);
    }
  });

  it('rankE() mirrors: evidence for less is evidence for greater of the negated values', () => {
    fc.assert(
      fc.property(few, fc.integer({ min: -3, max: 3 }), (d, tau) => {
        const mirrored = d.map((value) => -value);
        expect(rankE(d, tau, 'less')).toEqual(rankE(mirrored, -tau, 'greater'));
      }),
    );
  });

  it('rankE() ignores the unit and a common shift of values and tau', () => {
    fc.assert(
      fc.property(few, fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.25, 8, 1024), (d, tau, unit) => {
        const moved = d.map((value) => (value + 17) * unit);
        expect(rankE(moved, (tau + 17) * unit, 'greater')).toEqual(rankE(d, tau, 'greater'));
      }),
    );
  });

  it('rankE() never exceeds largestRankE()', () => {
    fc.assert(
      fc.property(few, (d) => {
        expect(rankE(d, 0, 'greater').e).toBeLessThanOrEqual(largestRankE(d.length) * (1 + 1e-14));
      }),
    );
  });

  it('rankE() starts at 1 and does not move on tau itself', () => {
    expect(rankE([], 0, 'greater')).toEqual({ e: 1, maxE: 1 });
    expect(rankE([2, 2, 2], 2, 'less')).toEqual({ e: 1, maxE: 1 });
    expect(rankE([-1], 0, 'greater').maxE).toBe(rankE([-1], 0, 'greater').e);
  });

  it('rankE() refuses what is not finite', () => {
    expect(() => rankE([1, NaN], 0, 'greater')).toThrow(RangeError);
    expect(() => rankE([1], Infinity, 'greater')).toThrow(RangeError);
  });
});

describe('pushRankE()', () => {
  it('pushRankE() folds to rankE() and leaves earlier states alone', () => {
    const sides: Side[] = ['greater', 'less'];
    for (const side of sides) {
      let state = startRankE(0.02, side);
      const states = [state];
      WORKED.forEach((d, k) => {
        state = pushRankE(state, d);
        states.push(state);
        expect({ e: state.e, maxE: state.maxE }).toEqual(rankE(WORKED.slice(0, k + 1), 0.02, side));
      });
      states.forEach((earlier, k) => {
        expect(earlier.magnitudes).toHaveLength(k);
      });
    }
  });

  it('pushRankE() continues a state that went through JSON', () => {
    const half = WORKED.slice(0, 5).reduce(pushRankE, startRankE(0, 'greater'));
    const restored = JSON.parse(JSON.stringify(half)) as typeof half;
    expect(WORKED.slice(5).reduce(pushRankE, restored).e).toBe(rankE(WORKED, 0, 'greater').e);
  });
});

describe('largestRankE()', () => {
  it('largestRankE() is the evidence of rising values on one side', () => {
    RISING_E.forEach((e, k) => {
      expect(largestRankE(k + 1)).toBeCloseTo(e, 6);
      const rising = Array.from({ length: k + 1 }, (_, i) => i + 1);
      expect(rankE(rising, 0, 'greater').e / largestRankE(k + 1)).toBeCloseTo(1, 13);
    });
    expect(largestRankE(0)).toBe(1);
    expect(largestRankE(1027)).toBe(Infinity);
    expect(() => largestRankE(0.5)).toThrow(RangeError);
  });

  it('largestRankE() prints the table of attainable evidence', () => {
    const printed = ['5.55', '10.4', '19.7', '37.7', '72.2', '139', '269', '521'];
    expect(printed.map((_, k) => largestRankE(k + 3).toPrecision(3))).toEqual(printed);
  });
});

describe('pairsToReach()', () => {
  it('pairsToReach() is the first n whose largest evidence suffices', () => {
    expect([1, 20, 100, 200, 400, 1000, 2000].map(pairsToReach)).toEqual([0, 6, 8, 9, 10, 11, 13]);
    for (const [k, e] of RISING_E.entries()) expect(pairsToReach(e * 0.999)).toBe(k + 1);
    expect(pairsToReach(at(RISING_E, 4) * 1.001)).toBe(6);
    expect(() => pairsToReach(Infinity)).toThrow(RangeError);
  });
});
