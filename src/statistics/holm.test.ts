import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from './at.ts';
import { benjaminiHochberg, holm } from './holm.ts';

const PAPER = [
  0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
];
const probabilities = fc.array(fc.double({ min: 1e-300, max: 1, noNaN: true }), { maxLength: 12 });

function expectClose(actual: readonly number[], expected: readonly number[], digits: number): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, k) => {
    expect(at(actual, k)).toBeCloseTo(value, digits);
  });
}

describe('holm()', () => {
  it('holm() reproduces the worked examples', () => {
    expectClose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02], 12);
    const tail = [1, 1, 1, 1, 1, 1];
    const head = [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213];
    expectClose(holm(PAPER), [...head, ...tail], 10);
    expect(holm(PAPER).filter((p) => p <= 0.05)).toHaveLength(3);
  });
});

describe('benjaminiHochberg()', () => {
  it('benjaminiHochberg() reproduces the worked examples', () => {
    expectClose(benjaminiHochberg([0.01, 0.04, 0.03, 0.005]), [0.02, 0.04, 0.04, 0.02], 12);
    const head = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857, 0.063857, 0.0645, 0.0765];
    const tail = [0.486, 0.581182, 0.714875, 0.753231, 0.813214, 1];
    expectClose(benjaminiHochberg(PAPER), [...head, ...tail], 6);
    expect(benjaminiHochberg(PAPER).filter((p) => p <= 0.05)).toHaveLength(4);
  });
});

describe('holm() and benjaminiHochberg()', () => {
  it('holm() never undercuts benjaminiHochberg(), which never undercuts p', () => {
    fc.assert(
      fc.property(probabilities, (p) => {
        const strict = holm(p);
        const loose = benjaminiHochberg(p);
        p.forEach((value, k) => {
          expect(at(loose, k)).toBeGreaterThanOrEqual(value);
          expect(at(strict, k)).toBeGreaterThanOrEqual(at(loose, k) * (1 - 1e-12));
          expect(at(strict, k)).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  it('holm() and benjaminiHochberg() keep the order of the input', () => {
    fc.assert(
      fc.property(probabilities, (p) => {
        for (const adjust of [holm, benjaminiHochberg]) {
          expect(adjust([...p].reverse())).toEqual(adjust(p).reverse());
        }
      }),
    );
  });

  it('holm() and benjaminiHochberg() accept nothing and refuse what is no probability', () => {
    for (const adjust of [holm, benjaminiHochberg]) {
      expect(adjust([])).toEqual([]);
      for (const p of [-0.1, 1.1, NaN]) expect(() => adjust([0.5, p])).toThrow(RangeError);
    }
  });
});
