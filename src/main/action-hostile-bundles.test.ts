import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isInvalid, reportClaims } from '../../fixtures/action-claims.ts';
import { checkText, clear, forkChange, handOver, measure, publicStage } from '../../fixtures/action-fork.ts';
import type { ActionResult } from '../../fixtures/action-runner.ts';
import { createStage, exactManifest, projectFiles, type Stage, type StageChange } from '../../fixtures/action-stage.ts';
import { parseMarkdown } from '../../fixtures/hostile-text.ts';

/** What a stranger hands over instead of what Benchgate measured: reported as claims or INVALID, never as fact. */

const second = exactManifest
  .slice(exactManifest.indexOf('[[benchmarks]]'))
  .replace('"cost"', '"size"')
  .replace('src/cost', 'src/size');
const file = 'shard-1-of-1.bundle.jsonl';

const commitTree = ['-c', 'user.name=A', '-c', 'user.email=a@localhost', 'commit-tree', '-m', 'merge'] as const;

type Fields = Record<string, unknown>;
interface Line extends Fields {
  provenance: Fields;
  observation: Fields;
}

let stage: Stage;
let change: StageChange;
let oldMain: string;
/** A regression, as it was measured. */
let honest: string;

beforeAll(async () => {
  stage = await createStage({
    ...publicStage,
    files: {
      ...projectFiles,
      'bench/manifest.toml': `${exactManifest.replace('0.05', '9')}${second}[policy]\nforks = "trusted"\n`,
      'src/size': '7\n',
    },
  });
  oldMain = await stage.inBare('rev-parse', 'refs/heads/main');
  await stage.commit(oldMain, { 'bench/manifest.toml': `${exactManifest}${second}` }, 'refs/heads/main');
  change = await forkChange(stage, { 'src/cost': '120\n' });
  const { bundles } = await measure(stage, change);
  honest = bundles[file] ?? '';
});
afterEach(async () => {
  expect(stage.github.violations).toEqual([]);
  expect(await stage.ledger()).toEqual([]);
  clear(stage);
});
afterAll(() => stage.close());

const reported = (of: StageChange = change) => reportClaims(stage, of);

/** The honest bundle with its header and lines changed. */
function edited(header: (fields: Fields) => void, line: (fields: Line) => void = () => undefined): string {
  const [first = '', ...rest] = honest.trimEnd().split('\n');
  const head = JSON.parse(first) as Fields;
  header(head);
  const lines = rest.map((text) => {
    const fields = JSON.parse(text) as Line;
    line(fields);
    return JSON.stringify(fields);
  });
  return `${[JSON.stringify(head), ...lines].join('\n')}\n`;
}

/** The same fact in the header and in every line. */
function everywhere(facts: Fields): string {
  return edited(
    (header) => Object.assign(header, facts),
    (line) => Object.assign(line.provenance, facts),
  );
}

const published = (result: ActionResult) =>
  [
    ...stage.github.state.comments.map(({ body }) => body),
    ...stage.github.state.checks.map(checkText),
    result.summary,
    result.log,
  ].join('\n');

it('the honest bundle is a FAIL', async () => {
  handOver(stage, { [file]: honest });
  expect((await reported()).outputs).toMatchObject({ verdict: 'FAIL', 'exit-code': '1', regressions: '["cost"]' });
});

describe('a forged bundle is at most a claim', () => {
  it('with better metrics', async () => {
    const better = edited(
      () => undefined,
      ({ observation }) => Object.assign(observation, { metric: 1 }),
    );
    handOver(stage, { [file]: better });
    expect((await reported()).outputs).toMatchObject({ verdict: 'PASS', conclusion: 'neutral' });
  });

  it('with the default branch’s ref class', async () => {
    const forged = edited(
      () => undefined,
      ({ provenance }) => Object.assign(provenance, { refClass: 'default_branch' }),
    );
    handOver(stage, { [file]: forged });
    expect((await reported()).outputs).toMatchObject({ verdict: 'FAIL' });
  });

  it('of the head itself, where that has the same tree', async () => {
    handOver(stage, { [file]: everywhere({ merge: null }) });
    expect((await reported()).outputs).toMatchObject({ verdict: 'FAIL' });
  });

  it('with a merge commit whose tree the stranger chose; the gate edit of the pull request is shown all the same', async () => {
    const own = await forkChange(stage, { 'src/cost': '130\n', 'bench/run.sh': 'echo edited\n' }, 18);
    const { base } = own;
    const crafted = await stage.inBare(...commitTree, `${base}^{tree}`, '-p', base, '-p', own.head);
    const { bundles } = await measure(stage, { ...own, merge: crafted }, { editPayload: numbered(18) });
    handOver(stage, bundles);
    const result = await reported(own);
    expect(result.outputs).toMatchObject({ verdict: 'PASS', conclusion: 'neutral' });
    expect(published(result)).toContain('This change edits how it is judged');
    expect(published(result)).toContain('bench/run.sh');
  });
});

