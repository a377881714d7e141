import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directedZ, meanAndStandardError } from './welch.ts';

const measured = fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 1000);
const sample = fc.array(measured, { minLength: 2, maxLength: 12 });

function constant(value: number, n: number): number[] {
  return Array.from({ length: n }, () => value);
}

describe('meanAndStandardError()', () => {
  it('meanAndStandardError() divides by n - 1 and by n', () => {
    const { mean, standardError } = meanAndStandardError([10, 11, 9, 10, 10]);
    expect(mean).toBe(10);
    expect(standardError).toBeCloseTo(Math.sqrt(0.5 / 5), 15);
  });

  it('meanAndStandardError() leaves no rounding residue in a constant sample', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 2, max: 40 }), (value, n) => {
        expect(meanAndStandardError(constant(value, n))).toEqual({ mean: value, standardError: 0 });
      }),
    );
  });

  it('meanAndStandardError() passes on what is not finite', () => {
    expect(meanAndStandardError([Infinity, 2, 3])).toEqual({ mean: Infinity, standardError: NaN });
    expect(meanAndStandardError([Infinity, Infinity])).toEqual({ mean: Infinity, standardError: NaN });
    expect(meanAndStandardError([1, NaN])).toEqual({ mean: NaN, standardError: NaN });
  });

  it('meanAndStandardError() refuses one value and squares beyond a double', () => {
    expect(() => meanAndStandardError([1])).toThrow(RangeError);
    expect(() => meanAndStandardError([1e200, 2e200])).toThrow(RangeError);
    expect(meanAndStandardError([1e200, 1e200]).standardError).toBe(0);
  });
});

describe('directedZ()', () => {
  it('directedZ() reproduces the worked example', () => {
    const [baseline, candidate] = [
      [10, 11, 9, 10, 10],
      [12, 13, 12, 11, 12],
    ] as const;
    expect(directedZ(baseline, candidate, 'maximize')).toBeCloseTo(4.47213595499958, 12);
    expect(directedZ(baseline, candidate, 'minimize')).toBeCloseTo(-4.47213595499958, 12);
  });

  it('directedZ() without spread is 0 or infinite towards the better side', () => {
    expect(directedZ(constant(0.7, 10), constant(0.7, 5), 'minimize')).toBe(0);
    expect(directedZ([2, 2], [1, 1], 'minimize')).toBe(Infinity);
    expect(directedZ([2, 2], [1, 1], 'maximize')).toBe(-Infinity);
  });

  it('directedZ() of equal means with spread is -0 when minimizing', () => {
    expect(directedZ([1, 2], [2, 1], 'minimize')).toBe(-0);
    expect(directedZ([1, 2], [2, 1], 'maximize')).toBe(0);
  });

  it('directedZ() mirrors with the direction and with the samples', () => {
    fc.assert(
      fc.property(sample, sample, (baseline, candidate) => {
        const z = directedZ(baseline, candidate, 'maximize');
        expect(directedZ(baseline, candidate, 'minimize') + 0).toBe(-z + 0);
        expect(directedZ(candidate, baseline, 'maximize') + 0).toBe(-z + 0);
      }),
    );
  });

  it('directedZ() is NaN when a value is infinite', () => {
    expect(directedZ([1, 2], [Infinity, Infinity], 'maximize')).toBeNaN();
  });
});
