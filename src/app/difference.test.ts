import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareBytes } from './difference.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

it.each([
  ['a\nb\nc', 'a\nx\nc', 'first difference at byte 2, line 2 (both 5 bytes)\n- b\n+ x'],
  ['a\nb', 'a\nb\nc', 'first difference at byte 3, line 3 (3 bytes expected, 5 found)\n+ c'],
  ['a\nb\n', 'a\nb', 'first difference at byte 3, line 3 (4 bytes expected, 3 found)\n- '],
  ['', 'a', 'first difference at byte 0, line 1 (0 bytes expected, 1 found)\n- \n+ a'],
  ['a\r\n', 'a\n', 'first difference at byte 1, line 1 (3 bytes expected, 2 found)\n- a\r\n+ a'],
  ['\ufeffa', 'a', 'first difference at byte 0, line 1 (4 bytes expected, 1 found)\n- \ufeffa\n+ a'],
])('compareBytes() shows lines of text: %j against %j', (expected, actual, shown) => {
  expect(compareBytes(bytes(expected), bytes(actual))).toBe(shown);
});

it.each([
  [[1, 0, 2], [1, 0, 3], 'first difference at byte 2: expected 0x02, found 0x03 (both 3 bytes)'],
  [[0], [0, 0xff], 'first difference at byte 1: expected end of file, found 0xff (1 bytes expected, 2 found)'],
  [[0xff], [0x61], 'first difference at byte 0: expected 0xff, found 0x61 (both 1 bytes)'],
])('compareBytes() shows an offset where one is not text: %j against %j', (expected, actual, shown) => {
  expect(compareBytes(Uint8Array.from(expected), Uint8Array.from(actual))).toBe(shown);
});

it('compareBytes() is bounded and points at the first differing byte', () => {
  const any = fc.oneof(
    fc.uint8Array(),
    fc.string().map(bytes),
    fc.constantFrom('a\n', 'b\n').map((line) => bytes(line.repeat(500))),
  );
  fc.assert(
    fc.property(any, any, (expected, actual) => {
      const shown = compareBytes(expected, actual);
      expect(shown.split('\n').length).toBeLessThanOrEqual(12);
      expect(shown.length).toBeLessThan(3000);
      const offset = Number(/byte (\d+)/.exec(shown)?.[1]);
      expect(expected.subarray(0, offset)).toEqual(actual.subarray(0, offset));
      if (Buffer.compare(expected, actual) !== 0) expect(expected[offset]).not.toBe(actual[offset]);
    }),
  );
});

it('compareBytes() shortens long lines', () => {
  const shown = compareBytes(bytes('a'.repeat(10_000)), bytes('b'.repeat(10_000)));
  expect(shown).toContain(`- ${'a'.repeat(160)}…\n+ ${'b'.repeat(160)}…`);
});
