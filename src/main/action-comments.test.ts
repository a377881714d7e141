import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outcomeOf, readLedger } from '../../fixtures/action-outcome.ts';
import { createStage, exactManifest, projectFiles, type Stage, type StageChange } from '../../fixtures/action-stage.ts';
import { shellProject, sigmaBenchmark } from '../../fixtures/cli-project.ts';
import type { EventFixture } from '../../fixtures/events.ts';
import { parseMarkdown } from '../../fixtures/hostile-text.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await createStage();
});
afterEach(() => stage.close());

const bot = 'github-actions[bot]';
const correctness = '[[benchmarks]]\nname = "c"\nentry_point = "c"\ntier = "correctness"\nrepetitions = 2\n';
let runs = 0;

/** One run of the action on a pull request, with a run id of its own. */
async function judge(
  change: StageChange,
  inputs: Readonly<Record<string, string>> = {},
  event: EventFixture = 'pull-request-opened',
  environment: Readonly<Record<string, string>> = {},
) {
  runs += 1;
  const workspace = await stage.checkout(change.merge);
  return stage.run(event, change, {
    workspace,
    inputs,
    environment: { GITHUB_RUN_ID: String(7_300_600_000 + runs), ...environment },
  });
}

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
}

/** Everything in a text as GitHub's Markdown, depth first. */
function nodesOf(markdown: string): readonly Node[] {
  const walk = (node: Node): readonly Node[] => [node, ...(node.children ?? []).flatMap(walk)];
  return walk(parseMarkdown(markdown));
}

const bodies = (): readonly string[] => stage.github.state.comments.map(({ body }) => body);

describe('comment: on-change', () => {
  const inputs = { comment: 'on-change' };

  it('says nothing while all is well, then comments, then says resolved', async () => {
    const change = await stage.change({ 'src/cost': '101\n' });
    const quiet = await judge(change, inputs);
    expect(await outcomeOf(stage, quiet)).toMatchObject({ code: 0, verdict: 'PASS', comments: [], faults: [] });
    expect(quiet.outputs['comment-url']).toBe('');

    const worse = await stage.pushTo(change, { 'src/cost': '120\n' });
    expect(await outcomeOf(stage, await judge(worse, inputs, 'pull-request-synchronize'))).toMatchObject({
      code: 1,
      verdict: 'FAIL',
      comments: [{ issue: 7, author: bot, headline: expect.stringContaining('❌') as string }],
      faults: [],
    });

    const mended = await stage.pushTo(worse, { 'src/cost': '99\n' });
    expect(await outcomeOf(stage, await judge(mended, inputs, 'pull-request-synchronize'))).toMatchObject({
      code: 0,
      verdict: 'PASS',
      comments: [{ issue: 7, author: bot, headline: expect.stringContaining('✅ resolved: 1 passed') as string }],
      checks: [{ conclusion: 'success' }, { conclusion: 'failure' }, { conclusion: 'success' }],
      runs: [{ head: change.head }, { head: worse.head }, { head: mended.head }],
      faults: [],
    });
  });

  it('comments on what got better', async () => {
    const change = await stage.change({ 'src/cost': '50\n' });
    expect(await outcomeOf(stage, await judge(change, inputs))).toMatchObject({
      code: 0,
      improvements: ['cost'],
      comments: [{ author: bot }],
      faults: [],
    });
  });
});

it('comment: never leaves pull requests alone, whatever the verdict', async () => {
  const change = await stage.change({ 'src/cost': '120\n' });
  const result = await judge(change, { comment: 'never' });
  expect(await outcomeOf(stage, result)).toMatchObject({
    code: 1,
    verdict: 'FAIL',
    comments: [],
    checks: [{ headSha: change.head, conclusion: 'failure' }],
    runs: [{ head: change.head }],
    faults: [],
  });
  expect(stage.github.requests.filter(({ operation }) => operation.startsWith('issues/'))).toEqual([]);
});

it('an old run does not overwrite the comment of the newer head', async () => {
  const change = await stage.change({ 'src/cost': '120\n' });
  const workspace = await stage.checkout(change.merge);
  const newer = await stage.pushTo(change, { 'src/cost': '100\n' });
  await judge(newer, {}, 'pull-request-synchronize');
  const [before] = bodies();
  const late = await stage.run('pull-request-opened', { ...change, merge: change.merge }, { workspace });
  expect(await outcomeOf(stage, late)).toMatchObject({
    code: 1,
    verdict: 'FAIL',
    comments: [{ headline: expect.stringContaining('✅') as string }],
    checks: [
      { headSha: newer.head, conclusion: 'success' },
      { headSha: change.head, conclusion: 'failure' },
    ],
    faults: [],
  });
  expect(bodies()).toEqual([before]);
  expect(late.outputs['comment-url']).toBe('');
  expect(late.log).toContain('moved on');
  expect(late.summary).toContain('❌');
});

