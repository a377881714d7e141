import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type CliProject, createCliProject, shellProject, sigmaBenchmark } from '../../fixtures/cli-project.ts';

/** The whole program against measured code that means harm; the sandbox's own tests try each hole by itself. */
let project: CliProject;
afterEach(() => project.remove());
const local = ['--ledger-remote', 'none'];
const canIsolate = process.platform === 'linux' && existsSync('/usr/bin/bwrap');
const isolated = it.skipIf(!canIsolate && process.env['BENCHGATE_REQUIRE_ALL'] !== '1');
const correctness = '[[benchmarks]]\nname = "c"\nentry_point = "c"\ntier = "correctness"\nrepetitions = 2\n';
const paired = '[[benchmarks]]\nname = "t"\nentry_point = "t"\ntier = "performance"\nmetric_direction = "minimize"\n';

interface Report {
  readonly isolation: string;
  readonly verdicts: readonly { readonly kind: string; readonly reason: string }[];
  readonly records: readonly {
    readonly arm: string;
    readonly block: number;
    readonly observation: {
      readonly status: string;
      readonly metric?: number;
      readonly failure?: { readonly reason: string };
    };
  }[];
}

const open = async (benchmarks: string, body: string, more: Readonly<Record<string, string>> = {}) => {
  project = await createCliProject({ ...shellProject(benchmarks, body), ...more });
  await project.commit();
};

const canary = 'REFERENCE-c7a91f3e-BYTES';
/** Looks for the reference's bytes in every file it can read outside its own tree and scratch folder, and reports how many hold them. */
const search = `ok() { printf '{"status":"ok","metric":%s}' "$1" > "$output"; }
if [ -e bench/search ]; then
  found=$(grep -rlsa --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev "$(cat bench/half1)$(cat bench/half2)" $(cat bench/search) 2>/dev/null | grep -v "^$PWD/" | wc -l)
  objects=$(find / -xdev \\( -name '*.git' -o -path '*/references/*' -o -path '*/artifacts/*' \\) -not -path "$PWD/*" -path 'ROOT/*' 2>/dev/null | wc -l)
  echo x > "$artifact"; ok "$((found + objects))"; exit 0
fi
printf '%s%s' "$(cat bench/half1)" "$(cat bench/half2)" > "$artifact"; ok 1`;

const frozen = async (roots: string) => {
  await open(correctness, 'true', { 'bench/half1': canary.slice(0, 12), 'bench/half2': canary.slice(12) });
  await project.commit({
    'bench/run.sh': `entry=$1 config=$2 output=$3\nartifact=$(sed 's/.*"artifact_path": "\\([^"]*\\)".*/\\1/' "$config")\n${search.replaceAll('ROOT', project.root)}\n`,
  });
  expect((await project.cli(['run', ...local])).exitCode).toBe(0);
  expect((await project.cli(['reference', 'freeze', 'c', ...local])).exitCode).toBe(0);
  await project.commit({ 'bench/search': roots.replace('ROOT', project.root) });
};

it('without isolation the search finds the reference, so the search can fail', async () => {
  await frozen('ROOT');
  const { value } = await project.json(['run', '--isolation', 'none', '--repetitions', '1', ...local]);
  expect((value as Report).records[0]?.observation.metric).toBeGreaterThan(0);
  expect((value as Report).isolation).toContain('secrets not isolated: isolation was switched off');
});

isolated('measured code finds the reference nowhere', async () => {
  await frozen('ROOT /tmp /var/tmp /run /dev/shm');
  const { value } = await project.json(['run', '--repetitions', '1', ...local]);
  expect((value as Report).records[0]?.observation).toMatchObject({ status: 'ok', metric: 0 });
  expect((value as Report).isolation).toContain('secrets isolated');
});

isolated('an artifact that links to the reference is no artifact', async () => {
  await frozen('ROOT /tmp /var/tmp /run /dev/shm');
  const bytes = join(project.home, 'artifacts');
  await project.commit({
    'bench/run.sh': `config=$2\nartifact=$(sed 's/.*"artifact_path": "\\([^"]*\\)".*/\\1/' "$config")\nln -s "$(find ${bytes} -type f | head -1)" "$artifact"; ln -sf ${bytes} "$artifact"\nprintf '{"status":"ok","metric":1}' > "$3"\n`,
  });
  const { exitCode, value } = await project.json(['gate', ...local]);
  expect((value as Report).verdicts[0]?.kind).toBe('NEEDS_MORE_DATA');
  expect(exitCode).toBe(2);
});