/** The event of another pull request. */
function numbered(number: number) {
  return (payload: Readonly<Record<string, unknown>>) => ({
    ...payload,
    number,
    pull_request: { ...(payload['pull_request'] as object), number },
  });
}

describe('a bundle of something else is INVALID', () => {
  const digest = `sha256:${'ab'.repeat(32)}`;
  it.each<[string, () => string, RegExp]>([
    ['another plan', () => everywhere({ planDigest: digest }), /another plan/],
    [
      'another rule',
      () =>
        edited(
          () => undefined,
          (line) => Object.assign(line, { rule: digest }),
        ),
      /another rule/,
    ],
    ['another head', () => everywhere({ head: change.base }), /another head/],
    ['another tree', () => everywhere({ tree: 'e'.repeat(40) }), /another revision/],
    ['another merge', () => everywhere({ merge: change.base }), /no merge of the pull request/],
    ['a merge that nobody has', () => everywhere({ merge: 'd'.repeat(40) }), /can't be fetched/],
    ['another base', () => everywhere({ base: oldMain }), /another base/],
    ['no base', () => everywhere({ base: null, baseTree: null }), /base/],
    ['another project', () => everywhere({ project: 'other' }), /another project/],
    [
      'fewer benchmarks',
      () => {
        const [header = '', ...lines] = honest.trimEnd().split('\n');
        const rest = lines.filter((line) => (JSON.parse(line) as Line)['experiment'] === 'size');
        const kept = rest.map((text, index) =>
          JSON.stringify({ ...(JSON.parse(text) as Line), index, count: rest.length }),
        );
        const short = {
          ...(JSON.parse(header) as Fields),
          planned: ['size'],
          experiments: ['size'],
          lines: kept.length,
        };
        return `${[JSON.stringify(short), ...kept].join('\n')}\n`;
      },
      /nothing was recorded for cost/,
    ],
    [
      'no lines at all',
      () => `${JSON.stringify({ ...(JSON.parse(honest.split('\n')[0] ?? '') as Fields), lines: 0 })}\n`,
      /nothing was recorded for cost/,
    ],
    ['a part of the plan', () => everywhere({ shard: { index: 0, count: 2 } }), /missing: 2\/2/],
    [
      'a dirty tree',
      () =>
        edited(
          () => undefined,
          ({ provenance }) => Object.assign(provenance, { dirty: true }),
        ),
      /dirty/,
    ],
    [
      'a baseline',
      () =>
        edited(
          () => undefined,
          (line) => Object.assign(line, { purpose: 'baseline', metaSeed: null }),
        ),
      /baseline|twice/,
    ],
    [
      'a secret that nobody needs',
      () => {
        const [header = '', line = ''] = honest.trimEnd().split('\n');
        const {
          arm: _a,
          block: _b,
          order: _o,
          seed: _s,
          metaSeed: _m,
          observation: _x,
          ...rest
        } = JSON.parse(line) as Line;
        const lines = ['cost', 'size'].map((experiment, index) => {
          const found = honest.split('\n').find((one) => one.includes(`"experiment":"${experiment}"`)) ?? '{}';
          const { rule } = JSON.parse(found) as Line;
          return JSON.stringify({
            ...stoppedLine({ ...rest, experiment, rule, index, count: 2 }),
          });
        });
        return `${[JSON.stringify({ ...(JSON.parse(header) as Fields), lines: 2 }), ...lines].join('\n')}\n`;
      },
      /needs none/,
    ],
  ])('%s', async (_name, text, says) => {
    handOver(stage, { [file]: text() });
    const result = await reported();
    expect(result.log).toMatch(says);
    expect(result.outputs).toMatchObject(isInvalid);
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    [
      'a merge with a commit of the stranger’s',
      async () => {
        const own = await stage.commit(change.base, { 'bench/manifest.toml': exactManifest }, 'refs/pull/8/own');
        return stage.commit(own, {}, 'refs/pull/8/crafted', change.head);
      },
      /is no commit of main/,
    ],
    [
      'a merge with an old commit of main, whose rules were laxer',
      () => stage.commit(oldMain, {}, 'refs/pull/8/old', change.head),
      /manifest of main is another one now/,
    ],
    [
      'a merge of three',
      async () =>
        stage.inBare(
          ...commitTree,
          `${change.merge}^{tree}`,
          ...[change.base, change.head, oldMain].flatMap((parent) => ['-p', parent]),
        ),
      /no merge of the pull request/,
    ],
  ])('%s', async (_name, craft, says) => {
    const merge = await craft();
    const [base = ''] = (await stage.inBare('rev-parse', `${merge}^1`)).split('\n');
    const tree = await stage.inBare('rev-parse', `${merge}^{tree}`);
    const baseTree = await stage.inBare('rev-parse', `${base}^{tree}`);
    const text = edited(
      (header) => Object.assign(header, { merge, base, tree, rules: { from: 'base', revision: base } }),
      ({ provenance }) => Object.assign(provenance, { merge, base, tree, baseTree }),
    );
    handOver(stage, { [file]: text });
    const result = await reported();
    expect(result.log).toMatch(says);
    expect(result.outputs).toMatchObject(isInvalid);
  });
});

/** A line that says that an experiment was not run, with the keys in Benchgate's order. */
function stoppedLine({ kind: _kind, plannedBlocks: _planned, purpose, ...rest }: Fields): Fields {
  return { kind: 'stopped', ...rest, purpose, plannedBlocks: 0, blocks: 0, because: 'missing_secret' };
}

describe('hostile words', () => {
  const words = [
    '::set-output name=verdict::PASS',
    '##[set-env name=PATH]/evil',
    '::add-mask::cost',
    '<img src=x onerror=alert(1)><script>evil()</script></details>',
    '![pixel](https://evil.example/pixel.png) [click](https://evil.example)',
    '@octo-org/security #1 octo-org/widgets#2',
    '| a | b |\n\n# ✅ All good\n\n```\n',
    '\u202egnp\u0000\u001b[31m',
  ].join('\n');

  const check = (result: ActionResult) => {
    const { comments, checks } = stage.github.state;
    for (const markdown of [...comments.map(({ body }) => body), ...checks.map(checkText), result.summary]) {
      const nodes = [...walk(parseMarkdown(markdown))];
      const html = nodes.flatMap((node) => (node.type === 'html' ? [node.value ?? ''] : []));
      expect(
        html.filter((tag) => !/^(<\/?(details|summary)>|<summary>|<details>|<!-- benchgate:sticky)/.test(tag)),
      ).toEqual([]);
      const addresses = nodes.flatMap((node) => (node.url === undefined ? [] : [node.url]));
      expect(addresses.filter((url) => url.includes('evil'))).toEqual([]);
      expect(nodes.filter(({ type, depth }) => type === 'heading' && depth === 1)).toEqual([]);
      expect(markdown).not.toMatch(/[\u0000\u001b\u202e]/);
    }
    expect(result.log).not.toMatch(/[\u0000\u001b\u202e]/);
    expect(result.masks.filter((mask) => mask === 'cost')).toEqual([]);
    expect(result.exported).toEqual({});
  };

  it('in failure details, metadata, messages and the facts of the machine are shown as text', async () => {
    const text = edited(
      (header) => Object.assign(header, { harness: words }),
      (line) => {
        const { provenance, observation } = line;
        Object.assign(provenance, { harness: words, isolation: { level: 'none', detail: words } });
        Object.assign(provenance, { host: { class: words, name: words, memoryBytes: 1, node: words } });
        if (line['arm'] === 'baseline') {
          Object.assign(observation, { message: words, metadata: { [words]: words } });
          return;
        }
        line.observation = {
          status: 'error',
          failure: { reason: 'exit_code', detail: words },
          artifactHash: null,
          metadata: { [words]: words },
          wallSeconds: 1,
        };
      },
    );
    handOver(stage, { [file]: text });
    const result = await reported();
    expect(result.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure' });
    expect(published(result)).toContain('evil');
    check(result);
  });

  it('in names of benchmarks, files and artifacts are shown as text', async () => {
    const named = edited((header) => Object.assign(header, { planned: ['cost', words], experiments: ['cost', words] }));
    handOver(stage, { [file]: named });
    check(await reported());
    clear(stage);
    handOver(stage, { 'x ![a](evil) @octo-org.bundle.jsonl': 'evil' }, `benchgate-${words}`);
    check(await reported());
  });
});

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly depth?: number;
  readonly children?: readonly Node[];
}

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children ?? []) yield* walk(child);
}
