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