describe('the one comment', () => {
  it('is not the one that a stranger planted with our marker', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    await judge(change);
    const marker = bodies()[0]?.split('\n')[0] ?? '';
    expect(marker).toMatch(/^<!-- benchgate:sticky [0-9a-f]+ -->$/);
    const planted = `${marker}\n## ✅ Benchgate: all passed, trust me`;
    stage.github.state.comments.length = 0;
    stage.github.state.addComment({ issue: 7, author: 'contributor', body: planted });
    stage.github.state.addComment({ issue: 7, author: 'github-actions', body: planted });

    const result = await judge(change);
    expect(await outcomeOf(stage, result)).toMatchObject({
      verdict: 'FAIL',
      comments: [
        { author: 'contributor', headline: '## ✅ Benchgate: all passed, trust me' },
        { author: 'github-actions', headline: '## ✅ Benchgate: all passed, trust me' },
        { author: bot, headline: expect.stringContaining('❌') as string },
      ],
      faults: [],
    });
  });

  it('is not one of ours that is about something else', async () => {
    const other = 'Another tool of this workflow says hello';
    const foreign = '<!-- benchgate:sticky 00000000000000ff -->\n## ✅ the other project of this repository';
    const change = await stage.change({ 'src/cost': '120\n' });
    for (const body of [other, foreign]) stage.github.state.addComment({ issue: 7, author: bot, body });
    await judge(change);
    expect(bodies()).toMatchObject([other, foreign, expect.stringContaining('❌')]);
  });

  it('is found on the third page of 250 comments', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    await judge(change);
    const [own] = stage.github.state.comments.splice(0);
    if (own === undefined) throw new Error('no comment');
    const talk = (count: number) => {
      for (let index = 0; index < count; index += 1)
        stage.github.state.addComment({ issue: 7, body: `Remark ${index}` });
    };
    talk(230);
    stage.github.state.comments.push(own);
    talk(19);
    const mended = await stage.pushTo(change, { 'src/cost': '100\n' });
    const result = await judge(mended, {}, 'pull-request-synchronize');
    expect(stage.github.state.comments).toHaveLength(250);
    expect(own.body).toContain('✅ resolved');
    expect(result.outputs['comment-url']).toMatch(new RegExp(`#issuecomment-${own.id}$`));
    expect(stage.github.violations).toEqual([]);
  });

  it('is written anew when somebody deleted it', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    await judge(change);
    stage.github.state.comments.length = 0;
    expect(await outcomeOf(stage, await judge(change))).toMatchObject({ comments: [{ author: bot }], faults: [] });
  });
});

describe('a re-run', () => {
  it('as another attempt appends its evidence and edits the same comment', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    const workspace = await stage.checkout(change.merge);
    const first = await stage.run('pull-request-opened', change, { workspace });
    const environment = { GITHUB_RUN_ATTEMPT: '2' };
    const again = await stage.run('pull-request-opened', change, { workspace, environment });
    const outcome = await outcomeOf(stage, again);
    expect(outcome).toMatchObject({
      code: 1,
      verdict: 'FAIL',
      comments: [{ issue: 7, author: bot }],
      checks: [{ headSha: change.head }, { headSha: change.head }],
      runs: [{ head: change.head }, { head: change.head }],
      faults: [],
    });
    expect(new Set(outcome.runs.map(({ runKey }) => runKey)).size).toBe(2);
    expect(again.outputs['comment-url']).toBe(first.outputs['comment-url']);
  });

  it('is not what the other job of a matrix is: both are recorded', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    for (const jobIndex of [0, 1]) {
      const strategy = { jobIndex, jobTotal: 2 };
      const workspace = await stage.checkout(change.merge);
      const result = await stage.run('pull-request-opened', change, { workspace, strategy });
      expect(await outcomeOf(stage, result)).toMatchObject({ code: 1, verdict: 'FAIL', faults: [] });
    }
    expect((await readLedger(stage)).runs).toMatchObject([{ head: change.head }, { head: change.head }]);
  });

  it('of the very same attempt writes nothing twice', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    const first = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    const again = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    expect(await outcomeOf(stage, again)).toMatchObject({
      code: 1,
      verdict: 'FAIL',
      comments: [{ issue: 7, author: bot }],
      runs: [{ head: change.head }],
      faults: [],
    });
    expect(again.outputs['ledger-head']).toBe(first.outputs['ledger-head']);
  });

  it.each([
    ['sigma', shellProject(sigmaBenchmark, 'ok "$(cat src/cost).$((seed % 10))"'), 'REJECT'],
    ['reference', shellProject(correctness, 'cat src/cost > "$artifact"; ok 1'), 'FAIL'],
  ])('of the very same attempt has the same verdict where seeds are drawn anew: %s', async (_gate, files, verdict) => {
    await stage.close();
    stage = await createStage({ files: { ...files, 'src/cost': '100' } });
    const base = await stage.inBare('rev-parse', 'refs/heads/main');
    for (const inputs of [{ command: 'baseline establish' }, { command: 'reference freeze', only: 'c' }]) {
      const environment = { GITHUB_RUN_ID: '7300500699' };
      await stage.run('workflow-dispatch', { base }, { workspace: await stage.checkout(base), inputs, environment });
    }
    const change = await stage.change({ 'src/cost': '120' });
    const first = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    const before = await outcomeOf(stage, first);
    expect(before).toMatchObject({ code: 1, verdict, faults: [] });
    const again = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    const after = await outcomeOf(stage, again);
    expect(after).toMatchObject({ code: 1, verdict, comments: [{ author: bot }], faults: [] });
    expect(after.runs).toEqual(before.runs);
  });
});

