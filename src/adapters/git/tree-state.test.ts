import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import {
  initialised,
  repositoryAt,
  runGit,
  type ScratchRepository,
  scratchEnvironment,
  scratchFolder,
  withOneCommit,
} from '../../../fixtures/scratch-repository.ts';
import { createGit } from './git-command.ts';
import { openRepository } from './repository.ts';

const scratch = scratchFolder();
afterAll(scratch.close);

const git = createGit({ environment: scratchEnvironment });
const template = withOneCommit(scratch.fresh('template'));

/** A copy with the stat data of its index intact, as after a clone. */
function fresh(): ScratchRepository {
  const top = scratch.fresh();
  runGit(scratch.folder, ['clone', '-q', template.top, top]);
  return repositoryAt(top);
}

async function dirty(repository: ScratchRepository, ignored: readonly string[] = []): Promise<string[]> {
  const opened = await openRepository({ git, directory: repository.top });
  return (await opened.state(ignored)).dirty.map(({ path, reason }) => `${path}: ${reason}`);
}

type Case = readonly [name: string, arrange: (repository: ScratchRepository) => void, expected: readonly string[]];

const table: readonly Case[] = [
  ['untouched', () => undefined, []],
  ['modification time only', (r) => utimesSync(join(r.top, 'a.txt'), 1, 1), []],
  ['a tracked file modified', (r) => r.write('a.txt', 'other\n'), ['a.txt: modified']],
  ['a tracked file removed', (r) => unlinkSync(join(r.top, 'a.txt')), ['a.txt: modified']],
  ['an untracked file', (r) => r.write('new/c.txt', 'c'), ['new/c.txt: untracked']],
  ['ignored build output', (r) => r.write('build/x.o', 'x'), []],
  [
    'an untracked file hidden by .git/info/exclude',
    (r) => {
      r.write('.git/info/exclude', '*.py\n');
      r.write('evil.py', 'x');
    },
    ['evil.py: excluded_locally'],
  ],
  [
    'an untracked file hidden by core.excludesFile',
    (r) => {
      writeFileSync(join(scratch.folder, 'excludes'), '*.py\n');
      r.git('config', 'core.excludesFile', join(scratch.folder, 'excludes'));
      r.write('evil.py', 'x');
    },
    ['evil.py: excluded_locally'],
  ],
  [
    'modified and assume-unchanged',
    (r) => {
      r.git('update-index', '--assume-unchanged', 'a.txt');
      r.write('a.txt', 'other\n');
    },
    ['a.txt: assume_unchanged'],
  ],
  [
    'modified and skip-worktree',
    (r) => {
      r.git('update-index', '--skip-worktree', 'a.txt');
      r.write('a.txt', 'other\n');
    },
    ['a.txt: skip_worktree'],
  ],
  [
    'both flags, in one file each way',
    (r) => {
      r.git('update-index', '--skip-worktree', 'a.txt');
      r.git('update-index', '--assume-unchanged', 'a.txt');
      r.write('a.txt', 'other\n');
    },
    ['a.txt: skip_worktree'],
  ],
  [
    'flags on files that are as they should be',
    (r) => {
      r.git('update-index', '--assume-unchanged', 'a.txt', 'link', 'run.sh');
      r.git('update-index', '--skip-worktree', 'b.txt');
      utimesSync(join(r.top, 'a.txt'), 1, 1);
    },
    [],
  ],
  [
    'flagged files removed outside a sparse checkout',
    (r) => {
      r.git('update-index', '--assume-unchanged', 'a.txt');
      r.git('update-index', '--skip-worktree', 'b.txt');
      unlinkSync(join(r.top, 'a.txt'));
      unlinkSync(join(r.top, 'b.txt'));
    },
    ['a.txt: assume_unchanged', 'b.txt: skip_worktree'],
  ],
  [
    'a flagged file made executable, a flagged link aimed elsewhere, one replaced by a file',
    (r) => {
      r.git('update-index', '--assume-unchanged', 'a.txt', 'link', 'b.txt');
      chmodSync(join(r.top, 'a.txt'), 0o755);
      unlinkSync(join(r.top, 'link'));
      symlinkSync('b.txt', join(r.top, 'link'));
      unlinkSync(join(r.top, 'b.txt'));
      symlinkSync('a.txt', join(r.top, 'b.txt'));
    },
    ['a.txt: assume_unchanged', 'b.txt: assume_unchanged', 'link: assume_unchanged'],
  ],
  ['mode changed', (r) => chmodSync(join(r.top, 'a.txt'), 0o755), ['a.txt: modified']],
  [
    'mode changed with core.fileMode=false',
    (r) => {
      r.git('config', 'core.fileMode', 'false');
      chmodSync(join(r.top, 'a.txt'), 0o755);
    },
    ['a.txt: modified'],
  ],
  ['sparse checkout', (r) => void r.git('sparse-checkout', 'set', '--no-cone', 'a.txt'), []],
  [
    'sparse checkout with a modified file that is inside',
    (r) => {
      r.git('sparse-checkout', 'set', '--no-cone', 'a.txt');
      r.write('a.txt', 'other\n');
    },
    ['a.txt: modified'],
  ],
  [
    'staged',
    (r) => {
      r.write('a.txt', 'other\n');
      r.git('add', 'a.txt');
    },
    ['a.txt: staged'],
  ],
  [
    'staged and taken back on disk',
    (r) => {
      r.write('a.txt', 'other\n');
      r.git('add', 'a.txt');
      r.write('a.txt', 'alpha\n');
    },
    ['a.txt: modified'],
  ],
  ['a renaming is two paths', (r) => void r.git('mv', 'a.txt', 'z.txt'), ['a.txt: staged', 'z.txt: staged']],
  [
    'intent to add',
    (r) => {
      r.write('n.txt', 'n');
      r.git('add', '-N', 'n.txt');
    },
    ['n.txt: modified'],
  ],
  [
    'a merge conflict',
    (r) => {
      r.git('checkout', '-q', '-b', 'other');
      r.write('a.txt', 'theirs\n');
      r.commit();
      r.git('checkout', '-q', 'main');
      r.write('a.txt', 'ours\n');
      r.commit();
      expect(() => r.git('merge', 'other')).toThrow();
    },
    ['a.txt: conflicted'],
  ],
  [
    'a foreign repository inside',
    (r) => {
      initialised(join(r.top, 'inner')).write('x', 'x');
    },
    ['inner/: untracked'],
  ],
  [
    'spaces, quotes and newlines in names',
    (r) => {
      r.write(' a "b"\n\\ü.txt', 'x');
      r.git('add', '.');
      r.git('commit', '-qm', 'odd');
      r.git('update-index', '--assume-unchanged', ' a "b"\n\\ü.txt');
      r.write(' a "b"\n\\ü.txt', 'y');
      r.write('new\t\n', 'x');
    },
    [' a "b"\n\\ü.txt: assume_unchanged', 'new\t\n: untracked'],
  ],
];

