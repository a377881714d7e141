import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damerauLevenshtein, nearest } from './nearest.ts';

describe('nearest()', () => {
  it.each([
    ['teir', 'tier'],
    ['promotion_sgima', 'promotion_sigma'],
    ['BASELINE-SEEDS', 'baseline_seeds'],
    ['nme', 'name'],
  ])('nearest() finds what %s means', (word, expected) => {
    expect(nearest(word, ['name', 'tier', 'promotion_sigma', 'promotion_z', 'baseline_seeds'])).toBe(expected);
  });

  it.each(['', 'x', 'zzzz', 'constructor', 'x'.repeat(10_000)])('nearest() finds nothing near %s', (word) => {
    expect(nearest(word, ['name', 'tier', 'env', 'gpu'])).toBeNull();
  });
});

describe('damerauLevenshtein()', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['abcd', 'acbd', 1],
    ['ca', 'abc', 2],
    ['kitten', 'sitting', 3],
  ])('damerauLevenshtein() of %j and %j', (left, right, distance) => {
    expect(damerauLevenshtein(left, right)).toBe(distance);
  });

  it('damerauLevenshtein() is a metric', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        const ab = damerauLevenshtein(a, b);
        expect(ab).toBe(damerauLevenshtein(b, a));
        expect(ab === 0).toBe(a === b);
        expect(ab).toBeLessThanOrEqual(damerauLevenshtein(a, c) + damerauLevenshtein(c, b));
      }),
    );
  });
});
