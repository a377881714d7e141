import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type CliProject, createCliProject, shellProject, sigmaBenchmark } from '../../fixtures/cli-project.ts';

let project: CliProject;
afterEach(() => project.remove());

/** A project whose origin is a bare repository beside it. */
const openWithRemote = async (body = 'ok 1', benchmarks = sigmaBenchmark) => {
  project = await createCliProject(shellProject(benchmarks, body));
  await project.commit();
  const remote = join(project.root, 'remote.git');
  await project.git('init', '--quiet', '--bare', '--initial-branch=main', remote);
  await project.git('remote', 'add', 'origin', remote);
  return remote;
};

/** Adds one file to the remote's ledger branch by hand, as a careless person or an attacker would. */
const plant = (remote: string, change: (folder: string) => void) => {
  const folder = join(project.root, 'planted');
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: folder, env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } });
  execFileSync('git', ['clone', '--quiet', '--branch', 'bench-data', remote, folder]);
  change(folder);
  git('add', '--all');
  git('-c', 'user.name=x', '-c', 'user.email=x@localhost', 'commit', '--quiet', '--message', 'planted');
  git('push', '--quiet', 'origin', 'bench-data');
};

const runFile = (folder: string) => {
  const [path] = execFileSync('git', ['ls-files', 'runs'], { cwd: folder, encoding: 'utf8' }).split('\n');
  return join(folder, path ?? '');
};

