import fc from 'fast-check';
import { expect, it } from 'vitest';
import { count, formatChange, formatMetric, formatNumber } from './quantity.ts';

it.each([
  [0.0314, '+3.1 %'],
  [-0.0314, '−3.1 %'],
  [0, '+0.0 %'],
  [-0, '+0.0 %'],
  [0.00001, '+0.001 %'],
  [1.5, '+150 %'],
  [1e8, '+1.000e+10 %'],
  [Number.POSITIVE_INFINITY, 'no bound'],
  [Number.NEGATIVE_INFINITY, 'no bound'],
  [1e307, 'no bound'],
  [Number.NaN, 'unknown'],
])('formatChange(%d) is %s', (fraction, text) => {
  expect(formatChange(fraction)).toBe(text);
});

it.each([
  [0, '0'],
  [-0, '0'],
  [1234.5678, '1234.57'],
  [0.0001, '0.0001'],
  [0.00001, '1.000e-5'],
  [1e9, '1.000e+9'],
  [-2.5, '-2.5'],
  [Number.NaN, 'not a number'],
  [Number.NEGATIVE_INFINITY, '−infinity'],
])('formatNumber(%d) is %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

it.each([
  [0.0000012, 's', '1.2 µs'],
  [0.0123456, 's', '12.35 ms'],
  [0, 's', '0 ms'],
  [12.3456, 's', '12.35 s'],
  [-0.5, 's', '-500 ms'],
  [1024, 'B', '1024 B'],
  [3.5 * 1024 ** 2, 'B', '3.5 MiB'],
  [5, 'instructions', '5 instructions'],
  [5, null, '5'],
  [1234567890, null, '1234567890'],
  [0.1 + 0.2, null, '0.3'],
])('formatMetric(%d, %s) is %s', (value, unit, text) => {
  expect(formatMetric(value, unit)).toBe(text);
});

it('count() knows the singular', () => {
  expect([count(1, 'pair'), count(0, 'pair'), count(2, 'class', 'classes')]).toEqual([
    '1 pair',
    '0 pairs',
    '2 classes',
  ]);
});

it('every number has a text without line breaks', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      for (const text of [formatChange(value), formatNumber(value), formatMetric(value, 's')]) {
        expect(text).toMatch(/^\S[^\n]*$/);
        expect(text).not.toMatch(/NaN|undefined/);
      }
    }),
  );
});
