import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byteLength, cutToFit, fits, largestFitting } from './byte-budget.ts';

const budget = (budgetCharacters: number, budgetBytes: number) => ({ budgetCharacters, budgetBytes });

it('byteLength() counts UTF-8 bytes', () => {
  expect(['', 'a', 'ä', '日', '😀'].map(byteLength)).toEqual([0, 1, 2, 3, 4]);
});

it.each([
  ['abc', 3, 3, true],
  ['abc', 2, 9, false],
  ['日', 1, 3, true],
  ['日', 1, 2, false],
  ['😀', 2, 4, true],
  ['😀', 1, 4, false],
])('fits(%j) in %j characters and %j bytes: %j', (text, characters, bytes, expected) => {
  expect(fits(text, budget(characters, bytes))).toBe(expected);
});

it('largestFitting() finds the largest amount, and null when none fits', () => {
  const render = (amount: number) => 'a'.repeat(amount);
  for (let most = 0; most < 12; most += 1)
    expect(largestFitting(2, most, render, budget(7, 99))).toBe(most < 2 ? null : render(Math.min(most, 7)));
  expect(largestFitting(8, 20, render, budget(7, 99))).toBeNull();
});

it('cutToFit() keeps both bounds, whole characters and as much as there is room for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), fc.nat(30), (text, characters, bytes) => {
      const room = budget(characters, bytes);
      const cut = cutToFit(text, room);
      expect(fits(cut, room)).toBe(true);
      expect(Buffer.from(cut).toString()).toBe(cut);
      if (cut !== text && cut !== '') {
        expect(text.startsWith(cut.slice(0, -1)) && cut.endsWith('…')).toBe(true);
        const next = [...text].slice(0, [...cut].length).join('');
        expect(fits(`${next}…`, room)).toBe(false);
      }
    }),
  );
});
