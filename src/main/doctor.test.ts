import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type CliProject, createCliProject, shellProject, sigmaBenchmark } from '../../fixtures/cli-project.ts';

let project: CliProject;
afterEach(() => project.remove());
const local = ['--ledger-remote', 'none'];

interface Answer {
  readonly errors: number;
  readonly findings: readonly {
    readonly code: string;
    readonly severity: string;
    readonly area: string;
    readonly path: string;
    readonly line: number | null;
  }[];
}
const doctor = async (args: readonly string[] = local, environment: Readonly<Record<string, string>> = {}) => {
  const ended = await project.json(['doctor', ...args], { environment });
  return { ...ended, answer: ended.value as Answer };
};
const errorsOf = ({ findings }: Answer) =>
  findings.filter(({ severity }) => severity === 'error').map(({ code, path, line }) => [code, path, line]);

const open = async (more: Readonly<Record<string, string>> = {}) => {
  project = await createCliProject({ ...shellProject(sigmaBenchmark, 'ok 1'), ...more });
  await project.commit();
};

it('doctor says what this machine, the manifest and the ledger are like', async () => {
  await open();
  const { exitCode, answer, stderr } = await doctor();
  expect(exitCode).toBe(0);
  expect(answer.findings.map(({ code }) => code).sort()).toEqual([
    'GIT',
    'ISOLATION',
    'LEDGER',
    'MANIFEST',
    'NO_WORKFLOW',
    'TOKEN',
  ]);
  expect(answer.findings).toContainEqual(expect.objectContaining({ code: 'MANIFEST', path: 'bench/manifest.toml' }));
  expect(stderr).toMatch(/note git: git version \d/);
  expect(stderr).toMatch(/\n0 errors, \d warnings?, \d notes\n$/);
  const text = await project.cli(['doctor', ...local], { environment: { GITHUB_TOKEN: 'ghs_secret' } });
  expect(text.stdout).toContain('GITHUB_TOKEN is set');
  expect(text.stdout).not.toContain('ghs_secret');
});

it('doctor finds faults of workflows at their lines, and exits 64', async () => {
  const workflow =
    'on: push\npermissions: {}\njobs:\n  gate:\n    steps:\n      - uses: benchgate/benchgate@v0\n        with:\n          comand: gate\n';
  await open({
    '.github/workflows/a.yml': workflow,
    '.github/workflows/b.yaml': 'on: [\n',
    '.github/workflows/c.txt': '[',
  });
  const { exitCode, answer } = await doctor();
  expect(exitCode).toBe(64);
  expect(errorsOf(answer)).toEqual([
    ['PERMISSION_MISSING', '.github/workflows/a.yml', 2],
    ['PERMISSION_MISSING', '.github/workflows/a.yml', 2],
    ['UNKNOWN_INPUT', '.github/workflows/a.yml', 8],
    ['WORKFLOW_YAML', '.github/workflows/b.yaml', expect.any(Number)],
  ]);
});

it('doctor shows no text of a workflow raw', async () => {
  await open({
    '.github/workflows/a.yml':
      'on: push\njobs:\n  "\\e[31m\\n::error::x":\n    steps:\n      - uses: benchgate/benchgate@v0\n',
  });
  const { stdout } = await project.cli(['doctor', ...local]);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).not.toMatch(/^::error/m);
});

it('doctor warns of a benchmark outside harness_paths', async () => {
  const manifest = (paths: string) =>
    `[project]\nname = "p"\n${paths}\n[[benchmarks]]\nname = "t"\ncommand = "node perf.js"\nmetric = "wall_seconds"\n`;
  await open({ 'bench/manifest.toml': manifest(''), 'perf.js': '' });
  const place = { code: 'COMMAND_OUTSIDE_HARNESS', severity: 'warning', path: 'bench/manifest.toml', line: 4 };
  const found = await doctor();
  expect(found.exitCode).toBe(0);
  expect(found.answer.findings).toContainEqual(expect.objectContaining(place));
  project.write({ 'bench/manifest.toml': manifest('harness_paths = ["bench/", "perf.js"]') });
  expect((await doctor()).answer.findings.map(({ code }) => code)).not.toContain(place.code);
});

