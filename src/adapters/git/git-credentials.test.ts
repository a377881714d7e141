import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  initialised,
  runGit,
  type ScratchRepository,
  scratchEnvironment,
  scratchFolder,
} from '../../../fixtures/scratch-repository.ts';
import { type GitHttpServer, startGitHttpServer } from '../../../fixtures/servers/git-http.ts';
import { fetchCheckout } from './fetch-checkout.ts';
import { createGit } from './git-command.ts';
import { withGitCredentials } from './git-credentials.ts';
import { openRepository } from './repository.ts';

const scratch = scratchFolder();
const token = 'the-right-token';
let server: GitHttpServer;
let source: ScratchRepository;
let base = '';
let head = '';

beforeAll(async () => {
  const root = scratch.fresh('served');
  source = initialised(join(root, 'octo'));
  runGit(source.top, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  source.write('a', '1\n');
  base = source.commit('base');
  source.write('a', '2\n');
  head = source.commit('head');
  server = await startGitHttpServer({ root, token });
});
afterAll(async () => {
  await server.close();
  scratch.close();
});

const header = (value: string) => `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${value}`).toString('base64')}`;
const git = (credentials: Parameters<typeof withGitCredentials>[1]) =>
  createGit({ environment: withGitCredentials(scratchEnvironment, credentials) });
const ours = () => git([{ url: `${server.url}/`, token }]);

/** A clone of depth 1 whose own credentials are left as one of the versions of actions/checkout leaves them. */
async function checkedOut(layout: 'none' | 'v4' | 'v6', stored: string): Promise<string> {
  const folder = scratch.fresh(`clone-${layout}`);
  mkdirSync(folder, { recursive: true });
  await fetchCheckout(ours(), { folder, address: `${server.url}/octo/.git`, sha: head });
  if (layout === 'v4') runGit(folder, ['config', `http.${server.url}/.extraheader`, header(stored)]);
  if (layout === 'v6') {
    const file = join(scratch.fresh('runner-temp'), 'git-credentials.config');
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `[http "${server.url}/"]\n\textraheader = ${header(stored)}\n`);
    runGit(folder, ['config', `includeIf.gitdir:${folder}/.git.path`, file]);
  }
  return folder;
}

describe('withGitCredentials()', () => {
  it.each(['none', 'v4', 'v6'] as const)('fetches with the token whatever checkout left (%s)', async (layout) => {
    const directory = await checkedOut(layout, 'a-stale-token');
    const repository = await openRepository({ git: ours(), directory });
    expect(await repository.fetchCommit(base)).toBe(true);
  });

  it.each(['v4', 'v6'] as const)(
    'leaves the checkout’s own credentials in force without a token (%s)',
    async (layout) => {
      const directory = await checkedOut(layout, token);
      const repository = await openRepository({ git: git([]), directory });
      expect(await repository.fetchCommit(base)).toBe(true);
    },
  );

  it('fetches nothing without any credentials', async () => {
    const repository = await openRepository({ git: git([]), directory: await checkedOut('none', '') });
    expect(await repository.fetchCommit(base)).toBe(false);
  });

  it('prefers the token of a more specific address', async () => {
    const both = git([
      { url: `${server.url}/`, token: 'of-another-repository' },
      { url: `${server.url}/octo/.git`, token },
    ]);
    const { stdout } = await both.run(['ls-remote', '--', `${server.url}/octo/.git`, 'HEAD'], { cwd: scratch.folder });
    expect(stdout.toString()).toContain(head);
  });

  it('keeps configuration that the environment has already', () => {
    const environment = withGitCredentials(
      { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'a.b', GIT_CONFIG_VALUE_0: 'c' },
      [{ url: 'https://x/', token: 't' }],
    );
    expect(environment).toMatchObject({ GIT_CONFIG_COUNT: '3', GIT_CONFIG_KEY_0: 'a.b', GIT_CONFIG_VALUE_1: '' });
  });
});

describe('fetchCheckout()', () => {
  it('leaves no credentials behind, and a repository alone', async () => {
    const folder = await checkedOut('none', '');
    expect(runGit(folder, ['config', '--list', '--local'])).not.toMatch(/extraheader|token/i);
    expect(runGit(folder, ['rev-parse', 'HEAD'])).toBe(head);
    expect(await fetchCheckout(ours(), { folder, address: server.url, sha: base })).toBe(false);
  });

  it('says what to do when the revision can’t be had', async () => {
    const request = { folder: scratch.fresh('none'), address: `${server.url}/octo/.git`, sha: head };
    await expect(fetchCheckout(git([]), request)).rejects.toMatchObject({
      code: 'REVISION_MISSING',
      nextStep: expect.stringContaining('contents: read'),
    });
  });
});
