import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type CliProject, createCliProject } from '../../fixtures/cli-project.ts';

let project: CliProject;
afterEach(() => project.remove());

const workflows = () => {
  const folder = join(project.directory, '.github/workflows');
  return existsSync(folder) ? readdirSync(folder).sort() : [];
};
const text = (path: string) => readFileSync(join(project.directory, path), 'utf8');
const benchmark = '.github/workflows/benchgate-benchmark.yml';

it('init --github writes manifest and workflows, and doctor finds no fault in them', async () => {
  project = await createCliProject({ 'bench.js': '' });
  const init = await project.json(['init', 'node bench.js', '--github', '--guard']);
  const written = ['benchmark', 'benchmark-report', 'nightly', 'guard'].map(
    (name) => `.github/workflows/benchgate-${name}.yml`,
  );
  expect(init).toMatchObject({
    exitCode: 0,
    value: { written: ['bench/manifest.toml', ...written], wroteManifest: true, branch: 'main' },
  });
  for (const path of written) expect(init.stderr).toContain(`wrote ${path}\n`);
  expect(init.stderr).toContain('require the check `Benchgate`');
  expect(workflows()).toHaveLength(4);
  expect(text('bench/manifest.toml')).toContain('node bench.js');
  expect(text('bench/manifest.toml')).toContain('\nharness_paths = ["bench/", "bench.js"]\n');
  expect(init.stderr).toContain('run `benchgate doctor`, then');
  expect(init.stderr).not.toContain('git init');

  await project.commit();
  const doctor = await project.json(['doctor', '--ledger-remote', 'none']);
  const { findings } = doctor.value as { findings: { area: string; severity: string; code: string }[] };
  expect(findings.filter(({ area, severity }) => area === 'workflow' && severity !== 'note')).toEqual([]);
  expect(findings.map(({ code }) => code)).not.toContain('NO_WORKFLOW');
  expect(doctor.exitCode).toBe(0);
});

it('init --github leaves a manifest alone and leaves guard.yml out', async () => {
  project = await createCliProject({ 'bench/manifest.toml': '# mine\n' });
  const init = await project.cli(['init', '--github', '--action', './']);
  expect(init.exitCode).toBe(0);
  expect(init.stdout).not.toContain('wrote bench/manifest.toml');
  expect(text('bench/manifest.toml')).toBe('# mine\n');
  expect(workflows()).toEqual(['benchgate-benchmark-report.yml', 'benchgate-benchmark.yml', 'benchgate-nightly.yml']);
  expect(text(benchmark)).toContain('uses: ./\n');
  expect(init.stdout).toContain('run `benchgate doctor --action ./`, then');
});

it('init --github overwrites nothing: it names each file and writes none', async () => {
  const report = '.github/workflows/benchgate-benchmark-report.yml';
  project = await createCliProject({ [benchmark]: 'mine\n', [report]: 'mine too\n' });
  const init = await project.cli(['init', '--github']);
  expect(init.exitCode).toBe(64);
  expect(init.stderr).toContain(benchmark);
  expect(init.stderr).toContain(report);
  expect(init.stderr).not.toContain('nightly');
  expect(workflows()).toHaveLength(2);
  expect(text(benchmark)).toBe('mine\n');
  expect(existsSync(join(project.directory, 'bench'))).toBe(false);
});

it.each([
  ['benchgate/benchgate@v0', []],
  ['me/benchgate-fork@v1', []],
  ['me/gate@v1', ['--action', 'me/gate@v2']],
  ['./', ['--action', './']],
])('init --github beside a workflow that uses %s writes nothing and names it', async (uses, args) => {
  const path = '.github/workflows/perf.yaml';
  const gate = `on: pull_request\njobs:\n  gate:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: ${uses}\n`;
  project = await createCliProject({ [path]: gate, '.github/workflows/ci.yml': 'on: [\n' });
  const init = await project.cli(['init', '--github', ...args]);
  expect(init.exitCode).toBe(64);
  expect(init.stderr).toContain(path);
  expect(init.stderr).toContain('remove it first');
  expect(init.stderr).not.toContain('ci.yml');
  expect(workflows()).toHaveLength(2);
  expect(existsSync(join(project.directory, 'bench'))).toBe(false);
});

