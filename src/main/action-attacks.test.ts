import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkText, clear } from '../../fixtures/action-fork.ts';
import type { ActionResult } from '../../fixtures/action-runner.ts';
import { createStage, type Stage, type StageChange, type StageRun } from '../../fixtures/action-stage.ts';
import type { EventFixture } from '../../fixtures/events.ts';

/** A pull request that edits how it is judged, beside a regression: nothing of it turns the regression green. */

const hash = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const head = `[project]
name = "widgets"
invocation = "sh bench/run.sh {entry_point} {output_path}"
language = "sh"

`;
const cost = `[[benchmarks]]
name = "cost"
entry_point = "src/cost"
tier = "performance"
metric_direction = "minimize"
deterministic = true
tolerance = 0.05
corpus_path = "data/n"
corpus_hash = "${hash('3\n')}"
corpus_type = "bytes"
`;
const timed = `[[benchmarks]]
name = "timed"
command = "sh bench/timed.sh"
metric = "wall_seconds"
min_pairs = 6
max_pairs = 30
`;
const manifest = head + cost;
const approvable = '\n[policy]\ngate_change = "label:bench-approved"\n';
const files = {
  'bench/manifest.toml': manifest,
  // The harness multiplies what the code under test costs by the size of the corpus.
  'bench/run.sh': `printf '{"status":"ok","metric":%s}' "$(($(cat "$1") * $(cat data/n)))" > "$2"\n`,
  'bench/timed.sh': '. src/code.sh\n',
  'data/n': '3\n',
  'src/cost': '100\n',
  'src/code.sh': 'sleep 0.01\n',
  '.github/workflows/bench.yml': 'jobs: {b: {steps: [{uses: benchgate/benchgate@v0, with: {fail-on: failure}}]}}\n',
};
const manifestPath = 'bench/manifest.toml';
const regression = { 'src/cost': '120\n' };

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ files });
});
afterEach(async () => {
  expect(stage.github.violations).toEqual([]);
  await stage.inBare('update-ref', '-d', 'refs/heads/bench-data');
  stage.github.state.pullRequests.length = 0;
  clear(stage);
});
afterAll(() => stage.close());

const commitTree = ['-c', 'user.name=A', '-c', 'user.email=a@localhost', 'commit-tree', '-m', 'merge'] as const;
type Payload = Readonly<Record<string, unknown>>;
type Edits = Readonly<Record<string, string | null>>;

/** The pull request 7 with the edits, as a whole. */
async function gate(
  edits: Edits,
  options: {
    readonly event?: EventFixture;
    readonly labels?: readonly string[];
    readonly run?: StageRun;
    readonly craft?: (change: StageChange) => Promise<StageChange>;
  } = {},
): Promise<ActionResult & { readonly head: string }> {
  const plain = await stage.change(edits, { number: 7, labels: options.labels ?? [] });
  const change = (await options.craft?.(plain)) ?? plain;
  const workspace = await stage.checkout(change.merge);
  const result = await stage.run(options.event ?? 'pull-request-opened', change, { workspace, ...options.run });
  return { ...result, head: change.head };
}

const published = () =>
  [...stage.github.state.comments.map(({ body }) => body), ...stage.github.state.checks.map(checkText)].join('\n');

