import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pythonFloat } from './python-number.ts';

it.each([
  ['1', 1],
  ['+1.', 1],
  ['-.5e-2', -0.005],
  ['1_000.5_0', 1000.5],
  ['1e1_0', 1e10],
  ['\t\u00a0\u0085 2\u3000\n', 2],
  ['nan', Number.NaN],
  ['-INF', Number.NEGATIVE_INFINITY],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['1e999', Number.POSITIVE_INFINITY],
])('pythonFloat() reads %j as %d', (text, value) => {
  expect(pythonFloat(text)).toBe(value);
});

it.each([
  '',
  ' ',
  '.',
  'e5',
  '1e',
  '1__0',
  '_1',
  '1_',
  '1_.5',
  '0x1',
  '1 2',
  '\u001c1',
  '\ufeff1',
  'infinit',
  '１',
  '1,5',
])('pythonFloat() refuses %j', (text) => {
  expect(pythonFloat(text)).toBeNull();
});

it('pythonFloat() reads every number that JavaScript writes', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(pythonFloat(String(value))).toBe(value === 0 ? 0 : value);
    }),
  );
});
