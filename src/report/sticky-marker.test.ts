import { expect, it } from 'vitest';
import { commentMarker, findMarker } from './sticky-marker.ts';

it('commentMarker() is a comment that HTML hides', () => {
  expect(commentMarker('0123abcdef')).toBe('<!-- benchgate:sticky 0123abcdef -->');
});

it.each(['', 'x', 'a b', 'a-->', 'a\n', '--> <b>', 'ä'])('commentMarker(%j) throws a TypeError', (key) => {
  expect(() => commentMarker(key)).toThrow(TypeError);
  expect(() => findMarker('', key)).toThrow(TypeError);
});

it.each([
  ['<!-- benchgate:sticky ab -->', true],
  ['<!-- benchgate:sticky ab -->\n## x', true],
  ['<!-- benchgate:sticky ab -->\r\n## x', true],
  ['<!-- benchgate:sticky ab --> x', false],
  [' <!-- benchgate:sticky ab -->', false],
  ['\n<!-- benchgate:sticky ab -->', false],
  ['> <!-- benchgate:sticky ab -->', false],
  ['<!-- benchgate:sticky abc -->', false],
  ['<!-- benchgate:sticky AB -->', false],
  ['', false],
])('findMarker(%j) for ab is %j', (body, expected) => {
  expect(findMarker(body, 'ab')).toBe(expected);
});
