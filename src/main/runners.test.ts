import { execFileSync } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { type CliProject, createCliProject, shellProject, sigmaBenchmark } from '../../fixtures/cli-project.ts';

let project: CliProject;
afterEach(() => project.remove());

interface RunAnswer {
  readonly failures: readonly string[];
  readonly withheld: readonly string[];
  readonly records: readonly {
    readonly observation: {
      readonly status: string;
      readonly metric?: number;
      readonly samples?: readonly number[] | null;
    };
  }[];
}

const runOnce = async (
  body: string,
  benchmark = sigmaBenchmark,
  environment: Readonly<Record<string, string>> = {},
) => {
  project = await createCliProject(shellProject(benchmark, body));
  await project.commit();
  const ended = await project.json(['run', '--repetitions', '1', '--ledger-remote', 'none'], { environment });
  return { ...ended, answer: ended.value as RunAnswer };
};

it.each([
  ['prints nothing', 'exit 0', /result_missing/],
  ['writes half a JSON', `printf '{"status":"ok","met' > "$output"`, /result_not_json/],
  ['writes no object', `printf '[]' > "$output"`, /result_invalid/],
  ['reports NaN', 'ok NaN', /non_finite_metric/],
  ['reports Infinity', 'ok -Infinity', /non_finite_metric/],
  [
    'reports an error',
    `printf '{"status":"error","message":"no such table"}' > "$output"`,
    /reported_error: no such table/,
  ],
  [
    'exits with 3',
    'echo "broken pipe of dreams" >&2; exit 3',
    /exit_code: exit status 3; stderr ends: broken pipe of dreams/,
  ],
  ['kills itself', 'kill -SEGV $$', /signal: died of SIGSEGV/],
  ['links its result to another file', 'ln -s /etc/hostname "$output"', /result_missing/],
  ['leaves a pipe as its result', 'mkfifo "$output"', /result_missing/],
])('a runner that %s is a failed repetition and exit 2', async (_name, body, reason) => {
  const { exitCode, answer } = await runOnce(body);
  expect(answer.failures).toHaveLength(1);
  expect(answer.failures[0]).toMatch(reason);
  expect(exitCode).toBe(2);
});

it('a runner that never ends is stopped with its grandchildren', async () => {
  const started = Date.now();
  const { exitCode, answer } = await runOnce(
    "trap '' TERM; (trap '' TERM; exec sleep 61.25) & sleep 61.25",
    `${sigmaBenchmark}timeout_seconds = 1\n`,
  );
  expect(answer.failures[0]).toMatch(/timed_out: .*killed, after it ignored SIGTERM/);
  expect(exitCode).toBe(2);
  expect(Date.now() - started).toBeLessThan(20_000);
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('sleep 61.25');
});

it('a runner that prints without end is stopped', async () => {
  const { answer } = await runOnce('yes; ok 1');
  expect(answer.failures[0]).toMatch(/output_too_large/);
});

it('a runner that forks and detaches leaves nobody behind', async () => {
  const { answer } = await runOnce('setsid sh -c "sleep 62.5" >/dev/null 2>&1 & ok 7');
  expect(answer.failures).toEqual([]);
  expect(answer.records[0]?.observation).toMatchObject({ status: 'ok', metric: 7 });
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('sleep 62.5');
});

it('an array of samples is reduced to its median and kept', async () => {
  const { answer } = await runOnce('ok "[4, 1, 3, 2]"');
  expect(answer.records[0]?.observation).toMatchObject({ status: 'ok', metric: 2.5, samples: [4, 1, 3, 2] });
});

it('a failed run names the variables that were withheld, never their values', async () => {
  const secret = { API_TOKEN: 'hunter2', GITHUB_TOKEN: 'ghs_x', INPUT_KEY: 'k', OPENAI_API_KEY: 'sk-1' };
  const { answer, stdout, stderr } = await runOnce('[ -n "$API_TOKEN" ] && ok 1', sigmaBenchmark, secret);
  expect(answer.withheld).toEqual(expect.arrayContaining(Object.keys(secret)));
  expect(stdout + stderr).not.toMatch(/hunter2|ghs_x|sk-1/);
  expect(stderr).toContain('API_TOKEN');
});

it('a variable that the manifest names is passed on', async () => {
  const { answer } = await runOnce('ok "$LIMIT"', `${sigmaBenchmark}env = ["LIMIT"]\n`, { LIMIT: '12' });
  expect(answer.records[0]?.observation).toMatchObject({ status: 'ok', metric: 12 });
});

it.each(['wall_seconds', 'cpu_seconds', 'max_rss_bytes'])('the short form measures %s', async (metric) => {
  project = await createCliProject({
    'bench/manifest.toml': `[project]\nname = "p"\n[[benchmarks]]\nname = "b"\ncommand = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"\nmetric = "${metric}"\n`,
  });
  await project.commit();
  await project.commit({ a: 'a' });
  const { exitCode, value } = await project.json(['run', '--repetitions', '1', '--ledger-remote', 'none']);
  expect(exitCode).toBe(0);
  const [first] = (value as RunAnswer).records;
  const least = metric === 'max_rss_bytes' ? 500_000 : 0.001;
  expect(first?.observation.metric).toBeGreaterThan(least);
  expect(first?.observation.metric).toBeLessThan(metric === 'max_rss_bytes' ? 1e9 : 20);
});
