import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from './at.ts';
import { midpoint } from './midpoint.ts';
import { orderStatistic } from './order-statistic.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('orderStatistic()', () => {
  it('orderStatistic() finds the element that sorting finds, exactly', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 12 }), (values) => {
        const sorted = Float64Array.from(values).sort();
        const countUpTo = (value: number): number => sorted.filter((element) => element <= value).length;
        sorted.forEach((element, k) => {
          const found = orderStatistic(k + 1, countUpTo, at(sorted, 0), at(sorted, sorted.length - 1));
          expect(found === element).toBe(true);
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('midpoint()', () => {
  it('midpoint() lies between its ends, without overflow', () => {
    expect(midpoint(Number.MAX_VALUE, Number.MAX_VALUE)).toBe(Number.MAX_VALUE);
    expect(midpoint(1, 2)).toBe(1.5);
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        expect(midpoint(a, b)).toBeGreaterThanOrEqual(Math.min(a, b));
        expect(midpoint(a, b)).toBeLessThanOrEqual(Math.max(a, b));
      }),
    );
  });
});
