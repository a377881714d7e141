import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from './at.ts';
import { hodgesLehmannEstimate } from './hodges-lehmann.ts';
import { createMersenneTwister } from './mersenne-twister.ts';
import { rankE, rankEInterval } from './rank-e.ts';

const halves = fc.array(
  fc.integer({ min: -20, max: 20 }).map((value) => value / 2),
  { minLength: 1, maxLength: 13 },
);

/** Bounds found by asking rankE() at every Walsh average and half way between neighbours. */
function scanned(d: readonly number[], confidence: number): { low: number; high: number } {
  const threshold = 2 / (1 - confidence);
  const averages = [...new Set(d.flatMap((a) => d.map((b) => (a + b) / 2)))].sort((a, b) => a - b);
  const bound = (side: 'greater' | 'less', ends: number[], outward: number): number => {
    if (rankE(d, at(ends, 0) + outward, side).maxE < threshold) return outward * Infinity;
    for (const [k, end] of ends.entries()) {
      const inner = ((ends[k + 1] ?? end - 2 * outward) + end) / 2;
      if (rankE(d, end, side).maxE < threshold || rankE(d, inner, side).maxE < threshold) return end;
    }
    return at(ends, ends.length - 1);
  };
  const low = bound('greater', averages, -1);
  const high = bound('less', [...averages].reverse(), 1);
  const estimate = hodgesLehmannEstimate(d);
  return { low: Math.min(low, high, estimate), high: Math.max(low, high, estimate) };
}

function noise(seed: number, n: number): number[] {
  const generator = createMersenneTwister(BigInt(seed));
  const uniform = (): number => (generator.nextUint32() + 0.5) / 2 ** 32;
  return Array.from({ length: n }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

function constant(value: number, n: number): number[] {
  return Array.from({ length: n }, () => value);
}

describe('rankEInterval()', () => {
  it('rankEInterval() agrees with asking rankE() everywhere, ties included', () => {
    fc.assert(
      fc.property(halves, fc.constantFrom(0.5, 0.8, 0.9, 0.95), (d, confidence) => {
        expect(rankEInterval(d, confidence)).toEqual(scanned(d, confidence));
      }),
      { numRuns: 60 },
    );
  });

  it('rankEInterval() has no finite bound while no evidence could reach 2/(1 - confidence)', () => {
    const unbounded = { low: -Infinity, high: Infinity };
    expect(rankEInterval([], 0.95)).toEqual(unbounded);
    expect(rankEInterval([5, 4, 3, 3.5, 4.5, 4.2], 0.95)).toEqual(unbounded);
    expect(rankEInterval([1, 2, 3, 4, 5, 6, 7], 0.95).low).toBeGreaterThan(-Infinity);
    expect(rankEInterval([7, 7, 7], 0.95)).toEqual(unbounded);
    expect(rankEInterval(constant(7, 20), 0.95)).toEqual({ low: 7, high: 7 });
  });

  it('rankEInterval() contains the estimate, mirrors, moves and scales with the values', () => {
    fc.assert(
      fc.property(halves, (d) => {
        const { low, high } = rankEInterval(d, 0.8);
        const estimate = hodgesLehmannEstimate(d);
        expect(low).toBeLessThanOrEqual(estimate);
        expect(high).toBeGreaterThanOrEqual(estimate);
        const mirrored = rankEInterval(
          d.map((value) => -value),
          0.8,
        );
        expect([0 - mirrored.high, 0 - mirrored.low]).toEqual([low, high]);
        const moved = rankEInterval(
          d.map((value) => value * 4 + 64),
          0.8,
        );
        expect(moved).toEqual({ low: low * 4 + 64, high: high * 4 + 64 });
      }),
      { numRuns: 60 },
    );
  });

  it('rankEInterval() widens with confidence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const d = noise(seed, 16);
        const [narrow, wide] = [rankEInterval(d, 0.8), rankEInterval(d, 0.95)];
        expect(wide.low).toBeLessThanOrEqual(narrow.low);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
      }),
      { numRuns: 30 },
    );
  });

  it('rankEInterval() misses the true location less often than 1 - confidence', () => {
    const runs = Array.from({ length: 300 }, (_, seed) => rankEInterval(noise(seed, 20), 0.8));
    const missed = runs.filter(({ low, high }) => low > 0 || high < 0).length;
    expect(missed / runs.length).toBeLessThanOrEqual(0.2);
    expect(missed).toBeGreaterThan(0);
  });

  it('rankEInterval() shrinks as evidence grows and stays ordered when the location jumps', () => {
    const steady = noise(7, 100);
    const [few, many] = [rankEInterval(steady.slice(0, 20), 0.95), rankEInterval(steady, 0.95)];
    expect(many.high - many.low).toBeLessThan(few.high - few.low);
    const jumping = [...noise(1, 15), ...noise(2, 30).map((value) => value + 1000)];
    const { low, high } = rankEInterval(jumping, 0.95);
    expect(low).toBeLessThanOrEqual(high);
  });

  it('rankEInterval() refuses what is not finite and impossible confidences', () => {
    expect(() => rankEInterval([1, NaN], 0.95)).toThrow(RangeError);
    expect(() => rankEInterval([1], 1)).toThrow(RangeError);
  });
});
