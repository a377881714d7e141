import { describe, expect, it } from 'vitest';
import { namesDependency } from './guard.ts';

const hunk = (...lines: readonly string[]): string =>
  `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n${lines.join('\n')}\n`;

describe('namesDependency()', () => {
  it.each([
    ['a requirement', hunk('-tokenjam==1.4.0', '+tokenjam==1.5.0'), true],
    ['a package file', hunk('-    "tokenjam": "1.4.0",', '+    "tokenjam": "1.5.0",'), true],
    ['a lock file, whose name is a line of context', hunk('     "node_modules/tokenjam": {', '-"version": "1"'), true],
    ['another case', hunk('-TokenJam>=1', '+TokenJam>=2'), true],
    ['a longer name', hunk('-tokenjam-bench==1', '+tokenjam-bench==2'), false],
    ['a part of another name', hunk('-my-tokenjam==1', '+mytokenjam==2'), false],
    [
      'only the header of the diff',
      'diff --git a/tokenjam.lock b/tokenjam.lock\n--- a/tokenjam\n+++ b/tokenjam\n',
      false,
    ],
    ['nothing', '', false],
  ])('finds the dependency in %s', (_, diff, expected) => {
    expect(namesDependency(diff, 'tokenjam')).toBe(expected);
  });

  it('takes the name literally', () => {
    expect(namesDependency(hunk('-axb==1'), 'a.b')).toBe(false);
    expect(namesDependency(hunk('-@scope/a.b==1'), '@scope/a.b')).toBe(true);
  });
});
