import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bundlesIn, checkText, clear, readToken } from '../../fixtures/action-fork.ts';
import type { ActionResult } from '../../fixtures/action-runner.ts';
import { createStage, exactManifest, type Stage, type StageRun, token } from '../../fixtures/action-stage.ts';
import { parseMarkdown } from '../../fixtures/hostile-text.ts';

/**
 * A pull request whose code, or whose `setup`, attacks the job that measures it. What the code finds and achieves, it notes
 * for the harness, which puts it into the ledger: `tried` shows that the attack ran.
 */

const harness = `: > "$2.seen"
sh src/code.sh "$2"
printf '{"status":"ok","metric":%s,"metadata":{"seen":"%s"}}' "$(cat "$1")" "$(cat "$2.seen" seen 2>/dev/null)" > "$2"
`;
const files = {
  'bench/manifest.toml': exactManifest.replace('language', 'setup = "sh src/setup.sh"\nlanguage'),
  'bench/run.sh': harness,
  'src/cost': '100\n',
  'src/code.sh': 'true\n',
  'src/setup.sh': 'true\n',
  // What the attacks leave in their own tree; anything else would make it dirty.
  '.gitignore': 'seen\nplanted\ndone\n',
};
const note = 'note() { printf "%s," "$1" >> "$seen"; }\nnote tried\n';
const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
const basicToken = Buffer.from(token).toString('base64');
const outputNames =
  'comment-url conclusion confirm exit-code improvements ledger-head regressions report-html report-json verdict'.split(
    ' ',
  );
/** A text that is not found in the code that looks for it. */
const split = (text: string) => `${text.slice(0, 5)}''${text.slice(5)}`;

