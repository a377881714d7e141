import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
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
import type { Revision } from '../../domain/provenance.ts';
import type { Repository, Worktree } from '../../ports/repository.ts';
import { isProcessAlive, ownIdentity } from '../node/process-identity.ts';
import { createGit } from './git-command.ts';
import { openRepository } from './repository.ts';
import { parseRegistrations } from './worktree-commands.ts';
import { createWorktrees, type WorktreesOptions } from './worktrees.ts';

const scratch = scratchFolder();
afterAll(scratch.close);

const git = createGit({ environment: scratchEnvironment });

interface Setting {
  readonly repository: Repository;
  readonly temporaryRoot: string;
  readonly log: string[];
  readonly openAt: (name?: string, overrides?: Partial<WorktreesOptions>) => Promise<Worktree>;
}

async function settingOf(project: ScratchRepository, temporaryRoot = scratch.fresh('tmp')): Promise<Setting> {
  const repository = await openRepository({ git, directory: project.top });
  const log: string[] = [];
  const options: WorktreesOptions = { git, repository, temporaryRoot, isProcessAlive, log: (text) => log.push(text) };
  const openAt: Setting['openAt'] = async (name = 'HEAD', overrides = {}) =>
    createWorktrees({ ...options, ...overrides }).open((await repository.resolve(name)) as Revision);
  return { repository, temporaryRoot, log, openAt };
}

function twoCommits(): ScratchRepository {
  const project = withOneCommit(scratch.fresh('project'));
  project.write('a.txt', 'second\n');
  project.commit();
  return project;
}

const registrations = (project: ScratchRepository): number =>
  project
    .git('worktree', 'list', '--porcelain')
    .split('\n')
    .filter((line) => line.startsWith('worktree ')).length;

