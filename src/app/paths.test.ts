import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinPath, parentPath, relativePath } from './paths.ts';

it.each([
  [['/a', 'b'], '/a/b'],
  [['/a/', './b/', 'c//d'], '/a/b/c/d'],
  [['/a', '/b', 'c'], '/b/c'],
  [['/a/b', '../c'], '/a/c'],
  [['/a', '../../..'], '/'],
  [['a', '..', '..', 'b'], '../b'],
  [['a', ''], 'a'],
  [[''], '.'],
  [[], '.'],
  [['/'], '/'],
  [['/a', '..b', '...'], '/a/..b/...'],
])('joinPath(%j) is %s', (parts, expected) => {
  expect(joinPath(...parts)).toBe(expected);
});

const part = fc.constantFrom('a', 'b', '..', '.', '', 'c d', '...', 'ü');
const path = fc.array(part, { maxLength: 8 }).map((parts) => parts.join('/'));

it('joinPath() agrees with posix.resolve() of an absolute start', () => {
  fc.assert(
    fc.property(path, fc.array(path), (start, more) => {
      expect(joinPath(`/${start}`, ...more)).toBe(posix.resolve(`/${start}`, ...more));
    }),
  );
});

it('joinPath() of relative paths stays relative, and joining again changes nothing', () => {
  fc.assert(
    fc.property(path, (one) => {
      const joined = joinPath(one);
      expect(joinPath(joined)).toBe(joined);
      if (!one.startsWith('/')) expect(joined).toBe(posix.normalize(one).replace(/(.)\/$/, '$1'));
    }),
  );
});

it('parentPath() and relativePath() undo joinPath()', () => {
  const name = fc.constantFrom('a', 'b', '..x', 'ü');
  fc.assert(
    fc.property(fc.array(name), fc.array(name, { minLength: 1 }), (outer, inner) => {
      const from = joinPath('/', ...outer);
      const to = joinPath(from, ...inner);
      expect(relativePath(from, to)).toBe(inner.join('/'));
      expect(parentPath(to)).toBe(joinPath(from, ...inner.slice(0, -1)));
    }),
  );
  expect(parentPath('/')).toBe('/');
});

it.each([
  ['/a', '/a', ''],
  ['/', '/a', 'a'],
  ['/a', '/ab', null],
  ['/a/b', '/a', null],
  ['/a', '/', null],
])('relativePath(%s, %s) is %j', (outer, inner, expected) => {
  expect(relativePath(outer, inner)).toBe(expected);
});
