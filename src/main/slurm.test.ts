import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliProject, cliPath, createCliProject, shellProject } from '../../fixtures/cli-project.ts';
import { missingSlurmPrograms, type SlurmCluster, startSlurmCluster } from '../../fixtures/slurm/cluster.ts';
import { runNameFromEnvironment, shardFromEnvironment } from '../planning/shard-environment.ts';

/** Shards as tasks of a job array, on a Slurm cluster of one node that these tests start. */
const missing = missingSlurmPrograms();
const isRequired = process.env['BENCHGATE_REQUIRE_ALL'] === '1';
const lacks = missing.length === 0 ? '' : ` (apt-get install slurm-wlm munge; missing: ${missing.join(', ')})`;

const benchmark = (name: string, policy: string) =>
  `[[benchmarks]]\nname = "${name}"\nentry_point = "${name}"\ntier = "performance"\nmetric_direction = "minimize"\ngate_policy = "${policy}"\n`;
const manifest = [benchmark('size', 'exact'), benchmark('time', 'paired'), benchmark('bytes', 'exact')].join('\n');
const values = { 'values/size': '10', 'values/time': '10', 'values/bytes': '10' };

describe.skipIf(missing.length > 0 && !isRequired)(`a Slurm array${lacks}`, () => {
  let cluster: SlurmCluster;
  let project: CliProject;
  let folder: string;
  let stop: SlurmCluster['stop'] = () => Promise.resolve();
  beforeAll(async () => {
    cluster = await startSlurmCluster();
    stop = cluster.stop;
  }, 60_000);
  afterAll(() => stop(), 60_000);
  beforeEach(async () => {
    project = await createCliProject({ ...shellProject(manifest, 'ok "$(cat "values/$entry")"'), ...values });
    folder = join(project.root, 'tasks');
    mkdirSync(folder);
  });
  afterEach(() => project.remove());

  const variables = () => ({
    HOME: join(project.root, 'person'),
    BENCHGATE_HOME: project.home,
    BENCHGATE_MAX_THREADS: '8',
    GIT_CONFIG_NOSYSTEM: '1',
  });

  /** Runs a shell command in the project as each task of an array. Returns the array's id when all have ended. */
  const runArray = (array: string, command: string) => {
    const places = [`--chdir=${project.directory}`, `--output=${join(folder, '%a.log')}`];
    return cluster.submit([`--array=${array}`, ...places, `--wrap=${command}`], variables());
  };

  const saveEnvironment = () => `env -0 > '${folder}'/$SLURM_ARRAY_TASK_ID.\${SLURM_RESTART_COUNT:-0}.env`;

  /** The environments that tasks saved, in order of their names. */
  const environments = () =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.env'))
      .sort()
      .map((name) => {
        const entries = readFileSync(join(folder, name), 'utf8').split('\0').filter(Boolean);
        return Object.fromEntries(entries.map((entry) => entry.split(/=([^]*)/, 2) as [string, string]));
      });

  it('tells each task which shard it is, and all of them which run', async () => {
    const job = await runArray('1-3', saveEnvironment());
    expect(environments().map(shardFromEnvironment)).toEqual([0, 1, 2].map((index) => ({ index, count: 3 })));
    expect(environments().map(runNameFromEnvironment)).toEqual(Array(3).fill(`slurm ${job}`));
  });

  it('tells a requeued task that it is the same shard of the same run', async () => {
    const job = await runArray('1-2', saveEnvironment());
    await cluster.slurm('scontrol', 'requeue', `${job}_2`);
    // Slurm lets a requeued task wait for two minutes; slurmd refuses it in the second in which it was killed.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await cluster.slurm('scontrol', 'update', `JobId=${job}_2`, 'StartTime=now');
    await vi.waitFor(() => expect(environments()).toHaveLength(3), { timeout: 20_000, interval: 200 });
    await cluster.untilQueueIsEmpty();
    const [, first, again] = environments();
    expect(again?.['SLURM_RESTART_COUNT']).toBe('1');
    expect(shardFromEnvironment(again ?? {})).toEqual({ index: 1, count: 2 });
    expect(runNameFromEnvironment(again ?? {})).toBe(runNameFromEnvironment(first ?? {}));
  });

  it('may begin anywhere and take steps, but have no holes', async () => {
    await runArray('4-8:2', saveEnvironment());
    expect(environments().map(shardFromEnvironment)).toEqual([0, 1, 2].map((index) => ({ index, count: 3 })));
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    await runArray('1,2,9', saveEnvironment());
    for (const environment of environments()) expect(() => shardFromEnvironment(environment)).toThrow(/has holes/);
  });

  it('measures the shards of one run, and `report` judges them together', async () => {
    await project.commit();
    await project.commit({ 'values/bytes': '20' });
    const bundles = join(project.root, 'bundles');
    const run = `'${process.execPath}' '${cliPath}' run --shard auto --bundle '${bundles}' --ledger-remote none`;
    await runArray('1-3', `${run}; echo "exit code $?"`);
    const logs = ['1', '2', '3'].map((task) => readFileSync(join(folder, `${task}.log`), 'utf8'));
    for (const log of logs) expect(log).toContain('exit code 0');
    const names = readdirSync(bundles).sort();
    expect(names).toHaveLength(3);

    const kinds = async (...paths: readonly string[]) => {
      const { exitCode, value } = await project.json(['report', ...paths, '--ledger-remote', 'none', '--no-record']);
      const { verdicts } = value as { verdicts: readonly { experiment: string; kind: string }[] };
      return { exitCode, ...Object.fromEntries(verdicts.map(({ experiment, kind }) => [experiment, kind])) };
    };
    expect(await kinds(bundles)).toEqual({ exitCode: 1, size: 'PASS', time: 'PASS', bytes: 'FAIL' });
    const two = names.slice(0, 2).map((name) => join(bundles, name));
    expect(await kinds(...two)).toEqual({ exitCode: 65, size: 'INVALID', time: 'INVALID', bytes: 'INVALID' });
  }, 120_000);

  it('works as docs/shards.md says', async () => {
    await project.commit();
    await project.commit({ other: 'x' });
    const page = readFileSync(new URL('../../docs/shards.md', import.meta.url), 'utf8');
    const script = /<!-- slurm -->\n```sh\n([^]*?)```/.exec(page)?.[1] ?? '';
    const program = `#!/bin/sh\nexec '${process.execPath}' '${cliPath}' "$@"\n`;
    writeFileSync(join(folder, 'benchgate'), program, { mode: 0o755 });
    const env = {
      PATH: `${folder}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      ...variables(),
      ...cluster.environment,
    };
    const options = { cwd: project.directory, env };
    const { stdout } = await promisify(execFile)('bash', ['-eo', 'pipefail', '-c', script], options);
    const verdicts = [...stdout.matchAll(/^PASS +(\w+)/gm)].map(([, name]) => name);
    expect(verdicts).toEqual(['size', 'time', 'bytes']);
  }, 120_000);
});
