import { UsageError } from '../domain/errors.ts';
import { mostShards, type Shard } from './shards.ts';

/** What CI systems and schedulers say, in environment variables, about the part of a job that runs here. */

export type Environment = Readonly<Record<string, string | undefined>>;

interface System {
  readonly name: string;
  readonly index: string;
  readonly count: string;
  /** Number of the first part: a variable, or what it always is. */
  readonly first: string | 0 | 1;
  /** Set to 1, and alone, where nothing is divided. */
  readonly countAlone: boolean;
}

const systems: readonly System[] = [
  // https://docs.gitlab.com/ci/variables/predefined_variables/
  { name: 'GitLab', index: 'CI_NODE_INDEX', count: 'CI_NODE_TOTAL', first: 1, countAlone: true },
  // https://buildkite.com/docs/pipelines/configure/environment-variables
  {
    name: 'Buildkite',
    index: 'BUILDKITE_PARALLEL_JOB',
    count: 'BUILDKITE_PARALLEL_JOB_COUNT',
    first: 0,
    countAlone: false,
  },
  // https://circleci.com/docs/variables/
  { name: 'CircleCI', index: 'CIRCLE_NODE_INDEX', count: 'CIRCLE_NODE_TOTAL', first: 0, countAlone: false },
  // https://slurm.schedmd.com/job_array.html
  {
    name: 'Slurm',
    index: 'SLURM_ARRAY_TASK_ID',
    count: 'SLURM_ARRAY_TASK_COUNT',
    first: 'SLURM_ARRAY_TASK_MIN',
    countAlone: false,
  },
];

/**
 * The shard that the environment says this is, for `--shard auto`; null where no system says anything. A system that says
 * "1 of 1" does not count beside one that divides: Slurm tasks inherit the variables of the CI job that submitted them.
 * Throws UsageError (64) naming the variables when some are missing, make no sense, or two systems divide the work.
 */
export function shardFromEnvironment(environment: Environment): Shard | null {
  const found = systems.flatMap((system) => {
    const shard = shardOf(system, environment);
    return shard === null ? [] : [{ system, shard }];
  });
  const dividing = found.filter(({ shard }) => shard.count > 1);
  const [first, second] = dividing;
  if (first !== undefined && second !== undefined) {
    const both = [first, second].map(({ system }) => `${system.name} (${variablesOf(system).join(', ')})`);
    throw new UsageError('USAGE', `${both.join(' and ')} both say which shard this is`, {
      place: '--shard auto',
      nextStep: 'say it yourself, such as --shard 2/5, or unset the variables of one of them',
    });
  }
  return (first ?? found[0])?.shard ?? null;
}

function shardOf(system: System, environment: Environment): Shard | null {
  const variables = variablesOf(system);
  const missing = variables.filter((name) => valueOf(environment, name) === null);
  if (missing.length === variables.length) return null;
  if (system.countAlone && valueOf(environment, system.index) === null && valueOf(environment, system.count) === '1') {
    return { index: 0, count: 1 };
  }
  if (missing.length > 0) throw unusable(system, environment, `${missing.join(' and ')} is not set`);
  const [index = Number.NaN, count = Number.NaN] = [system.index, system.count].map((name) => whole(environment, name));
  const first = typeof system.first === 'number' ? system.first : whole(environment, system.first);
  const step = system.name === 'Slurm' ? slurmStep(system, environment, first, count) : 1;
  const shard = { index: (index - first) / step, count };
  const valid = Number.isInteger(shard.index) && shard.index >= 0 && shard.index < count && count <= mostShards;
  if (!valid) throw unusable(system, environment, `that is not one of 1 to ${mostShards} parts`);
  return shard;
}

/** Distance between the ids of an array (`--array=0-8:2`). Throws UsageError for one with holes (`--array=1,7,9`): an id does not say its place. */
function slurmStep(system: System, environment: Environment, first: number, count: number): number {
  const step = valueOf(environment, 'SLURM_ARRAY_TASK_STEP') === null ? 1 : whole(environment, 'SLURM_ARRAY_TASK_STEP');
  if (!(step >= 1)) throw unusable(system, environment, 'SLURM_ARRAY_TASK_STEP must be at least 1');
  if (valueOf(environment, 'SLURM_ARRAY_TASK_MAX') === null) return step;
  const last = whole(environment, 'SLURM_ARRAY_TASK_MAX');
  if (last === first + step * (count - 1)) return step;
  throw unusable(system, environment, 'the array has holes, so an id does not say which part it is');
}

function variablesOf(system: System): string[] {
  return [system.index, system.count, ...(typeof system.first === 'string' ? [system.first] : [])];
}

/** An empty variable is an absent one. */
function valueOf(environment: Environment, name: string): string | null {
  const value = environment[name];
  return value === undefined || value === '' ? null : value;
}

/** NaN for anything but decimal digits, so that every comparison with it fails. */
function whole(environment: Environment, name: string): number {
  const value = valueOf(environment, name) ?? '';
  return /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
}

function unusable(system: System, environment: Environment, what: string): UsageError {
  const names = [...variablesOf(system), ...(system.name === 'Slurm' ? slurmExtras : [])];
  const said = names.flatMap((name) => {
    const value = valueOf(environment, name);
    return value === null ? [] : [`${name}=${JSON.stringify(value.slice(0, 40))}`];
  });
  return new UsageError('USAGE', `${system.name} does not say which shard this is: ${said.join(' ')}; ${what}`, {
    place: '--shard auto',
    nextStep:
      system.name === 'Slurm'
        ? 'submit an array without holes, such as sbatch --array=1-5, or say the shard yourself: --shard 2/5'
        : 'say the shard yourself, such as --shard 2/5',
  });
}

const slurmExtras = ['SLURM_ARRAY_TASK_MAX', 'SLURM_ARRAY_TASK_STEP'];

/** Outermost first: a Slurm array submitted by a CI job belongs to that job's run. */
const runNames = [
  ['github', 'GITHUB_RUN_ID'],
  ['gitlab', 'CI_PIPELINE_ID'],
  ['buildkite', 'BUILDKITE_BUILD_ID'],
  ['circleci', 'CIRCLE_WORKFLOW_ID'],
  ['slurm', 'SLURM_ARRAY_JOB_ID'],
] as const;

/**
 * What all shards of one run share and other runs do not, such as `github 123`; null where the environment names no run.
 * A re-run of one failed shard has the same name, so that it fits to the others.
 */
export function runNameFromEnvironment(environment: Environment): string | null {
  for (const [system, variable] of runNames) {
    const value = valueOf(environment, variable);
    if (value !== null) return `${system} ${value}`;
  }
  return null;
}