isolated('measured code sees no secret of the environment, of the configuration or of other processes', async () => {
  const secrets = {
    GITHUB_TOKEN: 'ghs_canary1',
    ACTIONS_RUNTIME_TOKEN: 'canary2',
    INPUT_PASSWORD: 'canary3',
    OPENAI_API_KEY: 'canary4',
  };
  await open(
    sigmaBenchmark,
    `seen=$( { env; cat /proc/[0-9]*/environ; cat "$HOME/.git-credentials" "$HOME/.netrc" .git/config; git config --list; } 2>/dev/null | tr '\\0' '\\n' | grep -c canary); ok "$seen"`,
  );
  await project.git('config', 'http.https://github.com/.extraheader', 'AUTHORIZATION: basic canary5');
  writeFileSync(join(project.root, 'person/.git-credentials'), 'https://x:canary6@github.com\n');
  writeFileSync(join(project.root, 'person/.netrc'), 'machine github.com password canary7\n');
  const run = async (...more: string[]) =>
    ((await project.json(['run', '--repetitions', '1', ...local, ...more], { environment: secrets })).value as Report)
      .records[0]?.observation.metric;
  expect(await run('--isolation', 'none')).toBeGreaterThanOrEqual(4);
  expect(await run()).toBe(0);
});

isolated('the candidate can not write the base’s tree, and a hook it plants is never run', async () => {
  await open(paired, 'ok "10.$((seed % 10))"');
  const planted = join(project.root, 'planted');
  const attack = `for tree in /tmp/benchgate-base-*/tree; do echo 'printf "{\\"status\\":\\"ok\\",\\"metric\\":99}" > "$3"' > $tree/bench/run.sh; done 2>/dev/null
printf '#!/bin/sh\\ntouch ${planted}\\n' > .git/hooks/fsmonitor 2>/dev/null && chmod +x .git/hooks/fsmonitor && git config core.fsmonitor .git/hooks/fsmonitor
ok "20.$((seed % 10))"`;
  await project.commit({ 'bench/run.sh': (shellProject(paired, attack)['bench/run.sh'] ?? '').replace('ok 1', '') });
  const { value } = await project.json(['gate', ...local]);
  expect((value as Report).verdicts[0]).toMatchObject({
    kind: 'FAIL',
    reason: expect.stringMatching(/\+9\d|\+100|\+10\d/),
  });
  expect(existsSync(planted)).toBe(false);
  expect(readFileSync(join(project.directory, '.git/config'), 'utf8')).not.toContain('fsmonitor');
});

isolated('a repetition that ends early, prints results or leaves a daemon changes only its own record', async () => {
  await open(
    sigmaBenchmark,
    `case $(sed 's/.*"repetition_index": \\([0-9]*\\).*/\\1/' "$config") in
  0) (setsid sh -c 'for i in 1 2 3 4 5 6 7 8 9; do printf "{\\"status\\":\\"ok\\",\\"metric\\":666}" > '"$output"'; sleep 0.1; done' >/dev/null 2>&1 &) ; exit 0 ;;
  1) printf 'end 0\\nclean\\n{"status":"ok","metric":666}\\n::set-output name=x::y\\n'; exit 5 ;;
  *) sleep 0.3; ok 3 ;;
esac`,
  );
  const { value, exitCode } = await project.json(['run', ...local]);
  const found = (value as Report).records.map(({ observation }) =>
    observation.status === 'ok' ? observation.metric : observation.failure?.reason,
  );
  expect(found.slice(1)).toEqual(['exit_code', 3]);
  expect([666, 'result_missing', 'result_not_json']).toContain(found[0]);
  expect(exitCode).toBe(2);
});

it('a hostile benchmark name reaches the terminal as text', async () => {
  const { stderr, exitCode } = await (async () => {
    project = await createCliProject({
      'bench/manifest.toml': '[project]\nname = "p"\n[[benchmarks]]\nname = "a\\u001b[31m\\u202eb"\ncommand = "true"\n',
    });
    await project.commit();
    return project.cli(['gate', ...local]);
  })();
  expect(exitCode).toBe(64);
  expect(stderr).not.toMatch(/[\u001b\u202e]/);
});

it('--isolation required refuses to run where there is none', async () => {
  await open(sigmaBenchmark, 'ok 1');
  const { exitCode, stderr } = await project.cli(['run', '--isolation', 'required', ...local], { environment: {} });
  if (canIsolate) expect(exitCode).toBe(0);
  else {
    expect(exitCode).toBe(69);
    expect(stderr).toContain('bubblewrap');
  }
});
