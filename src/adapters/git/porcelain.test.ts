import { describe, expect, it } from 'vitest';
import { acceptedPaths } from './accepted-paths.ts';
import { exactText, quotedLines } from './byte-path.ts';
import { parseListing, parseStatus, shown } from './porcelain.ts';
import { isLocalAddress, submoduleAddress } from './submodule-address.ts';

const zeros = '0'.repeat(40);
const records = (...lines: readonly string[]): Buffer =>
  Buffer.from(lines.map((line) => `${line}\0`).join(''), 'latin1');

describe('status', () => {
  const of = (...lines: readonly string[]) => parseStatus(records(...lines));

  it('reads the head', () => {
    expect(of(`# branch.oid ${zeros}`, '# branch.head main', '# branch.ab +1 -0')).toEqual({
      sha: zeros,
      branch: 'main',
      entries: [],
    });
    expect(of('# branch.oid (initial)', '# branch.head (detached)')).toEqual({ sha: null, branch: null, entries: [] });
    expect(parseStatus(Buffer.alloc(0))).toEqual({ sha: null, branch: null, entries: [] });
  });

  it.each([
    [
      `1 .M N... 100644 100644 100644 ${zeros} ${zeros} a b`,
      { kind: 'ordinary', staged: false, changed: true, path: 'a b' },
    ],
    [
      `1 A. N... 000000 100644 100644 ${zeros} ${zeros} a\n`,
      { kind: 'ordinary', staged: true, changed: false, path: 'a\n' },
    ],
    [
      `1 MD N... 100644 100644 000000 ${zeros} ${zeros}  `,
      { kind: 'ordinary', staged: true, changed: true, path: ' ' },
    ],
    [`1 .M SC.. 160000 160000 160000 ${zeros} ${zeros} s`, { submodule: { commit: true }, path: 's' }],
    [`1 .M S.MU 160000 160000 160000 ${zeros} ${zeros} s`, { submodule: { commit: false }, path: 's' }],
    [`u UU N... 100644 100644 100644 100644 ${zeros} ${zeros} ${zeros} c`, { kind: 'conflicted', path: 'c' }],
    ['? x y', { kind: 'untracked', staged: false, changed: true, submodule: null, path: 'x y' }],
  ])('reads %j', (line, expected) => {
    expect(of(line).entries).toMatchObject([expected]);
  });

  it('skips the old name of a renaming and ignored files', () => {
    const renamed = `2 R. N... 100644 100644 100644 ${zeros} ${zeros} R100 new name`;
    expect(of(renamed, '? old', '! ignored', '? b').entries.map(({ path }) => path)).toEqual(['new name', 'b']);
  });
});

it('lists flags, submodules and untracked files', () => {
  const listing = parseListing(
    records(
      `H 100644 ${zeros} 0\ta`,
      `h 100644 ${zeros} 0\tb\tc`,
      `S 120000 ${zeros} 0\td`,
      `s 100755 ${zeros} 0\te`,
      `H 160000 ${zeros} 0\tsub`,
      `M 100644 ${zeros} 2\tf`,
      '? g',
    ),
  );
  expect(listing.flagged.map(({ path, flag, mode }) => `${flag} ${mode} ${path}`)).toEqual([
    'assume_unchanged 100644 b\tc',
    'skip_worktree 120000 d',
    'skip_worktree 100755 e',
  ]);
  expect(listing.submodules).toEqual([{ mode: '160000', sha: zeros, path: 'sub', flag: 'none' }]);
  expect(listing.untracked).toEqual(['g']);
});

it('keeps bytes that are no text', () => {
  expect([shown('caf\xe9'), shown('caf\xc3\xa9')]).toEqual(['caf\uFFFD', 'café']);
  expect([exactText('caf\xe9'), exactText('caf\xc3\xa9')]).toEqual([null, 'café']);
  expect(quotedLines(['a b', 'q"\\\n', '\xe9'])).toBe('"a b"\n"q\\042\\134\\012"\n"\\351"\n');
});

it.each([
  ['*.log', ['a.log', '.log'], ['a/b.log', 'a.logx', 'alog']],
  ['**/*.log', ['a.log', 'x/y/a.log'], ['a.txt']],
  ['out', ['out', 'out/a', 'out/b/c'], ['outer', 'x/out']],
  ['./out/', ['out', 'out/a'], ['outer']],
  ['a/**', ['a/b', 'a/b/c'], ['a', 'ab']],
  ['a/**/z', ['a/z', 'a/b/c/z', 'a/z/below'], ['a/bz', 'z']],
  ['file?.txt', ['file1.txt'], ['file/.txt', 'file10.txt']],
  ['a+(b)[c]{d}$.txt', ['a+(b)[c]{d}$.txt'], ['aa(b)c.txt']],
  ['', [], ['', 'a']],
])('glob %j', (glob, accepted, refused) => {
  const isAccepted = acceptedPaths([glob]);
  expect(accepted.filter((path) => !isAccepted(path))).toEqual([]);
  expect(refused.filter(isAccepted)).toEqual([]);
});

// Expected values of relative addresses were printed by `git submodule init` (2.39).
it.each([
  ['https://h/team/p.git', '../lib.git', 'https://h/team/lib.git'],
  ['https://h/team/p.git/', '../../other/lib', 'https://h/other/lib'],
  ['git@h:team/p.git', '../lib.git', 'git@h:team/lib.git'],
  ['git@h:p.git', '../lib.git', 'git@h:lib.git'],
  ['/srv/p', './lib', '/srv/p/lib'],
  ['/srv/p', '../lib/', '/srv/lib'],
  ['/srv/p', 'https://h/x', 'https://h/x'],
  ['/srv/p', '/abs', '/abs'],
])('a submodule of %s at %s is %s', (parent, address, expected) => {
  expect(submoduleAddress(parent, address)).toBe(expected);
});

it('knows local addresses', () => {
  expect(['/a', '../a', 'a', 'file:///a', 'FILE://a'].map(isLocalAddress)).toEqual([true, true, true, true, true]);
  expect(['https://h/a', 'git@h:a', 'ssh://h/a', 'h:a'].map(isLocalAddress)).toEqual([false, false, false, false]);
});
