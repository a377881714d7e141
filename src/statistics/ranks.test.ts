import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageRanks, rankWeights } from './ranks.ts';

describe('averageRanks()', () => {
  it('averageRanks() counts from 1 and averages ties', () => {
    expect([...averageRanks([10, 30, 20])]).toEqual([1, 3, 2]);
    expect([...averageRanks([2, 1, 2, 3])]).toEqual([2.5, 1, 2.5, 4]);
    expect([...averageRanks([0, -0, 0])]).toEqual([2, 2, 2]);
    expect([...averageRanks([])]).toEqual([]);
  });

  it('averageRanks() orders infinities and refuses NaN', () => {
    expect([...averageRanks([Infinity, 0, -Infinity])]).toEqual([3, 2, 1]);
    expect(() => averageRanks([1, NaN])).toThrow(RangeError);
  });

  it('averageRanks() gives each value one plus the values below it plus half its other ties', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 20 }), (values) => {
        const expected = values.map((value) => {
          const below = values.filter((other) => other < value).length;
          return below + (values.filter((other) => other === value).length + 1) / 2;
        });
        expect([...averageRanks(values)]).toEqual(expected);
      }),
    );
  });
});

describe('rankWeights()', () => {
  it('rankWeights() doubles ranks only where halves occur', () => {
    expect(rankWeights(averageRanks([3, 1, 2]))).toEqual({ weights: Float64Array.of(3, 1, 2), scale: 1 });
    expect(rankWeights(averageRanks([1, 1]))).toEqual({ weights: Float64Array.of(3, 3), scale: 2 });
    expect(rankWeights(averageRanks([1, 1, 1]))).toEqual({ weights: Float64Array.of(2, 2, 2), scale: 1 });
  });
});