function expectFailure(result: ActionResult) {
  expect(result.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure', regressions: '["cost"]' });
  expect(result.code).toBe(1);
  expect(stage.github.state.checks).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
  expect(published()).toContain('❌');
}

describe('a regression stays red when the pull request', () => {
  const replaced = (from: string, to: string): Edits => {
    expect(manifest).toContain(from);
    return { [manifestPath]: manifest.replace(from, to) };
  };
  it.each<[string, () => Edits, string]>([
    ['flips the direction', () => replaced('minimize', 'maximize'), manifestPath],
    ['raises the tolerance', () => replaced('0.05', '9'), manifestPath],
    ['changes the hash of the corpus', () => replaced(hash('3\n'), hash('1\n')), manifestPath],
    ['changes the corpus and its hash', () => ({ ...replaced(hash('3\n'), hash('1\n')), 'data/n': '1\n' }), 'data/n'],
    ['changes the corpus alone', () => ({ 'data/n': '1\n' }), 'data/n'],
    ['moves the corpus', () => ({ ...replaced('data/n', 'data/m'), 'data/m': '3\n', 'data/n': null }), 'data/n'],
    [
      'has the harness print a constant',
      () => ({ 'bench/run.sh': `printf '{"status":"ok","metric":1}' > "$2"\n` }),
      'bench/run.sh',
    ],
    ['deletes the harness', () => ({ 'bench/run.sh': null }), 'bench/run.sh'],
    ['adds to the harness', () => ({ 'bench/extra.sh': 'true\n' }), 'bench/extra.sh'],
    [
      'calls the harness its own',
      () => ({
        ...replaced('name = "widgets"', 'name = "widgets"\nharness_paths = ["none/"]'),
        'bench/run.sh': `printf '{"status":"ok","metric":1}' > "$2"\n`,
      }),
      'bench/run.sh',
    ],
    [
      'redirects the ledger',
      () => ({ [manifestPath]: `${manifest}[ledger]\nbranch = "evil"\nremote = "none"\n` }),
      manifestPath,
    ],
    ['renames the project', () => replaced('"widgets"', '"gadgets"'), manifestPath],
    [
      'changes tier and gate',
      () => replaced('deterministic = true', 'gate_policy = "sigma"\npromotion_sigma = 9'),
      manifestPath,
    ],
    [
      'takes `deterministic` away and time',
      () => replaced('deterministic = true', 'timeout_seconds = 1'),
      manifestPath,
    ],
    ['lets everything be dirty', () => replaced('language', 'allow_dirty_paths = ["**"]\nlanguage'), manifestPath],
    [
      'changes the policy',
      () => ({
        [manifestPath]: `${manifest.replace('0.05', '9')}[policy]\ngate_change = "label:x"\nforks = "trusted"\nneeds_more_data = "neutral"\n`,
      }),
      manifestPath,
    ],
    ['asks for a secret', () => replaced('tolerance', 'env = ["ACTIONS_RUNTIME_TOKEN"]\ntolerance'), manifestPath],
    [
      'edits a workflow that uses Benchgate',
      () => ({
        '.github/workflows/bench.yml': 'jobs: {b: {steps: [{uses: benchgate/benchgate@v0, with: {fail-on: never}}]}}\n',
      }),
      '.github/workflows/bench.yml',
    ],
    ['deletes the workflow', () => ({ '.github/workflows/bench.yml': null }), '.github/workflows/bench.yml'],
  ])('%s', async (_name, edits, shown) => {
    const result = await gate({ ...regression, ...edits() }, { labels: ['x'] });
    expectFailure(result);
    expect(published()).toContain('This change edits how it is judged');
    expect(published()).toContain(`\`${shown}\``);
    expect(published()).toContain('Judged by the rules from before this change');
    expect(await stage.ledger()).toHaveLength(1);
    expect(await stage.inBare('for-each-ref', '--format=%(refname)', 'refs/heads/evil')).toBe('');
  });

  it('drops the benchmark: it is measured by the base’s entry, and shown as removed', async () => {
    const other = cost.replace('"cost"', '"other"').replace('src/cost', 'src/other');
    const result = await gate({ ...regression, [manifestPath]: head + other, 'src/other': '1\n' });
    expectFailure(result);
    expect(published()).toContain('**Removed, only in the base (1):** `cost`');
    expect(published()).toContain('**Added, not in the base (1):** `other`');
  });

  it('drops the benchmark with its code: INVALID', async () => {
    const other = cost.replace('"cost"', '"other"').replace('src/cost', 'src/other');
    const result = await gate({ [manifestPath]: head + other, 'src/other': '1\n', 'src/cost': null });
    expect(result.outputs).toMatchObject({ verdict: 'INVALID', conclusion: 'failure', 'exit-code': '65' });
    expect(result.code).toBe(1);
  });

  it('points the entry at other code: its own choice, and shown', async () => {
    const result = await gate({ [manifestPath]: manifest.replace('src/cost', 'src/new'), 'src/new': '130\n' });
    expectFailure(result);
    expect(published()).toContain('`bench/manifest.toml`');
  });

  it('puts a link in the place of the harness', async () => {
    const elsewhere = {
      'other/manifest.toml': manifest.replace('0.05', '9'),
      'other/run.sh': `printf '{"status":"ok","metric":1}' > "$2"\n`,
    };
    const result = await gate(
      { ...regression, ...elsewhere },
      {
        craft: async (change) => {
          const linked = withLink(change.head, 'bench', 'other');
          await stage.inBare('update-ref', `refs/heads/${change.pullRequest.headRef}`, linked);
          const merge = await stage.inBare(...commitTree, `${linked}^{tree}`, '-p', change.base, '-p', linked);
          change.pullRequest.headSha = linked;
          return { ...change, head: linked, merge };
        },
      },
    );
    expectFailure(result);
    expect(published()).toContain('This change edits how it is judged');
  });

  it.each<[string, Edits]>([
    ['deletes the manifest', { [manifestPath]: null }],
    ['breaks its syntax', { [manifestPath]: `${manifest}]]]\n` }],
    ['moves the project', { [manifestPath]: null, 'sub/bench/manifest.toml': manifest, 'sub/bench/run.sh': 'x\n' }],
    ['names a remote that does not exist', { [manifestPath]: `${manifest}[ledger]\nremote = "evil"\n` }],
  ])('%s', async (_name, edits) => {
    const result = await gate({ ...regression, ...edits });
    expect(result.outputs).toMatchObject({ conclusion: 'failure' });
    expect(['FAIL', 'ERROR']).toContain(result.outputs['verdict']);
    expect(result.code).toBe(1);
    expect(stage.github.state.checks).toMatchObject([{ headSha: result.head, conclusion: 'failure' }]);
    expect(stage.github.state.comments).toHaveLength(1);
  });

  it('cuts short or simplifies what a command benchmark does', async () => {
    const { base } = await stage.change({}, { number: 99 });
    await stage.commit(base, { [manifestPath]: head + timed }, 'refs/heads/main');
    try {
      for (const edit of [
        timed.replace('sh bench/timed.sh', 'true'),
        timed.replace('max_pairs = 30', 'max_pairs = 2').replace('min_pairs = 6', 'min_pairs = 2'),
        timed.replace('max_pairs = 30', 'max_pairs = 500\ntimeout_seconds = 9000\ntolerance = 9'),
        timed.replace(
          /command.*\nmetric.*\n/,
          'entry_point = "x"\ntier = "performance"\nmetric_direction = "minimize"\n',
        ),
        `${timed}deterministic = true\n`,
      ]) {
        stage.github.state.pullRequests.length = 0;
        const constant = `invocation = "printf '{{\\"status\\":\\"ok\\",\\"metric\\":1}}' > {output_path}"\n`;
        const edited = head.replace(/invocation.*\n/, constant) + edit;
        const result = await gate({ [manifestPath]: edited, 'src/code.sh': 'sleep 0.1\n' });
        expect(result.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure', regressions: '["timed"]' });
        expect(result.code).toBe(1);
        await stage.inBare('update-ref', '-d', 'refs/heads/bench-data');
      }
    } finally {
      await stage.inBare('update-ref', 'refs/heads/main', base);
    }
  }, 90_000);
});

/** A commit on top of another one in which a folder is a symbolic link. */
function withLink(parent: string, folder: string, target: string): string {
  const script = [
    'commit refs/heads/scratch\nmark :1\ncommitter A <a@localhost> 0 +0000\ndata 1\nx\n',
    `from ${parent}\nD ${folder}\nM 120000 inline ${folder}\ndata ${target.length}\n${target}\nget-mark :1\ndone\n`,
  ].join('');
  const made = spawnSync('git', ['-C', stage.bare, 'fast-import', '--quiet', '--done', '--force'], {
    input: script,
    encoding: 'utf8',
  });
  return made.stdout.trim();
}

it('a project in a folder of its own can’t be swapped for another one above it', async () => {
  const own = await createStage({
    files: Object.fromEntries(Object.entries(files).map(([path, text]) => [`sub/${path}`, text])),
  });
  try {
    const moved = {
      'sub/bench/manifest.toml': null,
      'bench/manifest.toml': manifest,
      'bench/run.sh': files['bench/run.sh'],
    };
    const change = await own.change({ ...moved, 'sub/src/cost': '120\n', 'src/cost': '1\n', 'data/n': '3\n' });
    const workspace = await own.checkout(change.merge);
    const result = await own.run('pull-request-opened', change, { workspace, inputs: { 'project-dir': 'sub' } });
    expect(result.outputs).toMatchObject({ conclusion: 'failure' });
    expect(result.code).toBe(1);
    expect(own.github.state.checks).toMatchObject([{ conclusion: 'failure' }]);
  } finally {
    await own.close();
  }
});

describe('with a label of the base’s policy', () => {
  const lax = { [manifestPath]: manifest.replace('0.05', '9') + approvable };
  beforeAll(async () => {
    const main = await stage.inBare('rev-parse', 'refs/heads/main');
    await stage.commit(main, { [manifestPath]: manifest + approvable }, 'refs/heads/main');
  });

  it('an edit without it is judged by the old rules', async () => {
    expectFailure(await gate({ ...regression, ...lax }));
    expect(published()).toContain('To approve: a maintainer adds the label');
  });

  it('an edit without it that is otherwise green asks for action', async () => {
    const result = await gate({ 'src/cost': '90\n', ...lax });
    expect(result.outputs).toMatchObject({ verdict: 'PASS', conclusion: 'success' });
    expect(stage.github.state.checks).toMatchObject([{ conclusion: 'action_required' }]);
  });

  const approved = { name: 'bench-approved' };
  const openedWith = (payload: Payload): Payload => ({
    ...payload,
    pull_request: { ...(payload['pull_request'] as object), labels: [approved] },
  });
  const labelledBy =
    (login: string) =>
    (payload: Payload): Payload => ({ ...payload, label: approved, sender: { login } });
  it('an edit that somebody else labels is judged by the new rules', async () => {
    const event = 'pull-request-labeled';
    const editPayload = labelledBy('reviewer');
    const result = await gate({ ...regression, ...lax }, { event, labels: ['bench-approved'], run: { editPayload } });
    expect(result.outputs).toMatchObject({ verdict: 'PASS', conclusion: 'success' });
    expect(result.code).toBe(0);
    expect(stage.github.state.checks).toMatchObject([{ conclusion: 'success' }]);
    expect(published()).toContain('Judged by the new rules, as a maintainer approved');
  });

  it.each<[string, EventFixture, ((payload: Payload) => Payload) | null]>([
    ['a push', 'pull-request-synchronize', openedWith],
    ['another label', 'pull-request-labeled', null],
    ['its author gave the label', 'pull-request-labeled', labelledBy('maintainer')],
    ['its author opened it with the label', 'pull-request-opened', openedWith],
  ])('an edit whose label approves nothing is judged by the old rules: %s', async (_name, event, editPayload) => {
    const run = editPayload === null ? {} : { editPayload };
    const result = await gate({ ...regression, ...lax }, { event, labels: ['bench-approved'], run });
    expectFailure(result);
    expect(published()).toContain('the present one may be older than the latest push');
  });

  it('an edit whose label was taken away again is judged by the old rules', async () => {
    const editPayload = openedWith;
    expectFailure(await gate({ ...regression, ...lax }, { run: { editPayload } }));
  });

  it('the label approves nothing that the head calls its own', async () => {
    const own = manifest.replace('0.05', '9') + approvable.replace('bench-approved', 'x');
    expectFailure(await gate({ ...regression, [manifestPath]: own }, { labels: ['x'] }));
  });

  it('labels that can’t be read approve nothing but what the event says', async () => {
    stage.github.script('pulls/get', { status: 404 }, { times: Number.POSITIVE_INFINITY });
    const result = await gate({ ...regression, ...lax }, { labels: ['bench-approved'] });
    expectFailure(result);
  });
});
