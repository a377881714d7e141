import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
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
import { EnvironmentError } from '../../domain/errors.ts';
import type { Repository } from '../../ports/repository.ts';
import { createGit } from './git-command.ts';
import { openRepository } from './repository.ts';

const scratch = scratchFolder();
afterAll(scratch.close);

const git = createGit({ environment: scratchEnvironment });
const open = (directory: string): Promise<Repository> => openRepository({ git, directory });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof EnvironmentError ? error.code : String(error);
}

function clone(from: ScratchRepository, ...options: readonly string[]): ScratchRepository {
  const top = scratch.fresh('clone');
  runGit(scratch.folder, ['clone', '-q', ...options, `file://${from.top}`, top]);
  return repositoryAt(top);
}

/** Every file below, with its content's digest: what must not change. */
function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const status = lstatSync(join(folder, name));
    hash.update(`${name}\0${status.mode}\0`);
    if (status.isFile()) hash.update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex');
}

const source = withOneCommit(scratch.fresh('source'));
const firstCommit = source.git('rev-parse', 'HEAD');
source.write('a.txt', 'second\n');
const secondCommit = source.commit('second');
source.write('deep/file', 'third\n');
const thirdCommit = source.commit('third');

describe('opening', () => {
  it('finds the top from a folder below and resolves links', async () => {
    const repository = clone(source);
    symlinkSync(join(repository.top, 'deep'), join(scratch.folder, 'alias'));
    const opened = await open(join(scratch.folder, 'alias'));
    expect([opened.top, opened.gitDirectory]).toEqual([repository.top, join(repository.top, '.git')]);
    const { head, branch, top } = await opened.state([]);
    expect({ head, branch, top }).toEqual({
      head: { sha: thirdCommit, tree: source.git('rev-parse', 'HEAD^{tree}') },
      branch: 'main',
      top: repository.top,
    });
  });

  it('sees a head that moved', async () => {
    const repository = clone(source);
    const opened = await open(repository.top);
    repository.write('a.txt', 'fourth\n');
    const sha = repository.commit();
    expect((await opened.state([])).head).toEqual({ sha, tree: repository.git('rev-parse', 'HEAD^{tree}') });
  });

  it('a detached head has no branch', async () => {
    const repository = clone(source);
    repository.git('checkout', '-q', '--detach');
    expect((await (await open(repository.top)).state([])).branch).toBeNull();
  });

  it('refuses what is no repository, has no work tree, or has no commit', async () => {
    const plain = scratch.fresh();
    mkdirSync(plain);
    expect(await codeOf(open(plain))).toBe('NOT_A_REPOSITORY');
    expect(await codeOf(open(join(plain, 'absent')))).toBe('NOT_A_REPOSITORY');
    expect(await codeOf(open(clone(source, '--bare').top))).toBe('NOT_A_REPOSITORY');
    expect(await codeOf(open(join(clone(source).top, '.git')))).toBe('NOT_A_REPOSITORY');
    expect(await codeOf(open(initialised(scratch.fresh()).top))).toBe('NO_COMMIT');
  });

  it('a head that loses its commits is noticed', async () => {
    const repository = clone(source);
    const opened = await open(repository.top);
    repository.git('checkout', '-q', '--orphan', 'empty');
    expect(await codeOf(opened.state([]))).toBe('NO_COMMIT');
  });

  it('says when git is too old or missing', async () => {
    const old = join(scratch.folder, 'old-git');
    writeFileSync(old, '#!/bin/sh\nprintf "%s\\n" --path-format=absolute /x .git 0\n', { mode: 0o755 });
    for (const executable of [old, join(scratch.folder, 'absent')]) {
      const other = createGit({ environment: scratchEnvironment, executable });
      expect(await codeOf(openRepository({ git: other, directory: source.top }))).toBe('GIT_MISSING');
    }
  });

  it('refuses a work tree that configuration puts elsewhere', async () => {
    const repository = clone(source);
    repository.git('config', 'core.worktree', source.top);
    expect(await codeOf(open(repository.top))).toBe('NOT_A_REPOSITORY');
  });

  it('works in a linked work tree', async () => {
    const repository = clone(source);
    const linked = scratch.fresh('linked');
    repository.git('worktree', 'add', '-q', '-b', 'side', linked);
    writeFileSync(join(linked, 'a.txt'), 'changed\n');
    const opened = await open(linked);
    const state = await opened.state([]);
    expect([opened.top, opened.gitDirectory]).toEqual([linked, join(repository.top, '.git')]);
    expect([state.branch, state.dirty]).toEqual(['side', [{ path: 'a.txt', reason: 'modified' }]]);
    expect((await opened.diff()).toString()).toContain('+changed');
  });

  it.runIf(process.getuid?.() === 0)('reads a repository that belongs to somebody else, submodules too', async () => {
    const outer = clone(source);
    outer.git('submodule', '--quiet', 'add', source.top, 'sub');
    outer.commit();
    execFileSync('chown', ['-R', '12345:12345', outer.top]);
    expect(() => outer.git('status')).toThrow(/dubious/);
    const opened = await open(join(outer.top, 'deep'));
    writeFileSync(join(outer.top, 'sub', 'new'), 'x');
    expect((await opened.state([])).dirty).toEqual([{ path: 'sub/new', reason: 'submodule' }]);
    expect((await opened.diff()).toString()).toContain('b/sub/new');
  });
});

