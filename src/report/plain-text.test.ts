import { expect, it } from 'vitest';
import { columns, plainLine, plainText } from './plain-text.ts';

it.each([
  ['plain', 'plain'],
  ['Größe 日本 😀', 'Größe 日本 😀'],
  ['a\nb\tc', 'a\nb\tc'],
  ['a\r\u001b[31m', 'a\\u000d\\u001b[31m'],
  ['\u0000\u007f\u009b', '\\u0000\\u007f\\u009b'],
  ['\u202eabc\u2066\u200b\ufeff', '\\u202eabc\\u2066\\u200b\\ufeff'],
  ['::error::x', '\\u003a:error::x'],
  ['a\n  ::error::x', 'a\n  \\u003a:error::x'],
  ['a::b', 'a::b'],
  ['##[error]x', '#\\u0023[error]x'],
  ['a ##[error]x', 'a #\\u0023[error]x'],
])('plainText(%j) is %j', (text, expected) => {
  expect(plainText(text)).toBe(expected);
});

it('plainLine() leaves no line break and no tab', () => {
  expect(plainLine('a\nb\tc\r')).toBe('a\\u000ab\\u0009c\\u000d');
});

it('columns() aligns by characters, does not pad the last, and knows short rows', () => {
  expect(columns([['a', 'bb', 'c'], ['ää😀', 'b', 'ccc'], ['x']])).toBe('a    bb  c\nää😀  b   ccc\nx');
  expect(columns([])).toBe('');
});