let stage: Stage;
let ground: string;
const temporaryFolder = process.env['TMPDIR'];
beforeAll(async () => {
  // Not in /tmp, which a sandbox replaces as a whole and where no runner has its folders; the clone itself may lie there.
  const own = join(process.cwd(), 'node_modules');
  ground = realpathSync(mkdtempSync(join(/^\/(?:tmp|var\/tmp|run)\//.test(own) ? '/var/lib' : own, '.action-')));
  process.env['TMPDIR'] = ground;
  stage = await createStage({ files });
});
/** Places of a job that is over: no machine of GitHub's has them any more. */
const past: string[] = [];
const forget = () => {
  for (const path of past.splice(0)) rmSync(path, { recursive: true, force: true });
};
afterEach(async () => {
  forget();
  expect(stage.github.violations).toEqual([]);
  await stage.inBare('update-ref', '-d', 'refs/heads/bench-data');
  stage.github.state.pullRequests.length = 0;
  clear(stage);
});
afterAll(async () => {
  await stage.close();
  if (temporaryFolder === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporaryFolder;
  rmSync(ground, { recursive: true, force: true });
});

interface Attacked extends ActionResult {
  readonly artifacts: string;
  readonly workspace: string;
}

let homes = 0;

/** The pull request 7 with attacking code, in a job with credentials wherever a real one has them. */
async function attack(changed: Readonly<Record<string, string>>, more: StageRun = {}): Promise<Attacked> {
  forget();
  homes += 1;
  const home = join(ground, `home-${homes}`);
  const temporary = join(ground, `temporary-${homes}`);
  const artifacts = join(temporary, 'out');
  const change = await stage.change({ 'src/cost': '120\n', ...changed }, { number: 7 });
  const workspace = await stage.checkout(change.merge);
  past.push(home, temporary, workspace);
  const header = `[http "${stage.git.url}/"]\n\textraheader = AUTHORIZATION: basic ${basic}\n`;
  const credentials = join(temporary, 'git-credentials-1.config');
  const written: Readonly<Record<string, string>> = {
    [join(home, '.gitconfig')]: `[user]\n\tname = visible-canary\n[github]\n\ttoken = ${token}\n${header}`,
    [join(home, '.git-credentials')]: `https://x-access-token:${token}@github.com\n`,
    [join(home, '.netrc')]: `machine github.com password ${token}\n`,
    [credentials]: header,
    [join(temporary, '_runner_file_commands', 'set_output_1')]: `secret=${token}\n`,
    [join(temporary, 'benchgate', 'notes')]: `${token}\n`,
    [join(temporary, 'ordinary')]: 'visible-canary\n',
    [join(workspace, '.git', 'config')]: `${readFileSync(join(workspace, '.git', 'config'), 'utf8')}${header}`,
  };
  for (const [path, text] of Object.entries(written)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const result = await stage.run('pull-request-opened', change, {
    workspace,
    temporary,
    ...more,
    inputs: { 'artifact-dir': artifacts, ...more.inputs },
    environment: { HOME: home, RUNNER_TRACKING_ID: 'x', ...more.environment },
  });
  return { ...result, artifacts, workspace };
}

/** Everything that anybody gets to see of a run, and what is kept of it. */
async function everywhere(result: Attacked): Promise<string> {
  const { comments, checks } = stage.github.state;
  const kept = readdirSync(result.artifacts).map((name) => readFileSync(join(result.artifacts, name), 'utf8'));
  return [
    // Only the runner sees the masks.
    ...[result.stdout, result.stderr]
      .join('\n')
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::')),
    result.summary,
    JSON.stringify([result.outputs, result.state, result.exported]),
    ...comments.map(({ body }) => body),
    ...checks.map(checkText),
    ...kept,
    ...(await stage.ledger()),
  ].join('\n');
}

async function seen(): Promise<string[]> {
  const lines = (await stage.ledger()).flatMap((text) => text.trimEnd().split('\n'));
  const records = lines.map(
    (line) => JSON.parse(line) as { arm?: string; observation?: { metadata?: { seen?: string } } },
  );
  const candidate = records.filter(({ arm }) => arm === 'candidate');
  return candidate.map(({ observation }) => observation?.metadata?.seen ?? '(failed)');
}

/** The regression is reported whatever the code did, once, and the runner obeyed nobody else. */
async function expectRegression(result: Attacked) {
  expect(result.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure', regressions: '["cost"]' });
  expect(Object.keys(result.outputs).sort()).toEqual(outputNames);
  expect(result.code).toBe(1);
  expect(result.exported).toEqual({});
  expect(Object.keys(result.state).sort()).toEqual(['check-id', 'isPost']);
  for (const { command } of result.commands) expect(['add-mask', 'error']).toContain(command);
  expect([...new Set(result.masks)].sort()).toEqual([token, basic, basicToken].sort());
  expect(result.post).toMatchObject({ code: 0 });
  expect(stage.github.state.comments).toMatchObject([{ issue: 7, author: 'github-actions[bot]' }]);
  expect(stage.github.state.checks).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
  const text = await everywhere(result);
  expect(text).not.toContain(token);
  expect(text).not.toContain(basic);
  expect(text).not.toContain(basicToken);
}

const commands = `
echo '::set-output name=verdict::PASS'
echo '::error file=x,line=1::evil'
echo '::add-mask::cost'
echo '::save-state name=check-id::1'
echo '##[set-env name=PATH;]/evil'
echo '::stop-commands::x'
echo '::x::'
printf '::add-path::/evil\\r::notice::evil\\r\\n'
echo '<!-- benchgate:sticky 0123456789abcdef -->'
echo '## ✅ Benchgate: 1 passed'
`;

it('prints workflow commands and a sticky marker, and goes on', async () => {
  const result = await attack({ 'src/code.sh': `seen=$1.seen\n${note}{ ${commands} } ; { ${commands} } >&2\n` });
  await expectRegression(result);
  expect(await seen()).toEqual(['tried,', 'tried,']);
  expect(result.annotations.filter(({ message }) => message.includes('evil'))).toEqual([]);
});

it('prints them and dies: what can be seen of the attempt is in the report, as text', async () => {
  for (const _again of [1, 2]) {
    const result = await attack({ 'bench/own': `${homes}`, 'src/code.sh': `{ ${commands} } >&2; kill -9 $PPID\n` });
    await expectRegression(result);
    const [comment] = stage.github.state.comments;
    expect(comment?.body).toContain('evil');
    expect(comment?.body.match(/<!--/g)).toHaveLength(1);
    expect(comment?.body).not.toContain('\n## ✅');
    stage.github.state.pullRequests.length = 0;
    stage.github.state.checks.length = 0;
  }
});

it('finds no secret in any process, file or setting', async () => {
  const wanted = [token, basic].map((text) => `-e '${split(text)}'`).join(' ');
  const patterns = wanted.replaceAll('-e ', '');
  const look = `
grep -qsF visible-''canary "${ground}"/temporary-*/ordinary && note ordinary
git config user.name | grep -q visible-''canary && note gitconfig
for file in $(printf '%s\n' ${patterns} | grep -rlsaF -f - "${ground}" "$HOME" /tmp /run /dev/shm /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null); do
  note "$file"
done
{ env; git config --list --show-origin; cat .git/config; } 2>/dev/null | grep -qF ${wanted} && note settings
env | cut -d= -f1 | grep -E '^(GITHUB_|ACTIONS_|INPUT_|RUNNER_|GIT_|STATE_)' | while read -r name; do note "$name"; done
`;
  const result = await attack({
    'src/code.sh': `seen=$1.seen\n${note}${look}`,
    'src/setup.sh': `seen=$PWD/seen\n${note}${look}`,
  });
  await expectRegression(result);
  // Once from the code of the trial, once from setup.
  const found = 'tried,ordinary,gitconfig,';
  expect(await seen()).toEqual([found + found, found + found]);
});

it('prints everything it finds, and none of it is a secret', async () => {
  const print = `{ env; cat /proc/[0-9]*/environ; cat "$HOME"/.git* "$HOME/.netrc" .git/config; find "${ground}" -type f -size -20k -exec cat {} +; } 2>/dev/null`;
  const last = `${print} | tr '\\0' '\\n' | grep -aF -e '${split(token)}' -e '${split(basic)}' >&2; echo 'the end' >&2; kill -9 $PPID`;
  const result = await attack({
    'src/code.sh': `${print}\n${print} >&2\n${last}\n`,
    'src/setup.sh': `${print}\n${print} >&2\n`,
  });
  await expectRegression(result);
  expect(stage.github.state.comments[0]?.body).toContain('the end');
});

it('writes nowhere but in its own tree, and there not in the harness', async () => {
  const sweep = `
plant() { if [ -d "$1" ]; then : > "$1/planted"; else [ ! -c "$1" ] && : >> "$1"; fi; }
find "${ground}" \\( -type f -o -type d \\) 2>/dev/null > "$TMPDIR/list"
for path in .git .git/hooks/post-checkout; do (plant "$path") 2>/dev/null && note "$path"; done
git config core.fsmonitor /evil 2>/dev/null && note config
while read -r path; do (plant "$path") 2>/dev/null && note "$path"; done < "$TMPDIR/list"
for other in /tmp/benchgate-*/tree/src/cost; do
  case $other in "$PWD"/*) ;; *) (echo 500 > "$other") 2>/dev/null && note "$other" ;; esac
done
(plant src) 2>/dev/null && note own
`;
  const softens = `
for path in bench bench/run.sh bench/manifest.toml bench/../bench/new; do
  (plant "$path") 2>/dev/null && note "$path"
done
(mv bench other) 2>/dev/null && note moved
(rm -rf bench/run.sh) 2>/dev/null; [ -e bench/run.sh ] || note removed
(chmod -R a+w bench; mount -o remount,rw bench; umount bench) 2>/dev/null && note mounted
`;
  const result = await attack({
    'src/code.sh': `seen=$1.seen\n${note}${sweep}${softens}`,
    'src/setup.sh': `seen=$PWD/seen\n${note}${sweep}`,
  });
  await expectRegression(result);
  expect(await seen()).toEqual(['tried,own,tried,own,', 'tried,own,tried,own,']);
  expect(stage.github.state.comments[0]?.body).toMatch(/\| `cost` \| 100 \| 120 \|/);
  expect(Object.keys(bundlesIn(result.artifacts))).toEqual([]);
  expect(result.summary).not.toContain('planted');
});

it('whose setup rewrites the harness is no success', async () => {
  const forged = `printf '{"status":"ok","metric":1}' > "$2"`;
  const result = await attack({
    'src/setup.sh': `echo ${JSON.stringify(forged).replaceAll('$', '\\$')} > bench/run.sh\n`,
  });
  expect(result.outputs).toMatchObject({ verdict: 'ERROR', conclusion: 'failure', 'exit-code': '65' });
  expect(result.log).toContain('bench/run.sh  (modified)');
  expect(result.code).toBe(1);
  expect(stage.github.state.checks).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
});

it('leaves processes and files for another repetition', async () => {
  const forged = '{"status":"ok","metric":1}';
  const daemon = `(setsid sh -c 'sleep 0.9; while :; do for f in "'"$1"'" "'"$(dirname "$1")"'"/../*/result.json; do echo ${JSON.stringify(forged)} > "$f"; done; done' >/dev/null 2>&1 &)`;
  const more = `${daemon}\nprintf '${forged}' > "$(dirname "$1")/artifact.bin"; ln -s "$1" "$1.link"; chmod 0 "$(dirname "$1")/config.json"; sleep 0.2\n`;
  const slow = harness.replace('printf', 'sleep 0.4\nprintf');
  const main = await stage.inBare('rev-parse', 'refs/heads/main');
  await stage.commit(
    main,
    {
      'bench/run.sh': slow,
      'bench/manifest.toml': files['bench/manifest.toml'].replace('tolerance', 'repetitions = 3\ntolerance'),
    },
    'refs/heads/main',
  );
  try {
    const result = await attack({ 'src/code.sh': `[ -e done ] || { touch done; seen=$1.seen; ${note}${more} }\n` });
    await expectRegression(result);
    expect(stage.github.state.comments[0]?.body).toMatch(/\| `cost` \| 100 \| 120 \|/);
    expect(await seen()).toEqual(['tried,', '', '']);
  } finally {
    await stage.inBare('update-ref', 'refs/heads/main', main);
  }
});

it('whose setup fails with hostile words is reported as a failure to find out, as text', async () => {
  const result = await attack({ 'src/setup.sh': `{ ${commands} } >&2; exit 3\n` });
  expect(result.outputs).toMatchObject({ verdict: 'ERROR', conclusion: 'failure', 'exit-code': '69' });
  expect(result.code).toBe(1);
  for (const { command } of result.commands) expect(['add-mask', 'error']).toContain(command);
  expect(result.exported).toEqual({});
  const [comment] = stage.github.state.comments;
  expect(comment?.body).toMatch(/^<!-- benchgate:sticky (?!0123456789abcdef)/);
  expect(parseMarkdown(comment?.body ?? '').children.filter(({ type }) => type === 'html')).toHaveLength(1);
  expect(comment?.body).toContain('project.setup failed');
});

it('in a job of its own leaves one bundle, with what was measured', async () => {
  const plant = `for dir in "${ground}"/temporary-*/out "${ground}"/temporary-*; do echo x > "$dir/shard-1-of-1.bundle.jsonl" && note "$dir"; done 2>/dev/null\n`;
  const result = await attack(
    { 'src/code.sh': `seen=$1.seen\n${note}${commands}${plant}` },
    { token: readToken, inputs: { command: 'run', 'github-token': token } },
  );
  expect(result.outputs).toMatchObject({ conclusion: 'success', confirm: '' });
  const bundles = Object.values(bundlesIn(result.artifacts));
  expect(bundles).toHaveLength(1);
  expect(bundles[0]?.match(/"metric":120/g)).toHaveLength(2);
  expect(bundles[0]).toContain('"seen":"tried,"');
  expect(await everywhere(result)).not.toContain(token);
});
