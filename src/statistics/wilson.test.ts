import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson.ts';

describe('wilsonInterval()', () => {
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('wilsonInterval() reproduces Newcombe 1998, table I: %d of %d', (successes, n, low, high) => {
    const interval = wilsonInterval(successes, n, 0.95);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('wilsonInterval() is exact at the edges', () => {
    expect(wilsonInterval(0, 20, 0.95).low).toBe(0);
    expect(wilsonInterval(20, 20, 0.95).high).toBe(1);
    expect(wilsonInterval(0, 0, 0.95)).toEqual({ low: 0, high: 1 });
  });

  it('wilsonInterval() contains the share, mirrors with failures, and widens with confidence', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.nat(500),
        fc.double({ min: 0.5, max: 0.99, noNaN: true }),
        (won, lost, confidence) => {
          const n = won + lost;
          const interval = wilsonInterval(won, n, confidence);
          const mirrored = wilsonInterval(lost, n, confidence);
          const wider = wilsonInterval(won, n, 0.995);
          expect(interval.low).toBeCloseTo(1 - mirrored.high, 12);
          expect(wider.low).toBeLessThanOrEqual(interval.low);
          expect(wider.high).toBeGreaterThanOrEqual(interval.high);
          if (n === 0) return;
          expect(interval.low).toBeLessThanOrEqual(won / n);
          expect(interval.high).toBeGreaterThanOrEqual(won / n);
        },
      ),
    );
  });

  it('wilsonInterval() refuses impossible counts and confidences', () => {
    for (const [k, n, confidence] of [
      [3, 2, 0.95],
      [-1, 2, 0.95],
      [0.5, 2, 0.95],
      [1, NaN, 0.95],
      [1, 2, 1],
      [1, 2, 0],
    ] as const) {
      expect(() => wilsonInterval(k, n, confidence)).toThrow(RangeError);
    }
  });
});
