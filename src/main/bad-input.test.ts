import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type CliProject, createCliProject, shellProject, sigmaBenchmark } from '../../fixtures/cli-project.ts';

let project: CliProject;
afterEach(() => project.remove());

const open = async (files: Readonly<Record<string, string>>) => {
  project = await createCliProject(files);
  return project;
};

/** Nothing may have been recorded. */
const nothingWritten = () => {
  const ledgers = join(project.home, 'ledgers');
  const made = existsSync(ledgers) ? readdirSync(ledgers) : [];
  return made.every((name) => readdirSync(join(ledgers, name, 'refs/heads')).length === 0);
};

it('gate without a manifest exits 64 with the place and the next step', async () => {
  await (await open({ 'a.txt': 'a' })).commit();
  const { exitCode, stderr } = await project.cli(['gate']);
  expect(exitCode).toBe(64);
  expect(stderr).toContain('bench/manifest.toml');
  expect(stderr).toContain('benchgate init');
  expect(nothingWritten()).toBe(true);
});

it('gate lists every problem of a wrong manifest at once, with lines', async () => {
  await (
    await open({ 'bench/manifest.toml': '[project]\nnmae = "x"\n[[benchmarks]]\nname = "b"\ntier = "fast"\n' })
  ).commit();
  const { exitCode, stderr } = await project.cli(['gate']);
  expect(exitCode).toBe(64);
  expect(stderr).toMatch(/manifest\.toml:2: .*nmae/);
  expect(stderr).toContain('name');
  expect(stderr).toMatch(/manifest\.toml:5: .*tier/);
  expect(nothingWritten()).toBe(true);
});

it('gate outside a repository exits 69', async () => {
  await open({});
  const outside = join(project.root, 'outside');
  mkdirSync(outside);
  const { exitCode, stderr } = await project.cli(['gate'], { cwd: outside });
  expect(exitCode).toBe(69);
  expect(stderr).toContain('not inside a git work tree');
});

it('gate before the first commit exits 69', async () => {
  await open(shellProject(sigmaBenchmark, 'ok 1'));
  const { exitCode, stderr } = await project.cli(['gate']);
  expect(exitCode).toBe(69);
  expect(stderr).toContain('no commit yet');
});

it('gate on a detached head is normal', async () => {
  const sha = await (await open(shellProject(sigmaBenchmark, 'ok 1'))).commit();
  await project.git('checkout', '--quiet', '--detach', sha);
  const { exitCode, value } = await project.json(['gate', '--ledger-remote', 'none']);
  expect(exitCode).toBe(2);
  expect(value).toMatchObject({ verdicts: [{ kind: 'NO_BASELINE' }] });
});

it('gate on a dirty tree exits 65, names the path and writes nothing', async () => {
  await (await open(shellProject(sigmaBenchmark, 'ok 1'))).commit();
  project.write({ 'src/new file.txt': 'x' });
  const { exitCode, stderr } = await project.cli(['gate']);
  expect(exitCode).toBe(65);
  expect(stderr).toContain('src/new file.txt  (untracked)');
  expect(stderr).toContain('before the run');
  expect(nothingWritten()).toBe(true);
});

it.each([
  ['by the benchmarks', { body: 'echo x > dropping; ok 1', setup: '' }],
  ['by project.setup', { body: 'ok 1', setup: 'setup = "echo x > dropping"\n' }],
])('gate exits 65 when the tree is dirtied %s', async (phase, { body, setup }) => {
  const files = shellProject(sigmaBenchmark, body);
  const manifest = files['bench/manifest.toml']?.replace('[project]\n', `[project]\n${setup}`) ?? '';
  await (await open({ ...files, 'bench/manifest.toml': manifest })).commit();
  const { exitCode, stderr } = await project.cli(['gate', '--ledger-remote', 'none']);
  expect(exitCode).toBe(65);
  expect(stderr).toContain('dropping');
  expect(stderr).toContain(phase);
  expect(nothingWritten()).toBe(true);
});

it('gate exits 65 for a missing corpus and shows both hashes of a drifted one', async () => {
  const corpus = (hash: string) =>
    `${sigmaBenchmark}corpus_path = "data.bin"\ncorpus_type = "bytes"\ncorpus_hash = "sha256:${hash}"\n`;
  await (await open(shellProject(corpus('0'.repeat(64)), 'ok 1'))).commit();
  const missing = await project.cli(['gate']);
  expect(missing.exitCode).toBe(65);
  expect(missing.stderr).toContain('data.bin');
  await project.commit({ 'data.bin': 'hello\n' });
  const drifted = await project.cli(['gate']);
  expect(drifted.exitCode).toBe(65);
  expect(drifted.stderr).toContain('0'.repeat(64));
  expect(drifted.stderr).toContain('5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03');
  expect(nothingWritten()).toBe(true);
});

it('gate in a shallow clone that can not fetch the base exits 69', async () => {
  const files = shellProject(sigmaBenchmark.replace('promotion_sigma = 2.0\n', ''), 'ok 1');
  await (await open(files)).commit();
  await project.commit({ 'b.txt': 'b' });
  const clone = join(project.root, 'clone');
  await project.git('clone', '--quiet', '--depth=1', `file://${project.directory}`, clone);
  await project.git('-C', clone, 'remote', 'set-url', 'origin', join(project.root, 'gone'));
  const { exitCode, stderr } = await project.cli(['gate', '--offline'], { cwd: clone });
  expect(exitCode).toBe(69);
  expect(stderr).toMatch(/fetch/);
});

it.each([
  [['gate', '--nope'], /unknown option/i],
  [['gte'], /no command is named/],
  [['baseline'], /second word/],
  [['gate', 'absent'], /no benchmark is named "absent"/],
  [['run', '--repetitions', '0'], /from 1 to 100000/],
  [['run', '--repetitions', 'many'], /whole number/],
  [['run', '--meta-seed', '9223372036854775808'], /2\^63/],
  [['evaluate', '--expect', 'GOOD'], /must be a verdict/],
  [['promote'], /takes BENCHMARK/],
  [['promote', 't', '--force'], /--reason/],
  [['reference', 'freeze', 't'], /not a correctness benchmark/],
])('%j is a usage error', async (args, message) => {
  await (await open(shellProject(sigmaBenchmark, 'ok 1'))).commit();
  const { exitCode, stderr, stdout } = await project.cli(args);
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(64);
  expect(stdout).toBe('');
});

it('errors are objects on stdout with --json', async () => {
  await (await open({ 'a.txt': 'a' })).commit();
  const { exitCode, value } = await project.json(['gate']);
  expect(exitCode).toBe(64);
  expect(value).toMatchObject({
    error: { code: 'MANIFEST_MISSING', nextStep: expect.stringContaining('init') },
    exitCode: 64,
  });
});
