import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type CliProject, createCliProject, shellProject, sigmaBenchmark } from '../../fixtures/cli-project.ts';

let project: CliProject;
afterEach(() => project.remove());
const local = ['--ledger-remote', 'none'];

const open = async (benchmarks: string, body: string, more: Readonly<Record<string, string>> = {}) => {
  project = await createCliProject({ ...shellProject(benchmarks, body), ...more });
  return project.commit();
};

const kinds = (value: unknown) => (value as { verdicts: { kind: string }[] }).verdicts.map((verdict) => verdict.kind);

it('sigma: establish, evaluate, improve, promote, and the old baseline is history', async () => {
  await open(sigmaBenchmark, 'ok "$(cat bench/level).$((seed % 10))"', { 'bench/level': '10' });
  expect(kinds((await project.json(['evaluate', ...local])).value)).toEqual(['NO_BASELINE']);
  expect((await project.cli(['baseline', 'establish', '--notes', 'first', ...local])).exitCode).toBe(0);
  const waiting = await project.json(['evaluate', ...local]);
  expect(kinds(waiting.value)).toEqual(['NEEDS_MORE_DATA']);
  expect(waiting.exitCode).toBe(2);

  await project.commit({ 'bench/level': '5' });
  const better = await project.json(['gate', ...local]);
  expect(kinds(better.value)).toEqual(['PROMOTE']);
  expect(better.exitCode).toBe(0);
  expect((await project.cli(['evaluate', '--expect', 'PROMOTE', ...local])).exitCode).toBe(0);
  expect((await project.cli(['evaluate', '--expect', 'REJECT', ...local])).exitCode).toBe(4);
  expect((await project.cli(['promote', 't', ...local])).exitCode).toBe(0);

  await project.commit({ 'bench/level': '9' });
  const worse = await project.json(['gate', ...local]);
  expect(kinds(worse.value)).toEqual(['REJECT']);
  expect(worse.exitCode).toBe(1);
  const refused = await project.cli(['promote', 't', ...local]);
  expect(refused.exitCode).toBe(64);
  expect(refused.stderr).toContain('REJECT');
  expect((await project.cli(['promote', 't', '--force', '--reason', 'new machine', ...local])).exitCode).toBe(0);

  const history = await project.json(['history', 't', ...local]);
  expect(history.value).toMatchObject({ baseline: { how: 'promote', forced: true, reason: 'new machine' } });
  expect((history.value as { records: unknown[] }).records).toHaveLength(9);
  const verified = await project.json(['ledger', 'verify', ...local]);
  expect(verified).toMatchObject({ exitCode: 0, value: { commits: 5, problems: [] } });
});

it('promote wants one group, and judges the one it promotes', async () => {
  await open(sigmaBenchmark, 'ok "$(cat bench/level).$((seed % 10))"', { 'bench/level': '10' });
  await project.cli(['baseline', 'establish', ...local]);
  await project.commit({ 'bench/level': '30' });
  await project.cli(['run', '--meta-seed', '7', ...local]);
  await project.cli(['run', '--meta-seed', '9', ...local]);
  const several = await project.cli(['promote', 't', ...local]);
  expect(several.exitCode).toBe(64);
  expect(several.stderr).toContain('7, 9');
  const judged = await project.cli(['promote', 't', '--meta-seed', '7', ...local]);
  expect(judged.stderr).toContain('REJECT');
  expect((await project.cli(['promote', 't', '--meta-seed', '8', ...local])).stderr).toContain(
    'no runs with meta seed 8',
  );
});

it('baseline establish --at-sha measures a past commit, in a subfolder project, while the tree is dirty', async () => {
  project = await createCliProject();
  const files = Object.entries(shellProject(sigmaBenchmark, 'ok "$(cat bench/level).$((seed % 10))"'));
  const sub = Object.fromEntries(files.map(([path, text]) => [`tools/x/${path}`, text]));
  const first = await project.commit({ ...sub, 'tools/x/bench/level': '10' });
  await project.commit({ 'tools/x/bench/level': '20' });
  project.write({ dirty: 'yes' });
  const cwd = join(project.directory, 'tools/x');
  const done = await project.json(['baseline', 'establish', '--at-sha', first.slice(0, 12), ...local], { cwd });
  expect(done.stderr).not.toContain('benchgate:');
  expect(done).toMatchObject({ exitCode: 0, value: { head: first, moved: ['t'] } });
  expect((await project.git('worktree', 'list')).split('\n')).toHaveLength(1);
  expect((await project.cli(['baseline', 'establish', ...local], { cwd })).exitCode).toBe(65);
});

