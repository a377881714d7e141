import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type CliProject, cliPath, createCliProject, shellProject } from '../../fixtures/cli-project.ts';
import { examineWorkflows } from '../doctor/examine.ts';

/** The examples of docs/shards.md, run with the variables that each CI system sets. Slurm's is in slurm.test.ts. */
const page = readFileSync(new URL('../../docs/shards.md', import.meta.url), 'utf8');
const example = (name: string) => new RegExp(`<!-- ${name} -->\\n\`\`\`\\w+\\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

const benchmark = (name: string) =>
  `[[benchmarks]]\nname = "${name}"\nentry_point = "${name}"\ntier = "performance"\nmetric_direction = "minimize"\ngate_policy = "exact"\n`;
const files = {
  ...shellProject(['a', 'b', 'c', 'd'].map(benchmark).join('\n'), 'ok 1'),
  '.gitignore': 'bundles/\n',
};

let project: CliProject;
let bundles: string;
beforeEach(async () => {
  project = await createCliProject(files);
  bundles = join(project.root, 'bundles');
  mkdirSync(join(project.root, 'bin'));
  const program = join(project.root, 'bin', 'benchgate');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${cliPath}' "$@"\n`);
  chmodSync(program, 0o755);
  writeFileSync(join(project.root, 'bin', 'buildkite-agent'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  await project.commit();
  await project.commit({ other: 'x' });
});
afterEach(() => project.remove());

/** Runs a step as CI systems do: bash that stops at the first failure. Throws with what it printed. */
function step(script: string, variables: Readonly<Record<string, string>> = {}): string {
  const ended = spawnSync('bash', ['-eo', 'pipefail', '-c', script], {
    cwd: project.directory,
    encoding: 'utf8',
    env: {
      PATH: [join(project.root, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: join(project.root, 'person'),
      BENCHGATE_HOME: project.home,
      BENCHGATE_MAX_THREADS: '8',
      GIT_CONFIG_NOSYSTEM: '1',
      CI: 'true',
      ...variables,
    },
  });
  if (ended.status !== 0) throw new Error(`${script}: exit code ${ended.status}\n${ended.stdout}${ended.stderr}`);
  return ended.stdout;
}

/** Names of the verdicts that are PASS, as the report lists them. */
const passes = (report: string) => new Set([...report.matchAll(/^PASS +([a-d]) /gm)].map(([, name]) => name));
const everything = new Set(['a', 'b', 'c', 'd']);

it('the shards by hand are judged as one run', () => {
  expect(passes(step(example('by-hand')))).toEqual(everything);
  expect(readdirSync(bundles)).toHaveLength(2);
});

it('the doctor has nothing against the GitHub example', () => {
  const files = [{ path: '.github/workflows/benchgate.yml', text: example('github') }];
  const findings = examineWorkflows(files, { action: 'benchgate/benchgate@v0' });
  expect(findings.filter(({ severity, code }) => severity === 'error' && code !== 'REPORT_MISSING')).toEqual([]);
});

it('the GitLab example works', () => {
  type Job = { parallel: number; script: string[] };
  const { measure, verdict } = parse(example('gitlab')) as { measure: Job; verdict: Job };
  for (let node = 1; node <= measure.parallel; node++) {
    const variables = { CI_NODE_INDEX: String(node), CI_NODE_TOTAL: String(measure.parallel), CI_PIPELINE_ID: '7' };
    step(measure.script.join('\n'), variables);
  }
  expect(passes(step(verdict.script.join('\n'), { CI_NODE_TOTAL: '1' }))).toEqual(everything);
});

it('the Buildkite example works', () => {
  const { steps } = parse(example('buildkite')) as { steps: { command?: string; parallelism?: number }[] };
  // The agent makes one dollar of two when it reads the pipeline.
  const [measure, , verdict] = steps.map(({ command = '', ...rest }) => ({
    ...rest,
    command: command.replaceAll('$$', '$'),
  }));
  const count = measure?.parallelism ?? 0;
  for (let job = 0; job < count; job++) {
    const variables = { BUILDKITE_PARALLEL_JOB: String(job), BUILDKITE_PARALLEL_JOB_COUNT: String(count) };
    step(measure?.command ?? '', { ...variables, BUILDKITE_BUILD_ID: 'uuid' });
  }
  expect(passes(step(verdict?.command ?? ''))).toEqual(everything);
});

it('the CircleCI example works', () => {
  type Job = { parallelism?: number; steps: (string | { run?: string })[] };
  const { jobs } = parse(example('circleci')) as { jobs: { measure: Job; verdict: Job } };
  const commandsOf = ({ steps }: Job) =>
    steps.flatMap((one) => (typeof one === 'string' || one.run === undefined ? [] : [one.run])).join('\n');
  const count = jobs.measure.parallelism ?? 0;
  const here = (command: string) => command.replaceAll('/tmp/', `${project.root}/`);
  for (let node = 0; node < count; node++) {
    const variables = { CIRCLE_NODE_INDEX: String(node), CIRCLE_NODE_TOTAL: String(count), CIRCLE_WORKFLOW_ID: 'uuid' };
    step(here(commandsOf(jobs.measure)), variables);
  }
  const single = { CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '1', CIRCLE_WORKFLOW_ID: 'uuid' };
  expect(passes(step(here(commandsOf(jobs.verdict)), single))).toEqual(everything);
});
