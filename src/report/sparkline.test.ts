import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sparkline } from './sparkline.ts';

it.each([
  [[], '–'],
  [[Number.NaN], '–'],
  [[5], '▅'],
  [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
  [[7, 0], '█▁'],
  [[1, Number.NaN, 2, Number.POSITIVE_INFINITY], '▁·█·'],
  [[-Number.MAX_VALUE, 0, Number.MAX_VALUE], '▁▅█'],
])('sparkline(%j) is %j', (values, expected) => {
  expect(sparkline(values)).toBe(expected);
});

it('sparkline() shows the last 20 numbers with a bar or a dot each', () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { maxLength: 40 }), (values) => {
      expect(sparkline(values)).toMatch(/^(?:[▁▂▃▄▅▆▇█·]{1,20}|–)$/);
      if (values.some(Number.isFinite)) return;
      expect(sparkline(values)).toBe('–');
    }),
  );
});
