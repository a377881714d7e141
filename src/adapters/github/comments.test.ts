import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitHubOptions } from '../../../fixtures/servers/github.ts';
import { type ForgeScene, refusalOf, startForgeScene, valueOf } from '../../../fixtures/servers/github-forge.ts';

const marker = '<!-- benchgate:bench -->';
const bot = 'github-actions[bot]';

let scene: ForgeScene;
async function start(options: GitHubOptions = {}): Promise<ForgeScene> {
  scene = await startForgeScene(options);
  scene.github.state.addPullRequest({ headSha: '1'.repeat(40) });
  return scene;
}
beforeEach(() => start());
afterEach(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.github.close();
});

const operations = (): string[] => scene.github.requests.map(({ operation }) => operation);
const bodies = (): string[] => scene.github.state.comments.map(({ body }) => body);

describe('whose a comment is', () => {
  test('comments() finds ours on the third page and not the marker that a stranger planted on the first', async () => {
    const { forge, github } = scene;
    for (let count = 0; count < 250; count += 1) {
      const isMarked = count === 10 || count === 240;
      const author = count === 240 ? bot : 'stranger';
      github.state.addComment({ issue: 1, body: isMarked ? marker : `comment ${count}`, author });
    }
    const comments = valueOf(await forge.comments(1));
    expect(comments).toHaveLength(250);
    expect(comments.map(({ id }) => id)).toEqual(github.state.comments.map(({ id }) => id));
    const ours = comments.filter(({ isOurs }) => isOurs);
    expect(ours.map(({ body }) => body)).toEqual([marker]);
    valueOf(await forge.updateComment(ours[0]!.id, 'new'));
    expect(bodies()[240]).toBe('new');
    expect(bodies()[10]).toBe(marker);
    expect(operations().filter((operation) => operation === 'issues/list-comments')).toHaveLength(3);
  });

  test('comments() asks once who we are, and not at all when there is no comment', async () => {
    const { forge, github } = scene;
    expect(valueOf(await forge.comments(1))).toEqual([]);
    expect(operations()).not.toContain('graphql');
    github.state.addComment({ issue: 1, body: 'x' });
    for (let count = 0; count < 3; count += 1) valueOf(await forge.comments(1));
    expect(operations().filter((operation) => operation === 'graphql')).toHaveLength(1);
  });

  test('comments() asks for the user when GraphQL does not say', async () => {
    await scene.github.close();
    const permissions = { pull_requests: 'read' } as const;
    const { forge, github } = await start({ tokens: { token: { login: 'Anna', permissions } } });
    github.script('graphql', { status: 200, body: { errors: [{ message: 'no' }] } });
    for (const author of ['anna', bot, 'anna2']) github.state.addComment({ issue: 1, body: 'x', author });
    expect(valueOf(await forge.comments(1)).map(({ isOurs }) => isOurs)).toEqual([true, false, false]);
  });

  test("comments() takes the job's own name when neither GraphQL nor the user may be asked", async () => {
    const { forge, github } = scene;
    github.script('graphql', { status: 404 });
    for (const author of [bot, 'github-actions']) github.state.addComment({ issue: 1, body: 'x', author });
    expect(valueOf(await forge.comments(1)).map(({ isOurs }) => isOurs)).toEqual([true, false]);
    expect(operations()).toContain('users/get-authenticated');
  });

  test('comments() does not guess whose they are while the service is disturbed', async () => {
    const { forge, github } = scene;
    github.state.addComment({ issue: 1, body: 'x' });
    github.script('graphql', { status: 503 }, { times: 4 });
    expect(refusalOf(await forge.comments(1))).toMatchObject({ kind: 'unavailable', status: 503 });
    expect(valueOf(await forge.comments(1))).toHaveLength(1);
  });
});

describe('writing', () => {
  test('createComment() and updateComment() answer what is there now', async () => {
    const { forge, github } = scene;
    const created = valueOf(await forge.createComment(1, `${marker}\nfirst`));
    expect(created).toMatchObject({ isOurs: true, body: `${marker}\nfirst` });
    expect(created.url).toContain(`#issuecomment-${created.id}`);
    expect(valueOf(await forge.updateComment(created.id, 'second'))).toEqual({ ...created, body: 'second' });
    expect(github.state.comments).toMatchObject([{ body: 'second', author: bot }]);
  });

  test('updateComment() of a comment that was deleted is missing', async () => {
    expect(refusalOf(await scene.forge.updateComment(77, 'x'))).toMatchObject({ kind: 'missing', status: 404 });
  });

  test('createComment() of more than GitHub takes is rejected', async () => {
    expect(refusalOf(await scene.forge.createComment(1, 'x'.repeat(65_537)))).toMatchObject({
      kind: 'rejected',
      status: 422,
      permission: null,
      detail: expect.stringContaining('Body is too long (maximum is 65536 characters)'),
    });
  });

  test.each(['reset', 'hang', 'cut', { status: 500 }, { status: 502, body: '<html>Bad gateway</html>' }] as const)(
    'createComment() posts once when the answer of the first try is lost (%j)',
    async (answer) => {
      const { github, connect } = scene;
      github.state.addComment({ issue: 1, body: `${marker} text`, author: 'stranger' });
      github.script('issues/create-comment', answer, { carriedOut: true });
      const forge = connect({ requestTimeoutMilliseconds: 300 });
      const created = valueOf(await forge.createComment(1, `${marker} text`));
      expect(github.state.comments.map(({ id }) => id)).toEqual([expect.any(Number), created.id]);
      expect(created.isOurs).toBe(true);
    },
  );

  test('createComment() tries again when nothing was posted', async () => {
    const { forge, github, waits } = scene;
    github.script('issues/create-comment', { status: 502 }, { times: 2 });
    valueOf(await forge.createComment(1, 'text'));
    expect(bodies()).toEqual(['text']);
    expect(waits).toEqual([250, 500]);
  });

  test('createComment() gives up after four tries, or when it cannot see whether it was posted', async () => {
    const { forge, github } = scene;
    github.script('issues/create-comment', { status: 502 }, { times: 4 });
    expect(refusalOf(await forge.createComment(1, 'text'))).toMatchObject({ kind: 'unavailable', status: 502 });
    expect(operations().filter((operation) => operation === 'issues/create-comment')).toHaveLength(4);
    github.script('issues/create-comment', 'reset', { carriedOut: true });
    github.script('issues/list-comments', { status: 404 });
    expect(refusalOf(await forge.createComment(1, 'text'))).toMatchObject({ kind: 'unavailable', status: null });
    expect(bodies()).toEqual(['text']);
  });

  test('createComment() is repeated after a rate limit without reading the comments', async () => {
    const { forge, github, waits } = scene;
    github.script('issues/create-comment', { status: 429, headers: { 'retry-after': '3' } });
    valueOf(await forge.createComment(1, 'text'));
    expect(waits).toEqual([3000]);
    expect(operations()).toEqual(['issues/create-comment', 'issues/create-comment']);
    expect(bodies()).toEqual(['text']);
  });
});