it('a baseline with a failed repetition is recorded but does not move the pointer', async () => {
  await open(sigmaBenchmark, '[ "$seed" = 2 ] && exit 1; ok 1');
  const { exitCode, value } = await project.json(['baseline', 'establish', ...local]);
  expect({ exitCode, value }).toMatchObject({ exitCode: 2, value: { moved: [], stayed: ['t'] } });
  expect(kinds((await project.json(['evaluate', ...local])).value)).toEqual(['NO_BASELINE']);
});

it('correctness: freeze, pass, fail with the difference shown to the person, replace', async () => {
  const correctness = '[[benchmarks]]\nname = "c"\nentry_point = "c"\ntier = "correctness"\nrepetitions = 2\n';
  await open(correctness, 'cat bench/text > "$artifact"; ok 1', { 'bench/text': 'one\ntwo\nthree\n' });
  expect(kinds((await project.json(['gate', ...local])).value)).toEqual(['NO_REFERENCE']);
  expect((await project.cli(['reference', 'freeze', 'c', ...local])).exitCode).toBe(0);
  expect((await project.cli(['evaluate', '--expect', 'PASS', ...local])).exitCode).toBe(0);
  expect((await project.cli(['reference', 'freeze', 'c', ...local])).stderr).toContain('reference replace');

  await project.commit({ 'bench/text': 'one\n2\nthree\n' });
  const failed = await project.cli(['gate', ...local]);
  expect(failed.exitCode).toBe(1);
  expect(failed.stdout).toContain('line 2');
  expect(failed.stdout).toContain('- two');
  expect(failed.stdout).toContain('+ 2');
  expect((await project.cli(['reference', 'replace', 'c', ...local])).exitCode).toBe(64);
  expect((await project.cli(['reference', 'replace', 'c', '--reason', 'digits', ...local])).exitCode).toBe(0);
  expect((await project.cli(['evaluate', ...local])).exitCode).toBe(0);
});

it('correctness: a reference is not frozen from repetitions that disagree', async () => {
  const correctness = '[[benchmarks]]\nname = "c"\nentry_point = "c"\ntier = "correctness"\nrepetitions = 2\n';
  await open(correctness, 'echo "$seed" > "$artifact"; ok 1');
  await project.cli(['run', ...local]);
  expect((await project.cli(['reference', 'freeze', 'c', ...local])).stderr).toContain('disagree');
});

it('paired: unchanged passes, slower fails with a confirmation, and evaluate agrees with gate', async () => {
  const paired = '[[benchmarks]]\nname = "t"\nentry_point = "t"\ntier = "performance"\nmetric_direction = "minimize"\n';
  await open(paired, 'ok "$(cat bench/level).$((seed % 10))"', { 'bench/level': '100' });
  await project.commit({ 'other.txt': 'x' });
  const same = await project.json(['gate', ...local]);
  expect(kinds(same.value)).toEqual(['PASS']);
  await project.commit({ 'bench/level': '150' });
  const slower = await project.json(['gate', ...local]);
  expect(slower.value).toMatchObject({ verdicts: [{ kind: 'FAIL', label: 'confirmed_same_job' }] });
  expect(slower.exitCode).toBe(1);
  const judged = await project.json(['evaluate', ...local]);
  const [first] = (slower.value as { verdicts: unknown[] }).verdicts;
  expect((judged.value as { verdicts: unknown[] }).verdicts[0]).toEqual(first);
  expect((await project.git('worktree', 'list')).split('\n')).toHaveLength(1);
  expect(await project.git('status', '--porcelain')).toBe('');
});

it('paired: a re-run appends evidence instead of redrawing it', async () => {
  const paired =
    '[[benchmarks]]\nname = "t"\nentry_point = "t"\ntier = "performance"\nmetric_direction = "minimize"\nmin_pairs = 6\n';
  await open(paired, 'ok "$(cat bench/level).$((seed % 10))"', { 'bench/level': '100' });
  await project.commit({ 'bench/level': '150' });
  const short = await project.json(['gate', '--repetitions', '3', ...local]);
  expect(short.value).toMatchObject({ verdicts: [{ kind: 'NEEDS_MORE_DATA', baseline: { count: 3 } }] });
  const more = await project.json(['gate', ...local]);
  expect(more.value).toMatchObject({ verdicts: [{ kind: 'FAIL' }] });
  const [verdict] = (more.value as { verdicts: { baseline: { count: number } }[] }).verdicts;
  expect(verdict?.baseline.count).toBeGreaterThanOrEqual(9);
});