describe('revisions', () => {
  it('resolves names to commits and nothing else', async () => {
    const opened = await open(source.top);
    source.git('tag', '-a', '-m', 't', 'v1');
    const expected = { sha: thirdCommit, tree: source.git('rev-parse', 'HEAD^{tree}') };
    for (const name of ['HEAD', 'main', 'v1', thirdCommit, thirdCommit.slice(0, 10), 'refs/heads/main']) {
      expect(await opened.resolve(name)).toEqual(expected);
    }
    for (const name of [
      '',
      'absent',
      'HEAD:a.txt',
      'HEAD^{tree}',
      'HEAD~1..HEAD',
      '--all',
      'a\nHEAD',
      '0'.repeat(40),
    ]) {
      expect(await opened.resolve(name)).toBeNull();
    }
  });

  it('walks to the first parent, also of a merge, and stops at the root', async () => {
    const repository = clone(source);
    repository.git('checkout', '-q', '-b', 'side', firstCommit);
    repository.write('side', 's');
    repository.commit();
    repository.git('checkout', '-q', 'main');
    repository.git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
    const opened = await open(repository.top);
    expect((await opened.firstParent('HEAD'))?.sha).toBe(thirdCommit);
    expect((await opened.firstParent(thirdCommit))?.sha).toBe(secondCommit);
    expect(await opened.firstParent(firstCommit)).toBeNull();
  });

  it('finds the merge base, or none', async () => {
    const repository = clone(source);
    repository.git('checkout', '-q', '-b', 'side', secondCommit);
    const side = repository.commit();
    repository.git('checkout', '-q', '--orphan', 'unrelated');
    const unrelated = repository.commit();
    const opened = await open(repository.top);
    expect((await opened.mergeBase('main', side))?.sha).toBe(secondCommit);
    expect(await opened.mergeBase('main', unrelated)).toBeNull();
    expect(await codeOf(opened.mergeBase('main', '0'.repeat(40)))).toBe('REVISION_MISSING');
  });

  it('says that a shallow clone ends, and fetches one commit', async () => {
    const shallow = clone(source, '--depth=1');
    const opened = await open(shallow.top);
    expect(await codeOf(opened.firstParent(thirdCommit))).toBe('REVISION_MISSING');
    expect(await codeOf(opened.firstParent(firstCommit))).toBe('REVISION_MISSING');
    expect(await opened.resolve(secondCommit)).toBeNull();
    expect(await opened.fetchCommit(secondCommit)).toBe(true);
    expect((await opened.firstParent(thirdCommit))?.sha).toBe(secondCommit);
    expect(await opened.resolve(firstCommit)).toBeNull();
    expect(readdirSync(join(shallow.top, '.git'))).not.toContain('FETCH_HEAD');
  });

  it('fetching into a complete clone leaves it complete', async () => {
    const repository = clone(source);
    source.git('checkout', '-q', '-b', 'later');
    const later = source.commit('later');
    source.git('checkout', '-q', 'main');
    const opened = await open(repository.top);
    expect(await opened.fetchCommit(later)).toBe(true);
    expect(repository.git('rev-parse', '--is-shallow-repository')).toBe('false');
    expect(await opened.fetchCommit('1'.repeat(40))).toBe(false);
    expect(await opened.fetchCommit('--upload-pack=x')).toBe(false);
    repository.git('remote', 'remove', 'origin');
    expect(await opened.fetchCommit('2'.repeat(40))).toBe(false);
  });

  it('knows the default branch', async () => {
    const repository = clone(source);
    const opened = await open(repository.top);
    expect(await opened.defaultBranch()).toBe('origin/main');
    repository.git('update-ref', 'refs/remotes/origin/trunk', firstCommit);
    repository.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
    expect(await opened.defaultBranch()).toBe('origin/trunk');
    repository.git('symbolic-ref', '-d', 'refs/remotes/origin/HEAD');
    repository.git('update-ref', 'refs/remotes/origin/master', firstCommit);
    expect(await opened.defaultBranch()).toBe('origin/main');
    repository.git('update-ref', '-d', 'refs/remotes/origin/main');
    expect(await opened.defaultBranch()).toBe('origin/master');
    repository.git('remote', 'remove', 'origin');
    expect(await opened.defaultBranch()).toBeNull();
    repository.git('checkout', '-q', '-b', 'feature');
    expect(await opened.defaultBranch()).toBe('main');
  });

  it('reads files at a commit', async () => {
    const opened = await open(source.top);
    expect(await opened.fileAt(firstCommit, 'a.txt')).toBe('alpha\n');
    expect(await opened.fileAt(secondCommit, 'link')).toBe('second\n');
    expect(await opened.fileAt(thirdCommit, 'deep/file')).toBe('third\n');
    for (const path of ['deep', 'absent', 'deep/file/x', '', '../a.txt', 'a\nb']) {
      expect(await opened.fileAt(thirdCommit, path)).toBeNull();
    }
    expect(await opened.fileAt('0'.repeat(40), 'a.txt')).toBeNull();
  });

  it('names the address of a remote', async () => {
    const opened = await open(clone(source).top);
    expect(await opened.remoteUrl('origin')).toBe(`file://${source.top}`);
    for (const name of ['absent', '--all', '']) expect(await opened.remoteUrl(name)).toBeNull();
  });
});

