import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acceptedPaths } from './accepted-paths.ts';

/** What globs mean, as a regular expression: right, but exponential in the number of stars. */
function specification(glob: string): RegExp {
  const source = glob.replace(/^\.\//, '').replace(/\/+$/, '');
  const parts = source.match(/\*\*\/|\*\*|[\s\S]/g) ?? [];
  const meanings: Readonly<Record<string, string>> = { '**/': '(?:[^/]+/)*', '**': '.*', '*': '[^/]*', '?': '[^/]' };
  const body = parts.map((part) => meanings[part] ?? part.replace(/[.+^${}()|\\[\]]/g, '\\$&')).join('');
  return source === '' ? /[^\s\S]/ : new RegExp(`^(?:${body}(?:/.*)?)$`, 's');
}

const textOf = (parts: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...parts), { maxLength }).map((list) => list.join(''));

it('means what the regular expression means', () => {
  const globs = textOf(['a', 'b', '/', '*', '**', '**/', '?', '.', '[', '\n'], 7);
  const paths = textOf(['a', 'b', '/', '.', '[', '\n', 'ü'], 8);
  fc.assert(
    fc.property(globs, paths, (glob, path) => acceptedPaths([glob])(path) === specification(glob).test(path)),
    { numRuns: 20_000 },
  );
});

it.each([
  ['folders', `${'**/'.repeat(25)}x`, `${'a/'.repeat(50)}y`],
  ['stars', `${'*a'.repeat(25)}`, `${'a'.repeat(250)}b`],
  ['crossing stars', `${'**a'.repeat(25)}c`, 'a/'.repeat(120)],
])('many %s against a long path take no time', (_name, glob, path) => {
  const isAccepted = acceptedPaths([glob]);
  const start = performance.now();
  expect(isAccepted(path)).toBe(false);
  expect(performance.now() - start).toBeLessThan(50);
});