const blinding: readonly Case[] = [
  ['status.showUntrackedFiles=no', (r) => void r.git('config', 'status.showUntrackedFiles', 'no'), ['n: untracked']],
  ['core.untrackedCache', (r) => void r.git('update-index', '--force-untracked-cache'), ['n: untracked']],
  [
    'core.fsmonitor that reports no change',
    (r) => {
      r.write('.git/quiet', '#!/bin/sh\nprintf "token\\0"\n', 0o755);
      r.git('config', 'core.fsmonitor', join(r.top, '.git/quiet'));
      r.git('status');
      r.write('a.txt', 'other\n');
    },
    ['a.txt: modified', 'n: untracked'],
  ],
  [
    'core.ignoreStat',
    (r) => {
      r.git('config', 'core.ignoreStat', 'true');
      r.write('a.txt', 'second\n');
      r.git('commit', '-qam', 'flags what it updates');
      r.write('a.txt', 'other\n');
    },
    ['a.txt: assume_unchanged', 'n: untracked'],
  ],
  [
    'core.symlinks=false',
    (r) => {
      r.git('config', 'core.symlinks', 'false');
      unlinkSync(join(r.top, 'link'));
      r.write('link', 'a.txt');
    },
    ['link: modified', 'n: untracked'],
  ],
  [
    'attributes of the person with a filter that restores the old content',
    (r) => {
      r.write('.git/mine', 'a.txt filter=mask\n');
      r.git('config', 'core.attributesFile', join(r.top, '.git/mine'));
      r.git('config', 'filter.mask.clean', 'echo alpha');
      r.write('a.txt', 'ALPHA\n'); // of the same length, or status would not ask the filter
    },
    ['a.txt: modified', 'n: untracked'],
  ],
  ['status.relativePaths, renames, colours', (r) => void r.git('config', 'color.ui', 'always'), ['n: untracked']],
];

