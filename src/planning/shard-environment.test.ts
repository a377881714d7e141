import { expect, it } from 'vitest';
import { type Environment, runNameFromEnvironment, shardFromEnvironment } from './shard-environment.ts';

const gitlab = (index: string, total: string) => ({ CI_NODE_INDEX: index, CI_NODE_TOTAL: total });
const buildkite = (job: string, count: string) => ({
  BUILDKITE_PARALLEL_JOB: job,
  BUILDKITE_PARALLEL_JOB_COUNT: count,
});
const circle = (index: string, total: string) => ({ CIRCLE_NODE_INDEX: index, CIRCLE_NODE_TOTAL: total });
/** As sbatch --array=MIN-MAX:STEP sets them. */
const slurm = (id: number, min: number, max: number, step = 1, count = Math.floor((max - min) / step) + 1) => ({
  SLURM_ARRAY_JOB_ID: '77',
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_MIN: String(min),
  SLURM_ARRAY_TASK_MAX: String(max),
  SLURM_ARRAY_TASK_STEP: String(step),
  SLURM_ARRAY_TASK_COUNT: String(count),
});

it.each<readonly [what: string, environment: Environment, index: number, count: number]>([
  ['GitLab counts from 1', gitlab('2', '5'), 1, 5],
  ['GitLab without parallel', { CI_NODE_TOTAL: '1' }, 0, 1],
  ['Buildkite counts from 0', buildkite('1', '5'), 1, 5],
  ['CircleCI counts from 0', circle('4', '5'), 4, 5],
  ['CircleCI without parallelism', circle('0', '1'), 0, 1],
  ['sbatch --array=1-5', slurm(2, 1, 5), 1, 5],
  ['sbatch --array=0-4', slurm(0, 0, 4), 0, 5],
  ['sbatch --array=10-20:5', slurm(20, 10, 20, 5), 2, 3],
  ['sbatch --array=3', slurm(3, 3, 3), 0, 1],
  [
    'Slurm without what is not needed',
    { ...slurm(2, 1, 5), SLURM_ARRAY_TASK_MAX: '', SLURM_ARRAY_TASK_STEP: '' },
    1,
    5,
  ],
  ['a Slurm array submitted from GitLab', { ...slurm(2, 1, 5), CI_NODE_TOTAL: '1' }, 1, 5],
  ['a Slurm array submitted from CircleCI', { ...slurm(2, 1, 5), ...circle('0', '1') }, 1, 5],
  ['one Slurm task for each GitLab node', { ...slurm(1, 1, 1), ...gitlab('3', '4') }, 2, 4],
])('shardFromEnvironment() reads %s', (_what, environment, index, count) => {
  expect(shardFromEnvironment(environment)).toEqual({ index, count });
});

it('shardFromEnvironment() is null where no system says anything', () => {
  expect(shardFromEnvironment({})).toBeNull();
  expect(shardFromEnvironment({ CI: 'true', GITHUB_RUN_ID: '1', SLURM_JOB_ID: '5', ...gitlab('', '') })).toBeNull();
});

