import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostileText } from '../../fixtures/hostile-text.ts';
import { clip, visibleLine, visibleText } from './visible-text.ts';

it.each([
  ['Größe 日本 😀 ❤️', 'Größe 日本 😀 ❤️'],
  ['a\ufe0f', 'a\\ufe0f'],
  ['\u3164\u2800\u034f', '\\u3164\\u2800\\u034f'],
  ['\u{e0041}', '\\udb40\\udc41'],
  ['\ud800 \udc00', '\\ud800 \\udc00'],
  ['\ufffe\ufdd0', '\\ufffe\\ufdd0'],
  ['a\nb\tc\r', 'a\\u000ab\\u0009c\\u000d'],
])('visibleLine(%j) is %j', (text, expected) => {
  expect(visibleLine(text)).toBe(expected);
});

it('visibleText() keeps line breaks and tabs', () => {
  expect(visibleText('a\nb\tc\u202e')).toBe('a\nb\tc\\u202e');
});

it('visibleLine() and visibleText() change nothing the second time and leave no half characters', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      for (const show of [visibleLine, visibleText]) {
        expect(show(show(text))).toBe(show(text));
        expect(Buffer.from(show(text)).toString()).toBe(show(text));
      }
    }),
  );
});

it.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['a😀b', 3, 'a…'],
  ['a\\u202eb', 5, 'a…'],
  ['a\\u202eb', 3, 'a…'],
  ['abc', 0, '…'],
])('clip(%j, %j) is %j', (text, characters, expected) => {
  expect(clip(text, characters)).toBe(expected);
});