describe('dirty tree', () => {
  it.each(table)('%s', async (_name, arrange, expected) => {
    const repository = fresh();
    arrange(repository);
    expect(await dirty(repository)).toEqual(expected);
  });
});

describe('configuration cannot hide a change', () => {
  it.each(blinding)('%s', async (_name, arrange, expected) => {
    const repository = fresh();
    repository.write('n', 'n');
    arrange(repository);
    expect(await dirty(repository)).toEqual(expected);
  });

  it('core.trustctime=false or core.checkStat=minimal, and a restored time', async () => {
    const longAgo = 1_000_000_000; // well before the index is written, or git would look at the content anyhow
    const repositories = ['core.trustctime=false', 'core.checkStat=minimal'].map((setting) => {
      const repository = fresh();
      repository.git('config', ...setting.split('='));
      utimesSync(join(repository.top, 'a.txt'), longAgo, longAgo);
      repository.git('update-index', '--refresh');
      return repository;
    });
    await sleep(1100); // git compares whole seconds of the change time
    for (const repository of repositories) {
      repository.write('a.txt', 'ALPHA\n');
      utimesSync(join(repository.top, 'a.txt'), longAgo, longAgo);
      expect(repository.git('status', '--porcelain')).toBe('');
      expect(await dirty(repository)).toEqual(['a.txt: modified']);
    }
  });

  it.runIf(process.platform === 'linux')('core.ignoreCase and a name that differs in case', async () => {
    const repository = fresh();
    repository.git('config', 'core.ignoreCase', 'true');
    repository.write('A.TXT', 'x');
    expect(await dirty(repository)).toEqual(['A.TXT: untracked']);
  });
});

it('says of line endings what status says', async () => {
  const repository = fresh();
  repository.git('config', 'core.autocrlf', 'true');
  repository.write('a.txt', 'alpha\r\n');
  const seen = repository.git('status', '--porcelain') === '' ? [] : ['a.txt: modified'];
  expect(await dirty(repository)).toEqual(seen);
});

it.runIf(process.platform === 'linux')('survives names that are not UTF-8', async () => {
  const repository = fresh();
  const name = (text: string): Buffer =>
    Buffer.concat([Buffer.from(`${repository.top}/`), Buffer.from(text, 'latin1')]);
  writeFileSync(name('caf\xe9'), 'x');
  repository.commit();
  writeFileSync(name('caf\xe9'), 'y');
  writeFileSync(name('th\xe9'), 'y');
  expect(await dirty(repository)).toEqual(['caf\uFFFD: modified', 'th\uFFFD: untracked']);
});

it('overlooks accepted paths only', async () => {
  const repository = fresh();
  for (const path of ['out/deep/a.log', 'gha-creds-1.json', 'src/x.py', 'src/x.log']) repository.write(path, 'x');
  expect(await dirty(repository, ['out/', 'gha-creds-*.json', '*.log'])).toEqual([
    'src/x.log: untracked',
    'src/x.py: untracked',
  ]);
  expect(await dirty(repository, ['**'])).toEqual([]);
});