it.each<readonly [what: string, environment: Environment, says: RegExp]>([
  [
    'two systems',
    { ...gitlab('1', '2'), ...buildkite('0', '2') },
    /GitLab \(CI_NODE_INDEX, CI_NODE_TOTAL\) and Buildkite \(BUILD/,
  ],
  ['two systems', { ...slurm(1, 1, 3), ...gitlab('1', '2') }, /CI_NODE_INDEX.*SLURM_ARRAY_TASK_ID/],
  ['half of GitLab', { CI_NODE_INDEX: '1' }, /CI_NODE_INDEX="1"; CI_NODE_TOTAL is not set/],
  ['the other half', { CI_NODE_TOTAL: '5' }, /CI_NODE_INDEX is not set/],
  ['half of Buildkite', { BUILDKITE_PARALLEL_JOB: '0' }, /BUILDKITE_PARALLEL_JOB_COUNT is not set/],
  ['half of Buildkite', { BUILDKITE_PARALLEL_JOB_COUNT: '1' }, /BUILDKITE_PARALLEL_JOB is not set/],
  ['half of CircleCI', { CIRCLE_NODE_TOTAL: '1' }, /CIRCLE_NODE_INDEX is not set/],
  ['half of Slurm', { SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_TASK_COUNT: '3' }, /SLURM_ARRAY_TASK_MIN is not set/],
  ['half of Slurm', { SLURM_ARRAY_TASK_ID: '1' }, /SLURM_ARRAY_TASK_COUNT and SLURM_ARRAY_TASK_MIN is not set/],
  ['half of Slurm beside GitLab', { SLURM_ARRAY_TASK_ID: '1', ...gitlab('1', '2') }, /SLURM_ARRAY_TASK_MIN/],
  ['GitLab from 0', gitlab('0', '5'), /CI_NODE_INDEX="0" CI_NODE_TOTAL="5"/],
  ['GitLab beyond the end', gitlab('6', '5'), /not one of 1 to 256 parts/],
  ['Buildkite beyond the end', buildkite('5', '5'), /BUILDKITE_PARALLEL_JOB="5"/],
  ['no parts', circle('0', '0'), /CIRCLE_NODE_TOTAL="0"/],
  ['too many parts', circle('0', '257'), /CIRCLE_NODE_TOTAL="257"/],
  ['words', circle('one', '5'), /CIRCLE_NODE_INDEX="one"/],
  ['fractions', circle('0.5', '5'), /0\.5/],
  ['signs', circle('-0', '5'), /-0/],
  ['an endless number', circle('1', '9'.repeat(400)), /CIRCLE_NODE_TOTAL="9{40}"/],
  ['sbatch --array=1,7,9', slurm(7, 1, 9, 1, 3), /array has holes/],
  ['sbatch --array=1,2,9', slurm(2, 1, 9, 1, 3), /array has holes/],
  ['a step of 0', slurm(1, 1, 3, 0, 3), /SLURM_ARRAY_TASK_STEP/],
  ['a step that is no number', { ...slurm(1, 1, 3), SLURM_ARRAY_TASK_STEP: 'x' }, /SLURM_ARRAY_TASK_STEP="x"/],
  ['an id between the steps', { ...slurm(2, 1, 5, 2), SLURM_ARRAY_TASK_ID: '2' }, /SLURM_ARRAY_TASK_ID="2"/],
  ['an id before the first', slurm(1, 2, 4), /SLURM_ARRAY_TASK_ID="1"/],
  ['an array of 1000', slurm(1, 1, 1000), /not one of 1 to 256/],
])('shardFromEnvironment() refuses %s, naming the variables', (_what, environment, says) => {
  expect(() => shardFromEnvironment(environment)).toThrow(
    expect.objectContaining({
      name: 'UsageError',
      exitCode: 64,
      place: '--shard auto',
      message: expect.stringMatching(says),
      nextStep: expect.stringContaining('--shard 2/5'),
    }),
  );
});

it.each<readonly [environment: Environment, name: string | null]>([
  [{ GITHUB_RUN_ID: '123', GITHUB_RUN_ATTEMPT: '2' }, 'github 123'],
  [{ GITHUB_RUN_ID: '123', GITHUB_RUN_ATTEMPT: '3' }, 'github 123'],
  [{ CI_PIPELINE_ID: '5', CI_JOB_ID: '9' }, 'gitlab 5'],
  [{ BUILDKITE_BUILD_ID: 'uuid', BUILDKITE_JOB_ID: 'x' }, 'buildkite uuid'],
  [{ CIRCLE_WORKFLOW_ID: 'uuid' }, 'circleci uuid'],
  [slurm(2, 1, 3), 'slurm 77'],
  [{ ...slurm(2, 1, 3), GITHUB_RUN_ID: '123' }, 'github 123'],
  [{ GITHUB_RUN_ID: '', CI: 'true' }, null],
  [{}, null],
])('runNameFromEnvironment() of %j is %j', (environment, name) => {
  expect(runNameFromEnvironment(environment)).toBe(name);
});
