import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type CliProject, createCliProject, shellProject, sigmaBenchmark } from '../../fixtures/cli-project.ts';

/** What may count as evidence, and what may not. */
let project: CliProject;
afterEach(() => project.remove());
const local = ['--ledger-remote', 'none'];
const correctness = '[[benchmarks]]\nname = "c"\nentry_point = "c"\ntier = "correctness"\nrepetitions = 2\n';
const paired = '[[benchmarks]]\nname = "t"\nentry_point = "t"\ntier = "performance"\nmetric_direction = "minimize"\n';

const open = async (benchmarks: string, body: string, more: Readonly<Record<string, string>> = {}) => {
  project = await createCliProject({ ...shellProject(benchmarks, body), ...more });
  return project.commit();
};
const kinds = (value: unknown) => (value as { verdicts: { kind: string }[] }).verdicts.map((verdict) => verdict.kind);

it('a gate that measured nothing does not live off an earlier run', async () => {
  await open(correctness, 'echo same > "$artifact"; ok 1');
  await project.cli(['run', ...local]);
  await project.cli(['reference', 'freeze', 'c', ...local]);
  expect(kinds((await project.json(['gate', ...local])).value)).toEqual(['PASS']);
  const idle = await project.json(['gate', '--time-budget', '0', ...local]);
  expect(kinds(idle.value)).toEqual(['NEEDS_MORE_DATA']);
  expect(idle.exitCode).toBe(2);
});

it('exact: a metric that depends on its seed is the same in a re-run', async () => {
  await open(`${paired}deterministic = true\n`, 'ok "$((seed % 1000))"');
  await project.commit({ other: 'x' });
  expect(kinds((await project.json(['gate', ...local])).value)).toEqual(['PASS']);
  expect(kinds((await project.json(['gate', ...local])).value)).toEqual(['PASS']);
});

it('--allow-dirty on a clean tree does not excuse what the run itself changes', async () => {
  const files = shellProject(sigmaBenchmark, 'echo x >> bench/level; ok 1');
  project = await createCliProject({ ...files, 'bench/level': '1' });
  await project.commit();
  const { exitCode, stderr } = await project.cli(['run', '--allow-dirty', ...local]);
  expect(exitCode).toBe(65);
  expect(stderr).toContain('bench/level');
});

it('a head that moves while it is measured is refused', async () => {
  await open(sigmaBenchmark, 'sleep 0.4; ok 1');
  const running = project.start(['run', ...local]);
  for (let waited = 0; waited < 100 && !running.stderrSoFar().includes('1 of 3'); waited++)
    await new Promise((next) => setTimeout(next, 50));
  await project.commit({ other: 'x' });
  const { exitCode, stderr } = await running.ended;
  expect(stderr).toContain('the head moved');
  expect(exitCode).toBe(65);
});

it('a base that is the head itself is refused', async () => {
  await open(paired, 'ok 1');
  const { exitCode, stderr } = await project.cli(['gate', '--base', 'HEAD', ...local]);
  expect(exitCode).toBe(64);
  expect(stderr).toContain('the head itself');
});

it('the report says how the base was chosen', async () => {
  await open(paired, 'ok "10.$((seed % 10))"');
  await project.git('checkout', '--quiet', '-b', 'feature');
  await project.commit({ one: '1' });
  await project.commit({ two: '2' });
  const { value } = await project.json(['gate', '--dry-run', ...local]);
  expect((value as { base: string }).base).toBe(await project.git('rev-parse', 'main'));
  expect((await project.cli(['gate', '--dry-run', ...local])).stdout).toContain('merge base with main');
});

it('two projects of one repository keep their evidence apart', async () => {
  project = await createCliProject();
  const sub = (name: string, level: string) =>
    Object.fromEntries(
      Object.entries(shellProject(paired, `ok "${level}.$((seed % 10))"`)).map(([path, text]) => [
        `${name}/${path}`,
        text.replace('name = "p"', `name = "${name}"`),
      ]),
    );
  await project.commit({ ...sub('a', '10'), ...sub('b', '10') });
  await project.commit({ other: 'x' });
  expect(kinds((await project.json(['gate', ...local], { cwd: join(project.directory, 'a') })).value)).toEqual([
    'PASS',
  ]);
  const other = await project.json(['evaluate', ...local], { cwd: join(project.directory, 'b') });
  expect(kinds(other.value)).toEqual(['NEEDS_MORE_DATA']);
});

/** Crashes in the invocations (warm-up is 0) that `when` holds for; the count is kept in an ignored file of its own tree. */
const flaky = (when: string) => ({
  '.gitignore': '.count\n',
  'bench/run.sh': `n=$(cat .count 2>/dev/null || echo 0); echo $((n+1)) > .count; [ ${when} ] && exit 9
printf '{"status":"ok","metric":10.%s}' $((n % 7)) > "$3"\n`,
});

it('a crash that comes again is FAIL', async () => {
  await open(paired, 'ok "10.$((seed % 10))"');
  await project.commit(flaky('$((n % 3)) = 2'));
  const { value, exitCode } = await project.json(['gate', ...local]);
  expect(value).toMatchObject({ verdicts: [{ kind: 'FAIL', label: 'crash' }] });
  expect(exitCode).toBe(1);
});

