import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type CliProject, cliPath, createCliProject } from '../../fixtures/cli-project.ts';

/** Attacks on what the manifest, links and build tools may open in the sandbox, through the whole program. */
let project: CliProject;
const folders: string[] = [];
afterEach(() => {
  project.remove();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const local = ['--ledger-remote', 'none'];
const canIsolate = process.platform === 'linux' && existsSync('/usr/bin/bwrap');
const isolated = it.skipIf(!canIsolate && process.env['BENCHGATE_REQUIRE_ALL'] !== '1');

interface Report {
  readonly records: readonly {
    readonly arm: string;
    readonly observation: {
      readonly status: string;
      readonly metric?: number;
      readonly failure?: { readonly reason: string; readonly detail: string };
    };
  }[];
}

/** A project whose only benchmark is `sh run.sh`. */
async function open(script: string, more: { readonly project?: string; readonly benchmark?: string } = {}) {
  project = await createCliProject({
    'bench/manifest.toml': `[project]\nname = "p"\n${more.project ?? ''}\n[[benchmarks]]\nname = "b"\ncommand = "sh run.sh"\n${more.benchmark ?? 'gate_policy = "sigma"\npromotion_sigma = 2\nrepetitions = 3\n'}`,
    'run.sh': script,
  });
  await project.commit();
}

/** A home folder outside the temporary folder, which a sandbox replaces as a whole. */
function homeOnDisk(): string {
  const home = realpathSync(mkdtempSync(join(process.cwd(), 'node_modules', '.sandbox-home-')));
  folders.push(home);
  return home;
}

it.each<[string, () => string, string]>([
  ['a relative path', () => '.git', 'relative'],
  ['the root folder', () => '/', 'whole machine'],
  ['a secret', () => '~/.ssh', 'hidden'],
  ['a file in a secret folder', () => '~/.ssh/authorized_keys', 'hidden'],
  ['the folder around a secret', () => '~', 'hidden'],
  ['the data folder', () => project.home, 'hidden'],
  ['a folder of PATH', () => '/usr/bin', 'PATH'],
  ['a folder in one of PATH', () => '/usr/bin/new', 'PATH'],
  ['the folder around one of PATH', () => '/usr', 'PATH'],
  ['the work tree', () => project.directory, 'git'],
  ['a folder of the work tree', () => join(project.directory, 'bench'), 'work tree'],
  ['git’s folder', () => join(project.directory, '.git', 'hooks'), 'git'],
  ['the program', () => join(dirname(cliPath), 'assets'), 'program'],
  ['a link to a secret', () => join(project.root, 'link'), 'hidden'],
])('refuses to let measured code write %s', async (_name, path, reason) => {
  await open('true');
  const home = join(project.root, 'person');
  mkdirSync(join(home, '.ssh'));
  symlinkSync(join(home, '.ssh'), join(project.root, 'link'));
  const text = `[project]\nname = "p"\nwritable_paths = [${JSON.stringify(path())}]\n[[benchmarks]]\nname = "b"\ncommand = "sh run.sh"\ngate_policy = "sigma"\npromotion_sigma = 2\nrepetitions = 2\n`;
  await project.commit({ 'bench/manifest.toml': text });
  const environment = { PATH: `${process.env['PATH']}:/usr/bin` };
  for (const more of [[], ['--isolation', 'none']]) {
    const { exitCode, stderr } = await project.cli(['run', ...local, ...more], { environment });
    expect(stderr).toContain(reason);
    expect(stderr).toContain('writable_paths');
    expect(exitCode).toBe(64);
  }
});

isolated('measured code writes a folder of its own that the manifest names', async () => {
  const folder = homeOnDisk();
  await open(`echo x > '${folder}/written'`, { project: `writable_paths = ["${folder}"]` });
  expect((await project.cli(['run', ...local])).exitCode).toBe(0);
  expect(readdirSync(folder)).toEqual(['written']);
});

it.each([
  ['a key', 'person/.ssh/id'],
  ['a reference', 'data/artifacts/ab/abc'],
  ['the folder of the references', 'data/artifacts'],
])('refuses a corpus that is a link to %s', async (_name, target) => {
  await open('cat data >&2; exit 1', {
    benchmark: 'gate_policy = "sigma"\npromotion_sigma = 2\nrepetitions = 2\ncorpus_path = "data"\n',
  });
  for (const path of ['person/.ssh/id', 'data/artifacts/ab/abc']) {
    mkdirSync(dirname(join(project.root, path)), { recursive: true });
    writeFileSync(join(project.root, path), 'canary-of-the-secret');
  }
  symlinkSync(join(project.root, target), join(project.directory, 'data'));
  await project.commit();
  const { exitCode, stdout, stderr } = await project.cli(['run', ...local]);
  expect(stdout + stderr).not.toContain('canary');
  expect(stderr).toContain('is hidden from measured code');
  expect(exitCode).toBe(65);
});

isolated('setup writes caches, not programs or settings that others run', async () => {
  const home = homeOnDisk();
  const caches = ['.cache/tool', '.cargo/registry'];
  const closed = ['.cargo/bin', '.bun/bin', 'go/bin', '.dotnet/tools', '.cargo', '.gradle/init.d', '.cache/node/bin'];
  for (const name of [...caches, ...closed]) mkdirSync(join(home, name), { recursive: true });
  const writes = [...caches, ...closed].map((name) => `echo x > "$HOME/${name}/planted"`).join('; ');
  const moves = `mv "$HOME/.cache/node" "$HOME/.cache/moved"; mkdir -p "$HOME/.cache/node/bin" && echo x > "$HOME/.cache/node/bin/planted"`;
  await open('true', { project: 'setup = "sh setup.sh"' });
  await project.commit({ 'setup.sh': `${writes}; ${moves}; true\n` });
  const path = `${join(home, '.cargo/bin')}:${join(home, '.cache/node/bin')}:${process.env['PATH']}`;
  expect((await project.cli(['run', ...local], { environment: { HOME: home, PATH: path } })).exitCode).toBe(0);
  const planted = (names: readonly string[]) => names.filter((name) => existsSync(join(home, name, 'planted')));
  expect(planted(caches)).toEqual(caches);
  expect(planted(closed)).toEqual([]);
});

isolated('setup does not move a secret out of its hiding place', async () => {
  const home = homeOnDisk();
  mkdirSync(join(home, '.cache/huggingface'), { recursive: true });
  writeFileSync(join(home, '.cache/huggingface/token'), 'canary-of-the-secret');
  await open('grep -r canary "$HOME/.cache" >&2 && exit 1; exit 0', { project: 'setup = "sh setup.sh"' });
  await project.commit({ 'setup.sh': 'mv "$HOME/.cache/huggingface" "$HOME/.cache/moved"; true\n' });
  expect((await project.cli(['run', ...local], { environment: { HOME: home } })).exitCode).toBe(0);
  expect(existsSync(join(home, '.cache/huggingface/token'))).toBe(true);
});

isolated('a link in the temporary folder does not show what is hidden behind it', async () => {
  const home = homeOnDisk();
  mkdirSync(join(home, '.ssh'));
  writeFileSync(join(home, '.ssh/id'), 'canary-of-the-secret');
  await open('cat "$HOME/.ssh/id" >&2 && exit 1; exit 0');
  const link = join(project.root, 'home-link');
  symlinkSync(home, link);
  expect((await project.cli(['run', ...local], { environment: { HOME: link } })).exitCode).toBe(0);
});

isolated('Benchgate installed in the project is not replaced', async () => {
  const attack = `mv node_modules/benchgate node_modules/old; mv node_modules old; rm -rf node_modules/benchgate
echo forged > node_modules/benchgate/dist/cli.js; echo forged > node_modules/benchgate/package.json
mkdir -p node_modules/other && echo x > node_modules/other/file || exit 1`;
  await open(attack);
  await project.commit({ '.gitignore': 'node_modules\n' });
  const installed = join(project.directory, 'node_modules', 'benchgate');
  cpSync(dirname(cliPath), join(installed, 'dist'), { recursive: true });
  writeFileSync(join(installed, 'package.json'), '{"type":"module"}');
  const program = join(installed, 'dist', 'cli.js');
  const { status } = spawnSync(process.execPath, [program, 'run', ...local], {
    cwd: project.directory,
    env: { PATH: process.env['PATH'], HOME: join(project.root, 'person'), BENCHGATE_HOME: project.home },
  });
  expect(status).toBe(0);
  expect(readdirSync(join(project.directory, 'node_modules')).sort()).toEqual(['benchgate', 'other']);
  expect(readdirSync(installed).sort()).toEqual(['dist', 'package.json']);
});

isolated('a scratch folder that can hardly be removed costs no observation', async () => {
  await open(`python3 -c "
import os
os.chdir(os.environ['TMPDIR'])
for level in range(60):
    os.mkdir('n' * 200)
    os.chdir('n' * 200)
"`);
  const temporary = mkdtempSync(join(tmpdir(), 'benchgate-scratch-'));
  folders.push(temporary);
  chmodSync(temporary, 0o755);
  const { exitCode, value } = await project.json(['run', ...local], { environment: { TMPDIR: temporary } });
  expect(exitCode).toBe(0);
  expect((value as Report).records.map(({ observation }) => observation.status)).toEqual(['ok', 'ok', 'ok']);
  expect(readdirSync(temporary)).toEqual([]);
});

isolated('what a command leaves behind does not write the meter’s answer', async () => {
  const forge = `i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done
(setsid python3 -c '
import os
r = os.environ["TMPDIR"] + "/result.json"
while not (os.path.exists(r) and os.path.getsize(r) > 10): pass
open(r, "w").write("{\\"cpu_seconds\\": 777}")
' >/dev/null 2>&1 &)
sleep 0.1`;
  await open(forge, {
    benchmark: 'metric = "cpu_seconds"\ngate_policy = "sigma"\npromotion_sigma = 2\nrepetitions = 5\n',
  });
  const { value } = await project.json(['run', ...local]);
  const values = (value as Report).records.map(({ observation }) => observation.metric ?? Number.NaN);
  expect(values).toHaveLength(5);
  for (const seconds of values) {
    expect(seconds).toBeGreaterThan(0.01);
    expect(seconds).toBeLessThan(60);
  }
});