it('measurements go to origin, and the project itself is not touched', async () => {
  const remote = await openWithRemote();
  const before = [
    await project.git('status', '--porcelain=v2', '--branch'),
    await project.git('for-each-ref'),
    await project.git('count-objects', '-v'),
  ];
  expect((await project.cli(['baseline', 'establish'])).exitCode).toBe(0);
  expect((await project.cli(['run'])).exitCode).toBe(0);
  expect([
    await project.git('status', '--porcelain=v2', '--branch'),
    await project.git('for-each-ref'),
    await project.git('count-objects', '-v'),
  ]).toEqual(before);
  const names = execFileSync('git', ['ls-tree', '-r', '--name-only', 'bench-data'], { cwd: remote, encoding: 'utf8' });
  expect(names).toMatch(/^events\/[0-9a-f]{16}\/00000001-[0-9a-f]{32}\.jsonl\nledger\.json\nruns\//);
  expect(names.split('\n').filter((name) => name.startsWith('runs/'))).toHaveLength(2);
});

it('another clone sees what was measured', async () => {
  const remote = await openWithRemote();
  await project.git('push', '--quiet', 'origin', 'main');
  await project.cli(['baseline', 'establish']);
  const clone = join(project.root, 'clone');
  await project.git('clone', '--quiet', remote, clone);
  const listed = await project.json(['list'], {
    cwd: clone,
    environment: { BENCHGATE_HOME: join(project.root, 'other') },
  });
  expect(listed.value).toMatchObject({ benchmarks: [{ baseline: { how: 'establish' } }] });
});

it('offline runs are kept and pushed with the next run that is not', async () => {
  const remote = await openWithRemote();
  await project.git('remote', 'set-url', 'origin', join(project.root, 'gone'));
  const unreachable = await project.cli(['gate', '--ledger-dir', join(project.root, 'l.git')]);
  expect(unreachable.exitCode).toBe(69);
  expect(unreachable.stderr).toContain('--offline');
  expect((await project.cli(['run', '--offline', '--ledger-dir', join(project.root, 'l.git')])).exitCode).toBe(0);
  await project.git('remote', 'set-url', 'origin', remote);
  expect((await project.cli(['run', '--ledger-dir', join(project.root, 'l.git')])).exitCode).toBe(0);
  expect((await project.json(['ledger', 'verify'])).value).toMatchObject({ commits: 2, problems: [] });
});

it.each([
  ['a truncated line', (folder: string) => execFileSync('truncate', ['-s', '-40', runFile(folder)])],
  ['a missing line', (folder: string) => execFileSync('sed', ['-i', '$d', runFile(folder)])],
  ['a line that is not JSON', (folder: string) => execFileSync('sed', ['-i', '2s/.*/hello/', runFile(folder)])],
  [
    'a changed number',
    (folder: string) => execFileSync('sed', ['-i', 's/"schema":1,"index":0/"schema":1,"index":1/', runFile(folder)]),
  ],
])('%s in the ledger is an error for a verdict and for verify', async (_what, change) => {
  const remote = await openWithRemote();
  await project.cli(['baseline', 'establish']);
  plant(remote, change);
  const evaluated = await project.cli(['evaluate']);
  expect(evaluated.exitCode).toBe(65);
  expect(evaluated.stderr).toContain('.jsonl');
  const verified = await project.cli(['ledger', 'verify']);
  expect(verified.exitCode).toBe(65);
  expect(verified.stdout).toMatch(/status M/);
});

it('a foreign file and a removed one are found by verify', async () => {
  const remote = await openWithRemote();
  await project.cli(['baseline', 'establish']);
  plant(remote, (folder) => {
    writeFileSync(join(folder, 'notes.txt'), 'hello');
    execFileSync('rm', [runFile(folder)]);
  });
  const verified = await project.cli(['ledger', 'verify']);
  expect(verified.exitCode).toBe(65);
  expect(verified.stdout).toContain('notes.txt: does not belong');
  expect(verified.stdout).toContain('status D');
});

it('a rewritten remote branch is refused', async () => {
  const remote = await openWithRemote();
  await project.cli(['baseline', 'establish']);
  await project.cli(['run']);
  execFileSync('git', ['update-ref', 'refs/heads/bench-data', 'bench-data~1'], { cwd: remote });
  expect((await project.cli(['evaluate'])).exitCode).toBe(65);
});

it('a branch of that name that is no ledger is refused', async () => {
  await openWithRemote();
  await project.git('push', '--quiet', 'origin', 'main:bench-data');
  const { exitCode, stderr } = await project.cli(['run']);
  expect(exitCode).toBe(65);
  expect(stderr).toContain('--ledger-branch');
});

it('a rejected push exits 69, says why and keeps the records', async () => {
  const remote = await openWithRemote();
  const hook = join(remote, 'hooks/pre-receive');
  mkdirSync(join(remote, 'hooks'), { recursive: true });
  writeFileSync(hook, '#!/bin/sh\necho "branch is protected" >&2\nexit 1\n');
  chmodSync(hook, 0o755);
  const { exitCode, stdout } = await project.cli(['run']);
  expect(exitCode).toBe(69);
  expect(stdout).toContain('NOT RECORDED');
  expect(stdout).toContain('branch is protected');
  chmodSync(hook, 0o644);
  expect((await project.cli(['run'])).exitCode).toBe(0);
  expect((await project.json(['ledger', 'verify'])).value).toMatchObject({ commits: 2, problems: [] });
});

it('Ctrl-C keeps finished repetitions, removes the worktree and leaves no process', async () => {
  await openWithRemote('sleep 0.6; ok 1', sigmaBenchmark.replace('repetitions = 3', 'repetitions = 40'));
  const running = project.start(['run', '--json']);
  for (let waited = 0; waited < 200 && !/[3-9] of 40/.test(running.stderrSoFar()); waited++)
    await new Promise((next) => setTimeout(next, 100));
  running.kill('SIGINT');
  const { exitCode, stderr } = await running.ended;
  expect(exitCode).toBe(130);
  expect(stderr).toMatch(/interrupted; [1-9]\d* finished repetition/);
  const { value } = await project.json(['history', 't']);
  expect((value as { records: unknown[] }).records.length).toBeGreaterThanOrEqual(1);
  expect((await project.json(['evaluate'])).value).toMatchObject({ verdicts: [{ kind: 'NO_BASELINE' }] });
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(project.directory);
});

it('Ctrl-C during pairs removes the base checkout', async () => {
  await openWithRemote('sleep 0.3; ok 1', sigmaBenchmark.replace('promotion_sigma = 2.0\n', ''));
  await project.commit({ other: 'x' });
  const running = project.start(['gate']);
  for (let waited = 0; waited < 200 && !running.stderrSoFar().includes('pair 2'); waited++)
    await new Promise((next) => setTimeout(next, 100));
  running.kill('SIGINT');
  expect((await running.ended).exitCode).toBe(130);
  expect((await project.git('worktree', 'list')).split('\n')).toHaveLength(1);
  expect((await project.json(['evaluate'])).value).toMatchObject({ verdicts: [{ kind: 'NEEDS_MORE_DATA' }] });
});

const mountable = process.getuid?.() === 0 && process.platform === 'linux';
it.skipIf(!mountable && process.env['BENCHGATE_REQUIRE_ALL'] !== '1')(
  'a full disk exits 69 and the ledger still verifies (needs root to mount a small disk)',
  async () => {
    await openWithRemote(
      `ok 1; head -c 3000000 /dev/zero | tr '\\0' a > "$artifact"`,
      '[[benchmarks]]\nname = "t"\nentry_point = "t"\ntier = "correctness"\n',
    );
    const small = join(project.root, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small]);
    try {
      const environment = { BENCHGATE_HOME: join(small, 'data') };
      const { exitCode, stderr } = await project.cli(['run', '--ledger-remote', 'none'], { environment });
      expect(stderr).toMatch(/full|space/i);
      expect(exitCode).toBe(69);
      const verified = await project.cli(['ledger', 'verify', '--ledger-remote', 'none'], { environment });
      expect(verified.stdout).toContain('does not exist yet');
      expect(
        existsSync(join(small, 'data', 'artifacts'))
          ? readdirSync(join(small, 'data', 'artifacts'), { recursive: true }).filter(
              (name) => String(name).length > 40,
            )
          : [],
      ).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  },
);