describe('submodules', () => {
  const library = withOneCommit(scratch.fresh('library'));
  const middle = initialised(scratch.fresh('middle'));
  middle.git('submodule', '--quiet', 'add', library.top, 'inner');
  middle.write('m.txt', 'm\n');
  middle.commit();
  const outer = initialised(scratch.fresh('outer'));
  outer.git('submodule', '--quiet', 'add', middle.top, 'sub');
  outer.git('config', '-f', '.gitmodules', 'submodule.sub.ignore', 'all');
  outer.commit();

  const cloned = (...options: string[]): ScratchRepository => {
    const top = scratch.fresh();
    runGit(scratch.folder, ['clone', '-q', ...options, outer.top, top]);
    return repositoryAt(top);
  };
  const cases: readonly Case[] = [
    ['complete', () => undefined, []],
    ['content edited', (r) => r.write('sub/m.txt', 'x'), ['sub/m.txt: submodule']],
    ['content edited at depth two', (r) => r.write('sub/inner/a.txt', 'x'), ['sub/inner/a.txt: submodule']],
    ['untracked file inside', (r) => r.write('sub/new', 'x'), ['sub/new: submodule']],
    [
      'hidden inside by its own configuration',
      (r) => {
        runGit(join(r.top, 'sub'), ['config', 'status.showUntrackedFiles', 'no']);
        r.write('.git/modules/sub/info/exclude', 'hidden\n');
        r.write('sub/new', 'x');
        r.write('sub/hidden', 'x');
      },
      ['sub/hidden: submodule', 'sub/new: submodule'],
    ],
    [
      'hidden inside by a flag',
      (r) => {
        runGit(join(r.top, 'sub'), ['update-index', '--assume-unchanged', 'm.txt']);
        r.write('sub/m.txt', 'x');
      },
      ['sub/m.txt: submodule'],
    ],
    [
      'another commit checked out',
      (r) => void runGit(join(r.top, 'sub'), ['commit', '-q', '--allow-empty', '-m', 'x']),
      ['sub: submodule'],
    ],
    [
      'another commit checked out, hidden by a flag',
      (r) => {
        runGit(join(r.top, 'sub'), ['commit', '-q', '--allow-empty', '-m', 'x']);
        r.git('update-index', '--assume-unchanged', 'sub');
      },
      ['sub: submodule'],
    ],
    ['its folder is gone', (r) => rmSync(join(r.top, 'sub'), { recursive: true }), ['sub: submodule']],
    [
      'not initialised at depth two',
      (r) => void runGit(join(r.top, 'sub'), ['submodule', '--quiet', 'deinit', '-f', 'inner']),
      ['sub/inner: submodule_uninitialised'],
    ],
  ];

  it.each(cases)('%s', async (_name, arrange, expected) => {
    const repository = cloned('--recurse-submodules');
    arrange(repository);
    expect(await dirty(repository)).toEqual(expected);
  });

  it('not initialised', async () => {
    expect(await dirty(cloned())).toEqual(['sub: submodule_uninitialised']);
  });

  it('an entry that nobody could initialise is no fault', async () => {
    const repository = cloned();
    repository.git('rm', '-q', '--cached', '.gitmodules');
    unlinkSync(join(repository.top, '.gitmodules'));
    repository.git('commit', '-qm', 'no modules');
    expect(await dirty(repository)).toEqual([]);
  });

  it('a submodule can be the project', async () => {
    const repository = cloned('--recurse-submodules');
    const opened = await openRepository({ git, directory: join(repository.top, 'sub') });
    expect(opened.top).toBe(join(repository.top, 'sub'));
    expect((await opened.state([])).dirty).toEqual([]);
  });

  it('a folder that moved keeps its name', async () => {
    const repository = cloned('--recurse-submodules');
    mkdirSync(join(repository.top, 'x'));
    renameSync(join(repository.top, 'sub', 'm.txt'), join(repository.top, 'x', 'm.txt'));
    expect(await dirty(repository)).toEqual(['sub/m.txt: submodule', 'x/m.txt: untracked']);
  });
});