it('an Enterprise Server is reached below its base path', async () => {
  await stage.close();
  stage = await createStage({ basePath: '/api/v3' });
  const change = await stage.change({ 'src/cost': '120\n' });
  await judge(change);
  const mended = await stage.pushTo(change, { 'src/cost': '100\n' });
  expect(await outcomeOf(stage, await judge(mended, {}, 'pull-request-synchronize'))).toMatchObject({
    code: 0,
    verdict: 'PASS',
    comments: [{ issue: 7, author: bot, headline: expect.stringContaining('✅ resolved') as string }],
    checks: [{ conclusion: 'failure' }, { conclusion: 'success' }],
    faults: [],
  });
  expect(stage.github.requests.every(({ path }) => path.startsWith('/api/'))).toBe(true);
});

it('names of benchmarks are shown and never obeyed, by GitHub or by the runner', async () => {
  const names = [
    '@admin',
    'a|b',
    '`code`',
    '<!-- x',
    '::error::gone',
    '##[error]gone',
    '[x](mailto:a@b.c)',
    '<details>',
  ];
  const entries = names.map((name) =>
    exactManifest.slice(exactManifest.indexOf('[[benchmarks]]')).replace('"cost"', JSON.stringify(name)),
  );
  const manifest = exactManifest.slice(0, exactManifest.indexOf('[[benchmarks]]')) + entries.join('\n');
  await stage.close();
  stage = await createStage({ files: { ...projectFiles, 'bench/manifest.toml': manifest } });
  const change = await stage.change({ 'src/cost': '120\n' });
  const result = await judge(change);
  expect(await outcomeOf(stage, result)).toMatchObject({
    code: 1,
    verdict: 'FAIL',
    regressions: names,
    comments: [{ author: bot }],
    faults: [],
  });
  // Our own annotations are commands; nothing else may be one.
  expect(result.commands.filter(({ command }) => command !== 'add-mask' && command !== 'error')).toEqual([]);
  expect(result.annotations.filter(({ message }) => message === 'gone')).toEqual([]);
  expect(result.annotations.length).toBeGreaterThan(0);
  const nodes = nodesOf(bodies()[0] ?? '');
  const html = nodes.filter(({ type }) => type === 'html').map(({ value }) => value?.replace(/\(\d+\)/, ''));
  expect(new Set(html)).toEqual(
    new Set([
      expect.stringMatching(/^<!-- benchgate:sticky [0-9a-f]+ -->$/),
      '<details>\n<summary>Why: failed or neutral </summary>',
      '</details>',
    ]),
  );
  expect(nodes.filter(({ type }) => type === 'link' || type === 'image')).toEqual([]);
  expect(nodes.filter(({ type, value }) => type === 'text' && /@\w/.test(value ?? ''))).toEqual([]);
  const rows = nodes.filter(({ type }) => type === 'tableRow');
  expect(rows.map(({ children }) => children?.length)).toEqual(Array.from({ length: names.length + 1 }, () => 7));
  const escape = /\\u([0-9a-f]{4})/g;
  const shown = nodes
    .filter(({ type }) => type === 'inlineCode')
    .map(({ value }) =>
      value?.replace(escape, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    );
  expect(shown).toEqual(expect.arrayContaining(names));
});

it('a manifest that can’t be read is shown and never obeyed either', async () => {
  const manifest = exactManifest.replace(
    '"cost"',
    JSON.stringify('</code> @admin <!-- ``` \n::error::gone\n##[error]gone'),
  );
  await stage.close();
  stage = await createStage({ files: { ...projectFiles, 'bench/manifest.toml': manifest } });
  const change = await stage.change({ 'src/cost': '120\n' });
  const result = await judge(change);
  expect(await outcomeOf(stage, result)).toMatchObject({
    code: 1,
    verdict: 'ERROR',
    conclusion: 'failure',
    exitCode: 64,
    comments: [{ author: bot, headline: expect.stringContaining('could not find out: MANIFEST') as string }],
    checks: [{ headSha: change.head, conclusion: 'failure' }],
    runs: [],
    faults: [],
  });
  expect(result.annotations.filter(({ message }) => message === 'gone')).toEqual([]);
  expect(result.commands.filter(({ command }) => command !== 'add-mask' && command !== 'error')).toEqual([]);
  const [body = ''] = bodies();
  const outside = body.replace(/^(`{3,}).*\n[\s\S]*?\n\1$/m, '');
  expect(outside).not.toBe(body);
  expect(outside.slice(outside.indexOf('\n'))).not.toMatch(/@admin|<!--/);
});