it('init --github beside another action of the repository is no matter', async () => {
  const other =
    'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ./.github/actions/setup\n      - run: npx benchgate gate\n';
  project = await createCliProject({ '.github/workflows/ci.yml': other });
  expect((await project.cli(['init', '--github', '--action', './'])).exitCode).toBe(0);
});

it('init outside a repository says to run `git init`', async () => {
  project = await createCliProject();
  const plain = await project.cli(['init'], { cwd: project.root });
  expect(plain).toMatchObject({ exitCode: 0 });
  expect(plain.stdout).toContain('next: run `git init`, edit it');
  const github = await project.cli(['init', '--github'], { cwd: project.root });
  expect(github.stdout).toContain('1. run `git init`\n');
  expect((await project.cli(['init'])).stdout).toContain('next: edit it');
});

const scripts = JSON.stringify({ scripts: { build: 'tsc' } });
it.each([
  ['npm install', { 'package.json': '{}' }],
  ['npm install', { 'package.json': '{ broken' }],
  ['npm install && npm run build', { 'package.json': scripts }],
  ['npm ci', { 'package.json': 'null', 'package-lock.json': '{}' }],
  ['npm ci && npm run build', { 'package.json': scripts, 'package-lock.json': '{}' }],
  ['pnpm install --frozen-lockfile && pnpm run build', { 'package.json': scripts, 'pnpm-lock.yaml': '' }],
  ['yarn install --immutable', { 'package.json': '{}', 'yarn.lock': '' }],
])('init suggests the setup %s', async (setup, files) => {
  project = await createCliProject(files);
  expect((await project.cli(['init'])).exitCode).toBe(0);
  expect(text('bench/manifest.toml')).toMatch(new RegExp(`^# setup = "${setup}" +# run once`, 'm'));
});

it.each([
  ['node tools/perf/run.js --out=x', ['tools/perf/run.js']],
  ['FILE=./my-bench.js sh -c "node ./my-bench.js"', ['my-bench.js']],
  ['node bench/main.js', []],
  ['node src/index.js bench ../benchmark.js benchless.js', []],
  [`node src/index.js/bench ${'bench'.repeat(60)}`, []],
])('init takes the benchmark’s own files of %j for its harness', async (command, harness) => {
  const files = ['tools/perf/run.js', 'my-bench.js', 'bench/main.js', 'src/index.js', '../benchmark.js'];
  project = await createCliProject(Object.fromEntries(files.map((path) => [path, ''])));
  expect((await project.cli(['init', command])).exitCode).toBe(0);
  const written = /^harness_paths = (.*)$/m.exec(text('bench/manifest.toml'))?.[1] ?? null;
  expect(written && (JSON.parse(written) as unknown)).toEqual(harness.length === 0 ? null : ['bench/', ...harness]);
});

it('init --github in a folder below writes to the top and names the folder', async () => {
  project = await createCliProject({ 'tools/shop/bench.js': '' });
  await project.commit();
  await project.git('branch', '--move', 'trunk');
  const init = await project.json(['init', 'node bench.js', '--github'], {
    cwd: join(project.directory, 'tools/shop'),
  });
  expect(init).toMatchObject({ exitCode: 0, value: { branch: 'trunk' } });
  expect(existsSync(join(project.directory, 'tools/shop/bench/manifest.toml'))).toBe(true);
  expect(text(benchmark).match(/project-dir: tools\/shop\n/g)).toHaveLength(3);
  expect(text(benchmark)).toContain('branches: [trunk]\n');
});

it.each([
  [['init', '--guard'], '--github'],
  [['init', '--action', 'a/b@v1'], '--github'],
  [['init', '--github', '--action', 'a/b@v1\n        run: x'], 'owner/name@version'],
  [['init', '--github', '--action', 'not-an-action'], 'owner/name@version'],
])('%j is refused and writes nothing', async (args, told) => {
  project = await createCliProject();
  const init = await project.cli(args);
  expect(init.exitCode).toBe(64);
  expect(init.stderr).toContain(told);
  expect(readdirSync(project.directory)).toEqual(['.git']);
});