it.each([
  ['head', { 'bench/crash': 'x' }, 'FAIL', 1],
  ['both', { 'bench/crash-always': 'x' }, 'INVALID', 65],
])('paired: a crash of %s is %s', async (_who, files, kind, exitCode) => {
  const paired = '[[benchmarks]]\nname = "t"\nentry_point = "t"\ntier = "performance"\nmetric_direction = "minimize"\n';
  const always = 'bench/crash-always' in files;
  await open(paired, '[ -e bench/crash ] && exit 9; [ -e bench/crash-always ] && exit 9; ok 1', always ? files : {});
  await project.commit(always ? { z: 'z' } : files);
  const ended = await project.json(['gate', ...local]);
  expect(kinds(ended.value)).toEqual([kind]);
  expect(ended.exitCode).toBe(exitCode);
});

it('paired: a base that can not run is NO_BASELINE', async () => {
  const paired = '[[benchmarks]]\nname = "t"\nentry_point = "t"\ntier = "performance"\nmetric_direction = "minimize"\n';
  await open(paired, '[ -e bench/works ] || exit 9; ok 1');
  await project.commit({ 'bench/works': 'yes' });
  const ended = await project.json(['gate', ...local]);
  expect(kinds(ended.value)).toEqual(['NO_BASELINE']);
  expect(ended.exitCode).toBe(2);
});

it('exact: any difference over the tolerance fails, and variation within a side is INVALID', async () => {
  const exact =
    '[[benchmarks]]\nname = "t"\nentry_point = "t"\ntier = "performance"\nmetric_direction = "minimize"\ndeterministic = true\n';
  await open(exact, 'ok "$(cat bench/level)"', { 'bench/level': '100' });
  await project.commit({ other: 'x' });
  expect(kinds((await project.json(['gate', ...local])).value)).toEqual(['PASS']);
  await project.commit({ 'bench/level': '101' });
  expect(kinds((await project.json(['gate', ...local])).value)).toEqual(['FAIL']);
  await project.commit({
    'bench/level': '$(date +%N)',
    'bench/run.sh': `printf '{"status":"ok","metric":%s}' "$(date +%s%N)" > "$3"\n`,
  });
  expect(kinds((await project.json(['gate', ...local])).value)).toEqual(['INVALID']);
});

it('a dirty run is judged for the person, kept with its diff, and never part of a clean verdict', async () => {
  await open(sigmaBenchmark, 'ok "$(cat bench/level).$((seed % 10))"', { 'bench/level': '10' });
  await project.cli(['baseline', 'establish', ...local]);
  writeFileSync(join(project.directory, 'bench/level'), '5');
  const dirty = await project.json(['gate', '--allow-dirty', ...local]);
  expect(dirty.value).toMatchObject({ dirty: ['bench/level'], verdicts: [{ kind: 'PROMOTE' }] });
  expect(kinds((await project.json(['evaluate', ...local])).value)).toEqual(['NEEDS_MORE_DATA']);
  expect((await project.cli(['promote', 't', ...local])).exitCode).toBe(65);
  const [diff] = (await import('node:fs')).readdirSync(join(project.home, 'diffs'));
  expect(readFileSync(join(project.home, 'diffs', diff ?? ''), 'utf8')).toContain('+5');
});

it('dry runs check everything and write nothing', async () => {
  await open(sigmaBenchmark, 'ok 1');
  const planned = await project.json(['gate', '--dry-run', '--meta-seed', '42', ...local]);
  expect(planned).toMatchObject({
    exitCode: 0,
    value: {
      dryRun: true,
      experiments: [
        {
          name: 't',
          policy: 'sigma',
          schedule: { trials: [{ seed: 478163327 }, { seed: 107420369 }, { seed: 1181241943 }] },
        },
      ],
    },
  });
  expect((await project.json(['history', 't', ...local])).value).toMatchObject({ records: [] });
});

it('list shows the state of corpus, baseline and reference', async () => {
  await open(`${sigmaBenchmark}corpus_path = "data"\ncorpus_hash = "sha256:aa"\n`, 'ok 1', { data: 'x' });
  const { exitCode, stdout } = await project.cli(['list', ...local]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/t +performance +sigma +3 +3 +drift +none +–/);
});