it('doctor looks whether the label of the manifest starts a measurement', async () => {
  project = await createCliProject({ 'bench.js': '' });
  await project.cli(['init', 'node bench.js', '--github']);
  const ignored = async (label: string) => {
    const text = readFileSync(join(project.directory, 'bench/manifest.toml'), 'utf8').split('\n[policy]')[0] ?? '';
    await project.commit({ 'bench/manifest.toml': `${text}\n[policy]\ngate_change = "label:${label}"\n` });
    const { answer } = await doctor();
    return answer.findings.filter(({ code }) => code === 'LABEL_IGNORED').map(({ severity }) => severity);
  };
  expect(await ignored('bench-approved')).toEqual([]);
  expect(await ignored('perf-approved')).toEqual(['warning']);
});

it('doctor lists each problem of the manifest with its line, in a folder below too', async () => {
  project = await createCliProject({
    'sub/bench/manifest.toml': '[project]\nname = "p"\nnam = 1\n\n[[benchmarks]]\nname = "t"\ntier = "x"\n',
  });
  await project.commit();
  const { exitCode, answer } = await doctor([...local, '--project', 'sub']);
  expect(exitCode).toBe(64);
  expect(errorsOf(answer)).toContainEqual(['MANIFEST_INVALID', 'sub/bench/manifest.toml', 3]);
  expect(errorsOf(answer)).toContainEqual(['MANIFEST_INVALID', 'sub/bench/manifest.toml', 7]);
});

it('doctor without a manifest exits 64; without a repository or git 69; and goes on with the rest', async () => {
  project = await createCliProject({ a: '' });
  await project.commit();
  const bare = await doctor();
  expect(bare.exitCode).toBe(64);
  expect(errorsOf(bare.answer)).toEqual([['MANIFEST_MISSING', 'bench/manifest.toml', null]]);
  expect(bare.answer.findings.map(({ code }) => code)).toContain('ISOLATION');
  const outside = await doctor([...local, '--project', project.root]);
  expect(outside.exitCode).toBe(69);
  expect(errorsOf(outside.answer).map(([code]) => code)).toEqual(['NOT_A_REPOSITORY']);
});

it('doctor exits 65 for a ledger that was rewritten and 69 for one out of reach', async () => {
  await open();
  const remote = join(project.root, 'remote.git');
  await project.git('init', '--quiet', '--bare', '--initial-branch=main', remote);
  await project.git('remote', 'add', 'origin', remote);
  expect((await project.cli(['baseline', 'establish'])).exitCode).toBe(0);
  const sound = await doctor([]);
  expect(sound.exitCode).toBe(0);
  expect(sound.answer.findings.map(({ code }) => code)).toContain('BRANCH_PROTECTION');

  const folder = join(project.root, 'planted');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@localhost', ...args], { cwd: folder });
  execFileSync('git', ['clone', '--quiet', '--branch', 'bench-data', remote, folder]);
  git('rm', '--quiet', '-r', 'runs');
  git('commit', '--quiet', '--message', 'nothing to see');
  git('push', '--quiet', 'origin', 'bench-data');
  const rewritten = await doctor([]);
  expect(rewritten.exitCode).toBe(65);
  expect(errorsOf(rewritten.answer)).toEqual([['LEDGER_REWRITTEN', 'ledger', null]]);

  const gone = await doctor(['--ledger-remote', join(project.root, 'nowhere.git')]);
  expect(gone.exitCode).toBe(69);
  expect(errorsOf(gone.answer)).toEqual([['LEDGER_UNREACHABLE', 'ledger', null]]);
});