describe('diff', () => {
  const messy = (): ScratchRepository => {
    const repository = clone(source);
    repository.write('a.txt', Buffer.from('caf\xe9\n', 'latin1'));
    repository.write('new/bin', Buffer.from([0, 1, 2, 255, 0]));
    repository.write('name with "quotes"\n', 'x');
    repository.write('.git/info/exclude', 'hidden\n');
    repository.write('hidden', 'h');
    repository.write('build/ignored', 'i');
    unlinkSync(join(repository.top, 'b.txt'));
    chmodSync(join(repository.top, 'run.sh'), 0o644);
    repository.git('update-index', '--skip-worktree', 'deep/file');
    repository.write('deep/file', 'flagged\n');
    repository.write('staged', 's');
    repository.git('add', 'staged');
    return repository;
  };

  it('replays to the same tree, whatever hides the change', async () => {
    const repository = messy();
    const patch = await (await open(repository.top)).diff();
    const copy = clone(source);
    writeFileSync(join(scratch.folder, 'patch'), patch);
    copy.git('apply', '--index', '--binary', join(scratch.folder, 'patch'));
    repository.git('update-index', '--no-skip-worktree', 'deep/file');
    repository.git('add', '-A');
    repository.git('add', '-f', 'hidden');
    expect(copy.git('write-tree')).toBe(repository.git('write-tree'));
  });

  it('leaves no trace in the project', async () => {
    const repository = messy();
    const before = fingerprint(repository.top);
    const opened = await open(repository.top);
    await opened.state([]);
    await opened.diff();
    expect(fingerprint(repository.top)).toBe(before);
  });

  it('is the same bytes under other settings, and empty for a clean tree', async () => {
    const repository = messy();
    const opened = await open(repository.top);
    const plain = await opened.diff();
    for (const setting of ['diff.noprefix=true', 'diff.algorithm=patience', 'color.ui=always', 'diff.context=9']) {
      const [name = '', value = ''] = setting.split('=');
      repository.git('config', name, value);
    }
    expect(Buffer.compare(await opened.diff(), plain)).toBe(0);
    expect(await (await open(clone(source).top)).diff()).toHaveLength(0);
  });

  it('holds both sides of a conflict as they lie on disk, and submodules by path', async () => {
    const repository = clone(source);
    repository.git('submodule', '--quiet', 'add', source.top, 'sub');
    repository.commit();
    repository.git('checkout', '-q', '-b', 'other');
    repository.write('a.txt', 'theirs\n');
    repository.commit();
    repository.git('checkout', '-q', 'main');
    repository.write('a.txt', 'ours\n');
    repository.commit();
    expect(() => repository.git('merge', 'other')).toThrow();
    repository.write('sub/b.txt', 'inside\n');
    initialised(join(repository.top, 'foreign'));
    const text = (await (await open(repository.top)).diff()).toString();
    expect(text).toContain('+<<<<<<< HEAD');
    expect(text).toContain('--- a/sub/b.txt\n+++ b/sub/b.txt');
  });

  it('works without an index, with a split one, and with SHA-256', async () => {
    const repository = clone(source);
    unlinkSync(join(repository.top, '.git', 'index'));
    expect((await (await open(repository.top)).diff()).toString()).toBe('');
    const split = clone(source);
    split.git('update-index', '--split-index');
    split.write('a.txt', 'split\n');
    expect((await (await open(split.top)).diff()).toString()).toContain('+split');
    const top = scratch.fresh();
    runGit(scratch.folder, ['init', '-q', '-b', 'main', '--object-format=sha256', top]);
    const modern = repositoryAt(top);
    modern.write('a', '1');
    symlinkSync('a', join(top, 'l'));
    modern.commit();
    modern.git('update-index', '--assume-unchanged', 'a', 'l');
    expect((await (await open(top)).state([])).dirty).toEqual([]);
    modern.write('a', '2');
    expect((await (await open(top)).diff()).toString()).toContain('+2');
  });
});

it('finds LFS pointers below a folder', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`;
  const repository = clone(source);
  repository.write('corpus/data.bin', pointer);
  repository.write('corpus/long.txt', pointer + 'x'.repeat(1024));
  repository.write('corpus/note.txt', `about ${pointer}`);
  repository.write('other/data.bin', pointer);
  repository.commit();
  repository.write('build/data.bin', pointer);
  const opened = await open(repository.top);
  expect(await opened.lfsPointers(join(repository.top, 'corpus'))).toEqual([
    { path: 'corpus/data.bin', reason: 'lfs_pointer' },
  ]);
  expect((await opened.lfsPointers(repository.top)).map(({ path }) => path)).toEqual([
    'corpus/data.bin',
    'other/data.bin',
  ]);
  expect(await opened.lfsPointers(scratch.folder)).toEqual([]);
  rmSync(join(repository.top, 'corpus'), { recursive: true });
  expect(await opened.lfsPointers(join(repository.top, 'corpus'))).toEqual([]);
});
