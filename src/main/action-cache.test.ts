import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStage, exactManifest, projectFiles, type Stage } from '../../fixtures/action-stage.ts';
import { type ActionsCacheServer, startActionsCacheServer } from '../../fixtures/servers/actions-cache.ts';

const built = {
  ...projectFiles,
  'bench/manifest.toml': exactManifest.replace(
    '[[benchmarks]]',
    'setup = "mkdir -p build/deep && cp src/cost build/deep/cost"\n\n[[benchmarks]]',
  ),
  '.gitignore': 'build/\n',
  'bench/run.sh': `printf '{"status":"ok","metric":%s}' "$(cat build/deep/cost)" > "$2"\n`,
};

let stage: Stage;
let cache: ActionsCacheServer;
beforeEach(async () => {
  stage = await createStage({ files: built });
  cache = await startActionsCacheServer();
});
afterEach(async () => {
  await stage.close();
  await cache.close();
});

const gate = async (change: Awaited<ReturnType<Stage['change']>>, environment: Record<string, string>) =>
  stage.run('pull-request-opened', change, {
    inputs: { cache: 'true' },
    // Anything but github.com and names below localhost counts as an Enterprise Server, which has another service.
    environment: { ...environment, GITHUB_SERVER_URL: stage.git.url.replace('127.0.0.1', 'stage.localhost') },
  });

describe('the action with cache: true', () => {
  it('builds the base once for two pull requests that start from it', async () => {
    const first = await stage.change({ 'src/cost': '120\n' });
    expect((await gate(first, cache.environment)).outputs).toMatchObject({ verdict: 'FAIL' });
    expect(cache.keys()).toHaveLength(1);
    const second = await stage.change({ 'src/cost': '90\n' });
    const result = await gate(second, cache.environment);
    expect(result.log).toContain('setup of the baseline: taken from the cache');
    expect(result.outputs).toMatchObject({ verdict: 'PASS' });
    expect(cache.keys()).toHaveLength(1);
  });

  it('is only slower when there is no service', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    const dead = { ...cache.environment, ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/' };
    const result = await gate(change, dead);
    expect(result.log).not.toContain('taken from the cache');
    expect(result.outputs).toMatchObject({ verdict: 'FAIL', 'exit-code': '1' });
  });
});