describe('a checkout', () => {
  it('is detached, locked, complete, and gone after close', async () => {
    const project = twoCommits();
    project.write('a.txt', 'dirty\n');
    const setting = await settingOf(project);
    const worktree = await setting.openAt('HEAD~1');
    expect(readFileSync(join(worktree.path, 'a.txt'), 'utf8')).toBe('alpha\n');
    expect(readFileSync(join(worktree.path, 'link'), 'utf8')).toBe('alpha\n');
    const state = await (await openRepository({ git, directory: worktree.path })).state([]);
    expect(state).toMatchObject({ head: worktree.revision, branch: null, dirty: [] });
    expect(project.git('worktree', 'list', '--porcelain')).toContain(`locked benchgate ${process.pid} `);
    await Promise.all([worktree.close(), worktree.close()]);
    await worktree.close();
    expect(readdirSync(setting.temporaryRoot)).toEqual([]);
    expect([registrations(project), setting.log]).toEqual([1, []]);
    expect(project.git('status', '--porcelain')).toBe(' M a.txt');
  });

  it('is removed although it was made read-only and filled, and nothing outside is touched', async () => {
    const setting = await settingOf(twoCommits());
    const outside = scratch.fresh('outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'precious'), 'x');
    const worktree = await setting.openAt();
    mkdirSync(join(worktree.path, 'locked/inner'), { recursive: true });
    symlinkSync(outside, join(worktree.path, 'locked/inner/link'));
    symlinkSync(outside, join(worktree.path, 'link2'));
    for (let at = 0; at < 50; at++) writeFileSync(join(worktree.path, 'locked/inner', `f${at}`), 'x', { mode: 0o400 });
    for (const folder of ['locked/inner', 'locked', '.']) chmodSync(join(worktree.path, folder), 0o000);
    await worktree.close();
    expect([readdirSync(setting.temporaryRoot), readdirSync(outside)]).toEqual([[], ['precious']]);
    expect(setting.log).toEqual([]);
  });

  it('does not run the project’s hooks', async () => {
    const project = twoCommits();
    project.write('.git/hooks/post-checkout', `#!/bin/sh\ntouch ${join(project.top, 'ran')}\n`, 0o755);
    const worktree = await (await settingOf(project)).openAt();
    await worktree.close();
    expect(existsSync(join(project.top, 'ran'))).toBe(false);
  });

  it('is not led astray by variables of git', async () => {
    const hostile = {
      GIT_DIR: '/nonexistent',
      GIT_INDEX_FILE: '/nonexistent',
      EDITOR: 'x',
      PAGER: 'x',
      GIT_PAGER: 'x',
    };
    const before = { ...process.env };
    const setting = await settingOf(twoCommits());
    Object.assign(process.env, hostile);
    try {
      const worktree = await setting.openAt();
      expect(readdirSync(worktree.path)).toContain('a.txt');
      await worktree.close();
      expect(setting.log).toEqual([]);
    } finally {
      for (const name of Object.keys(hostile)) {
        delete process.env[name];
        if (before[name] !== undefined) process.env[name] = before[name];
      }
    }
  });

  it.runIf(process.getuid?.() === 0)('works in a repository that belongs to somebody else', async () => {
    const project = twoCommits();
    execFileSync('chown', ['-R', '12345:12345', project.top]);
    const setting = await settingOf(project);
    const worktree = await setting.openAt('HEAD~1');
    expect(readFileSync(join(worktree.path, 'a.txt'), 'utf8')).toBe('alpha\n');
    await worktree.close();
    expect([readdirSync(setting.temporaryRoot), setting.log]).toEqual([[], []]);
  });

  it('two are open at once, and fail cleanly', async () => {
    const project = twoCommits();
    const setting = await settingOf(project);
    const both = await Promise.all([setting.openAt(), setting.openAt('HEAD~1')]);
    expect(registrations(project)).toBe(3);
    await Promise.all(both.map((worktree) => worktree.close()));
    const { repository, temporaryRoot, log } = setting;
    const options = { git, repository, temporaryRoot, isProcessAlive, log: (text: string) => void log.push(text) };
    const revision = { sha: '0'.repeat(40), tree: '0'.repeat(40) };
    await expect(createWorktrees(options).open(revision)).rejects.toThrow(EnvironmentError);
    expect([registrations(project), readdirSync(temporaryRoot)]).toEqual([1, []]);
  });

  it('a place that can’t be written is an environment error', async () => {
    const project = twoCommits();
    const setting = await settingOf(project, join(project.top, 'a.txt'));
    await expect(setting.openAt()).rejects.toMatchObject({ code: 'INPUT_OUTPUT', exitCode: 69 });
  });
});

describe('leftovers', () => {
  const program = join(scratch.folder, 'holder.cjs');
  buildSync({
    stdin: {
      resolveDir: import.meta.dirname,
      contents: `
        import { createGit } from './git-command.ts';
        import { openRepository } from './repository.ts';
        import { createWorktrees } from './worktrees.ts';
        import { isProcessAlive } from '../node/process-identity.ts';
        const [directory, temporaryRoot] = process.argv.slice(2);
        const git = createGit({ environment: process.env });
        openRepository({ git, directory }).then(async (repository) => {
          const worktrees = createWorktrees({ git, repository, temporaryRoot, isProcessAlive, log: console.error });
          console.log((await worktrees.open(await repository.resolve('HEAD'))).path);
          setInterval(() => {}, 1000);
        });`,
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: program,
    logLevel: 'error',
  });

  /** A process that holds a checkout open; returns the checkout and how to kill it. */
  const holder = async ({
    repository,
    temporaryRoot,
  }: Setting): Promise<{ tree: string; kill: () => Promise<void> }> => {
    const child = spawn(process.execPath, [program, repository.top, temporaryRoot], {
      env: scratchEnvironment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return {
      tree: line.toString().trim(),
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  };

  it('of a killed process are removed, others are not', async () => {
    const project = twoCommits();
    const setting = await settingOf(project);
    const { tree, kill } = await holder(setting);
    await (await setting.openAt()).close();
    expect(existsSync(join(tree, 'a.txt'))).toBe(true);
    await kill();
    const mine = scratch.fresh('mine');
    project.git('worktree', 'add', '-q', '--detach', mine);
    mkdirSync(join(setting.temporaryRoot, 'benchgate-base-1-short'));
    chmodSync(tree, 0o500);
    const worktree = await setting.openAt();
    expect(existsSync(dirname(tree))).toBe(false);
    await worktree.close();
    expect(readdirSync(setting.temporaryRoot)).toEqual(['benchgate-base-1-short']);
    expect([registrations(project), existsSync(mine), setting.log]).toEqual([2, true, []]);
  });

  it('are forgotten when only the registration is left', async () => {
    const project = twoCommits();
    const setting = await settingOf(project);
    const { tree, kill } = await holder(setting);
    await kill();
    rmSync(dirname(tree), { recursive: true });
    expect(registrations(project)).toBe(2);
    await (await setting.openAt()).close();
    expect(registrations(project)).toBe(1);
  });

  it('of another machine stay for a week', async () => {
    const setting = await settingOf(twoCommits());
    const folder = join(setting.temporaryRoot, `benchgate-base-999999-${'b'.repeat(32)}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'owner'), 'benchgate 999999 1 elsewhere');
    await (await setting.openAt()).close();
    expect(existsSync(folder)).toBe(true);
    const then = Date.now() / 1000 - 8 * 24 * 3600;
    utimesSync(folder, then, then);
    await (await setting.openAt()).close();
    expect(existsSync(folder)).toBe(false);
  });

  it('a number that another process has now does not protect them', async () => {
    const { pid, host } = ownIdentity();
    expect(isProcessAlive({ pid, host, startTime: '-' })).toBe(true);
    expect(isProcessAlive(ownIdentity())).toBe(true);
    expect(isProcessAlive({ pid, host, startTime: '1' })).toBe(process.platform !== 'linux');
    expect(isProcessAlive({ pid: 2 ** 22 + 1, host, startTime: '1' })).toBe(false);
  });
});

describe('submodules', () => {
  const library = withOneCommit(scratch.fresh('library'));
  const middle = initialised(scratch.fresh('middle'));
  middle.git('submodule', '--quiet', 'add', `../${library.top.split('/').pop()}`, 'inner');
  middle.commit();

  const superproject = (): ScratchRepository => {
    const project = twoCommits();
    project.git('submodule', '--quiet', 'add', middle.top, 'sub');
    project.git('submodule', '--quiet', 'update', '--init', '--recursive');
    project.commit();
    return project;
  };

  it('come from the project’s own clones, at every depth, even when their origin is gone', async () => {
    const project = superproject();
    project.git('config', '-f', '.gitmodules', 'submodule.sub.url', 'https://localhost:1/none.git');
    project.commit();
    const config = readFileSync(join(project.top, '.git/config'), 'utf8');
    const worktree = await (await settingOf(project)).openAt();
    expect(readFileSync(join(worktree.path, 'sub/inner/a.txt'), 'utf8')).toBe('alpha\n');
    expect((await (await openRepository({ git, directory: worktree.path })).state([])).dirty).toEqual([]);
    await worktree.close();
    expect(readFileSync(join(project.top, '.git/config'), 'utf8')).toBe(config);
    expect([registrations(project), project.git('status', '--porcelain')]).toEqual([1, '']);
  });

  it('come from their address when the project never had them', async () => {
    const project = superproject();
    const top = scratch.fresh('clone');
    runGit(scratch.folder, ['clone', '-q', project.top, top]);
    const worktree = await (await settingOf(repositoryAt(top))).openAt();
    expect(readFileSync(join(worktree.path, 'sub/inner/a.txt'), 'utf8')).toBe('alpha\n');
    await worktree.close();
    expect(existsSync(join(top, '.git/modules'))).toBe(false);
  });

  it('may not name local files when the project comes from elsewhere', async () => {
    const project = superproject();
    const top = scratch.fresh('clone');
    runGit(scratch.folder, ['clone', '-q', project.top, top]);
    repositoryAt(top).git('remote', 'set-url', 'origin', 'https://example.org/p.git');
    const setting = await settingOf(repositoryAt(top));
    await expect(setting.openAt()).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(readdirSync(setting.temporaryRoot)).toEqual([]);
  });
});

describe('LFS', () => {
  const content = 'large\n'.repeat(100);
  const project = withOneCommit(scratch.fresh('lfs'));
  project.git('lfs', 'install', '--local');
  project.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  project.write('data.bin', content);
  project.commit();

  it('content is brought in from the project’s store', async () => {
    expect(project.git('show', 'HEAD:data.bin')).toContain('git-lfs.github.com');
    const setting = await settingOf(project);
    const worktree = await setting.openAt();
    expect(readFileSync(join(worktree.path, 'data.bin'), 'utf8')).toBe(content);
    await worktree.close();
    expect(setting.log).toEqual([]);
  });

  it('content that can’t be had stays a pointer, and is logged', async () => {
    const top = scratch.fresh('clone');
    runGit(scratch.folder, ['clone', '-q', project.top, top]);
    repositoryAt(top).git('remote', 'set-url', 'origin', 'https://localhost:1/none.git');
    const setting = await settingOf(repositoryAt(top));
    const worktree = await setting.openAt();
    const opened = await openRepository({ git, directory: worktree.path });
    expect(await opened.lfsPointers(worktree.path)).toEqual([{ path: 'data.bin', reason: 'lfs_pointer' }]);
    expect(setting.log.join('\n')).toMatch(/git-lfs/);
    await worktree.close();
  });
});

it('reads the list of work trees', () => {
  const text =
    'worktree /a\nHEAD 1\nbranch refs/heads/x\n\nworktree /b c\nHEAD 1\ndetached\nlocked why not\n\nworktree /d\nlocked\n';
  expect(parseRegistrations(text)).toEqual([
    { path: '/a', lockReason: null },
    { path: '/b c', lockReason: 'why not' },
    { path: '/d', lockReason: '' },
  ]);
});