it('a crash that does not come again is not FAIL, and more runs are a way out', async () => {
  await open(paired, 'ok "10.$((seed % 10))"');
  await project.commit(flaky('$n = 2'));
  const first = await project.json(['gate', ...local]);
  expect(first.value).toMatchObject({ verdicts: [{ kind: 'NEEDS_MORE_DATA', label: 'not_confirmed' }] });
  expect(first.exitCode).toBe(2);
  const second = await project.json(['gate', ...local]);
  expect(second.value).toMatchObject({ verdicts: [{ kind: 'PASS' }] });
  expect((second.value as { verdicts: { warnings: string[] }[] }).verdicts[0]?.warnings.join()).toContain(
    'trials failed',
  );
});

const withRemote = async () => {
  await open(sigmaBenchmark, 'ok "1.$((seed % 10))"');
  const remote = join(project.root, 'remote.git');
  await project.git('init', '--quiet', '--bare', remote);
  await project.git('remote', 'add', 'origin', remote);
  await project.cli(['baseline', 'establish']);
  await project.cli(['run']);
  const folder = join(project.root, 'planted');
  execFileSync('git', ['clone', '--quiet', '--branch', 'bench-data', remote, folder]);
  const [path = ''] = execFileSync('git', ['ls-files', 'runs'], { cwd: folder, encoding: 'utf8' }).split('\n');
  return { folder, file: join(folder, path), path };
};
const push = (folder: string) => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@localhost', ...args], { cwd: folder });
  git('add', '--all');
  git('commit', '--quiet', '--message', 'planted');
  git('push', '--quiet', 'origin', 'bench-data');
};

it.each([
  [
    'a changed metric',
    (file: string) => execFileSync('sed', ['-i', 's/"metric":1.[0-9]*/"metric":9999/', file]),
    /changed or removed a file/,
  ],
  ['a removed run', (file: string) => execFileSync('rm', [file]), /changed or removed a file/],
  [
    'a copied run',
    (file: string) => execFileSync('cp', [file, file.replace(/\/(\d{8})-/, '/00000099-')]),
    /holds a run twice/,
  ],
  [
    'a file that is no run',
    (file: string) => execFileSync('cp', [file, file.replace(/[^/]*$/, 'copy.jsonl')]),
    /not its own/,
  ],
])('%s on the ledger branch ends every verdict', async (_what, change, message) => {
  const { folder, file } = await withRemote();
  change(file);
  push(folder);
  for (const command of ['evaluate', 'gate']) {
    const { exitCode, stderr } = await project.cli([command]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(65);
  }
});

it('the manifest can not send the ledger to a repository of its own', async () => {
  const files = shellProject(`${sigmaBenchmark}\n[ledger]\nremote = "evil.git"\n`, 'ok 1');
  project = await createCliProject(files);
  const evil = join(project.directory, 'evil.git');
  execFileSync('git', ['init', '--quiet', '--bare', evil]);
  const marker = join(project.root, 'hook-ran');
  mkdirSync(join(evil, 'hooks'), { recursive: true });
  writeFileSync(join(evil, 'hooks/pre-receive'), `#!/bin/sh\ntouch ${marker}\n`);
  chmodSync(join(evil, 'hooks/pre-receive'), 0o755);
  await project.commit();
  for (const more of [[], ['--ledger-remote', 'evil.git'], ['--ledger-remote', `file://${evil}`]]) {
    const { exitCode } = await project.cli(['gate', ...more]);
    expect(exitCode).toBe(64);
  }
  expect(existsSync(marker)).toBe(false);
});

it('measurements from before there was a remote are kept and pushed once there is one', async () => {
  await open(sigmaBenchmark, 'ok 1');
  await project.cli(['baseline', 'establish']);
  const remote = join(project.root, 'remote.git');
  await project.git('init', '--quiet', '--bare', remote);
  await project.git('remote', 'add', 'origin', remote);
  expect((await project.json(['list'])).value).toMatchObject({ benchmarks: [{ baseline: { how: 'establish' } }] });
  await project.cli(['run']);
  expect(execFileSync('git', ['rev-list', '--count', 'bench-data'], { cwd: remote, encoding: 'utf8' }).trim()).toBe(
    '2',
  );
});

it('the demo leaves a repository alone whose hook it is run from', async () => {
  const before = await open(sigmaBenchmark, 'ok 1');
  const environment = {
    GIT_DIR: join(project.directory, '.git'),
    GIT_WORK_TREE: project.directory,
    GIT_INDEX_FILE: join(project.directory, '.git/index'),
  };
  const { exitCode } = await project.cli(['demo'], { environment });
  expect(await project.git('rev-parse', 'HEAD')).toBe(before);
  expect(exitCode).toBe(0);
});

it('two signals in a row still keep what is finished', async () => {
  await open(sigmaBenchmark.replace('repetitions = 3', 'repetitions = 40'), 'sleep 0.6; ok 1');
  const running = project.start(['run', ...local]);
  for (let waited = 0; waited < 200 && !/[3-9] of 40/.test(running.stderrSoFar()); waited++)
    await new Promise((next) => setTimeout(next, 100));
  running.kill('SIGINT');
  running.kill('SIGTERM');
  running.kill('SIGINT');
  expect((await running.ended).exitCode).toBe(130);
  const { value } = await project.json(['history', 't', ...local]);
  expect((value as { records: unknown[] }).records.length).toBeGreaterThanOrEqual(1);
});

it('a change that edits its own gate is seen to do so', async () => {
  await open(paired, 'ok "10.$((seed % 10))"');
  const manifest = shellProject(`${paired}tolerance = 0.9\n`, '')['bench/manifest.toml'] ?? '';
  await project.commit({ 'bench/manifest.toml': manifest });
  const { value } = await project.json(['gate', ...local]);
  expect((value as { warnings: string[] }).warnings.join()).toContain('edits its gate');
});
