import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { outcomeOf, readLedger } from '../../fixtures/action-outcome.ts';
import { createStage, projectFiles, repositoryName, type Stage } from '../../fixtures/action-stage.ts';
import { cliPath } from '../../fixtures/cli-project.ts';

let stage: Stage;
afterEach(() => stage.close());

const bot = 'github-actions[bot]';

/** Resolves once it holds; throws after a minute. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1200; tries += 1) {
    if (holds()) return;
    await sleep(50);
  }
  throw new Error(`it never came to that: ${String(holds)}`);
}

describe('a step that is ended from outside while it measures', { timeout: 60_000 }, () => {
  const sleepy = { ...projectFiles, 'bench/run.sh': `sleep 30; ${projectFiles['bench/run.sh'] ?? ''}` };

  /** Starts the action on a pull request and sends its main step a signal; returns how both steps ended. */
  async function interrupted(signal: NodeJS.Signals) {
    stage = await createStage({ files: sleepy });
    const change = await stage.change({ 'src/cost': '120\n' });
    const workspace = await stage.checkout(change.merge);
    const pidPath = join(stage.root, 'pid');
    const note = join(stage.root, 'note.mjs');
    // The first process that starts is the main step. A shell between would drop variables such as INPUT_GITHUB-TOKEN.
    writeFileSync(
      note,
      `import { writeFileSync } from 'node:fs';
       try { writeFileSync(${JSON.stringify(pidPath)}, String(process.pid), { flag: 'wx' }); } catch {}`,
    );
    const environment = { NODE_OPTIONS: `--import=${note}` };
    const running = stage.run('pull-request-opened', change, { workspace, environment });
    await until(() => stage.github.state.checks.length > 0 && existsSync(pidPath));
    const before = stage.github.state.checks.map(({ headSha, status }) => ({ headSha, status }));
    // From here on it prepares or measures: both take longer than this.
    await sleep(1500);
    const pid = Number(readFileSync(pidPath, 'utf8'));
    process.kill(pid, signal);
    return { change, before, result: await running };
  }

  it('by SIGKILL has its check completed as cancelled by the post step', async () => {
    const { change, before, result } = await interrupted('SIGKILL');
    expect(before).toEqual([{ headSha: change.head, status: 'in_progress' }]);
    expect(result.code).toBeNull();
    expect(result.outputs).toEqual({});
    expect(result.post?.code).toBe(0);
    expect(result.post?.log).toContain('completed as cancelled');
    expect(stage.github.state.checks).toMatchObject([
      { headSha: change.head, status: 'completed', conclusion: 'cancelled', title: 'ended without a verdict' },
    ]);
    expect(stage.github.state.comments).toEqual([]);
    expect((await readLedger(stage)).commits).toEqual([]);
    expect(stage.github.violations).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s ends in order, with its outputs and its check completed',
    async (signal) => {
      const { change, result } = await interrupted(signal);
      expect(result.milliseconds).toBeLessThan(25_000);
      expect(await outcomeOf(stage, result)).toMatchObject({
        code: 1,
        verdict: 'ERROR',
        conclusion: 'failure',
        exitCode: 130,
        comments: [],
        checks: [{ headSha: change.head, status: 'completed', conclusion: 'cancelled' }],
        runs: [],
        summary: expect.stringContaining('INTERRUPTED') as string,
        faults: [],
      });
      expect(result.log).toContain(`stopping on ${signal}`);
      expect(result.post?.code).toBe(0);
    },
  );
});

it('sixteen other writers and the action all get their records onto the ledger', { timeout: 240_000 }, async () => {
  stage = await createStage();
  const first = await stage.inBare('rev-parse', 'refs/heads/main');
  const head = await stage.commit(first, { 'src/cost': '101\n' }, 'refs/heads/main');
  const change = await stage.change({ 'src/cost': '120\n' });
  const workspace = await stage.checkout(change.merge);
  const address = `${stage.git.urlWithToken}/${repositoryName}.git`;
  const clones = Array.from({ length: 16 }, (_, index) => join(stage.root, `clone-${index}`));
  for (const clone of clones) await stage.inBare('clone', '--quiet', address, clone);

  const writers = clones.map(async (clone) => {
    const home = `${clone}-home`;
    mkdirSync(home);
    const environment = {
      PATH: process.env['PATH'],
      HOME: home,
      BENCHGATE_HOME: join(home, 'data'),
      BENCHGATE_MAX_THREADS: '8',
      CI: 'true',
      GIT_CONFIG_NOSYSTEM: '1',
    };
    const running = promisify(execFile)(process.execPath, [cliPath, 'run'], { cwd: clone, env: environment });
    return running.then(
      () => null,
      (error: { readonly stderr: string }) => error.stderr,
    );
  });
  const result = await stage.run('pull-request-opened', change, { workspace, timeoutMilliseconds: 200_000 });
  expect((await Promise.all(writers)).filter((problem) => problem !== null)).toEqual([]);
  const outcome = await outcomeOf(stage, result);
  expect(outcome).toMatchObject({ code: 1, verdict: 'FAIL', comments: [{ author: bot }], faults: [] });
  expect(outcome.runs).toHaveLength(17);
  expect(new Set(outcome.runs.map(({ runKey }) => runKey)).size).toBe(17);
  expect(outcome.runs.filter(({ head: measured }) => measured === head)).toHaveLength(16);
  expect(outcome.runs.filter(({ refClass }) => refClass === 'pull_request')).toMatchObject([{ head: change.head }]);
  expect((await readLedger(stage)).commits).toHaveLength(17);
});
