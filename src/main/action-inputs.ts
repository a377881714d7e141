import { type CiOptions, ciCommands } from '../app/ci-options.ts';
import { UsageError } from '../domain/errors.ts';

/** Every input that action.yml declares; a test keeps the two equal. */
export const inputNames = [
  'command',
  'manifest',
  'project-dir',
  'github-token',
  'ledger-branch',
  'ledger-remote',
  'ledger-token',
  'baseline',
  'comment',
  'check',
  'check-name',
  'fail-on',
  'only',
  'time-budget',
  'summary',
  'annotations',
  'artifact-dir',
  'shard',
  'shards',
  'cache',
  'allow-dirty-paths',
  'checkout',
  'confirm',
  'dependency',
  'reason',
  'strategy-job-index',
  'strategy-job-total',
] as const;

type InputName = (typeof inputNames)[number];

/** The runner sets these for container actions; they are nobody's inputs. */
const foreign: ReadonlySet<string> = new Set(['INPUT_ARGS', 'INPUT_ENTRYPOINT']);

/** The variable that the runner gives an input by: hyphens stay. */
export function inputVariable(name: InputName): string {
  return `INPUT_${name.toUpperCase()}`;
}

/** Reads the inputs. Throws USAGE (64) with every wrong name and value at once. */
export function readInputs(environment: Readonly<Record<string, string | undefined>>): CiOptions {
  const problems: string[] = [];
  const known = new Set<string>(inputNames.map(inputVariable));
  for (const name of Object.keys(environment)) {
    if (name.startsWith('INPUT_') && !known.has(name) && !foreign.has(name)) {
      problems.push(`there is no input ${JSON.stringify(name.slice(6).toLowerCase())}`);
    }
  }
  const text = (name: InputName): string => (environment[inputVariable(name)] ?? '').trim();
  const filled = (name: InputName): string | null => (text(name) === '' ? null : text(name));
  const choice = <const Word extends string>(name: InputName, words: readonly Word[], otherwise: Word): Word => {
    const given = filled(name) ?? otherwise;
    const found = words.find((word) => word === given);
    if (found === undefined) problems.push(`${name} must be ${words.join(', ')}; got ${JSON.stringify(given)}`);
    return found ?? otherwise;
  };
  const truth = (name: InputName, otherwise: 'true' | 'false'): boolean =>
    choice(name, ['true', 'false'], otherwise) === 'true';
  const number = (name: InputName, pattern: RegExp, what: string): number | null => {
    const given = filled(name);
    if (given === null) return null;
    if (!pattern.test(given)) problems.push(`${name} must be ${what}; got ${JSON.stringify(given)}`);
    return Number(given);
  };
  const list = (name: InputName, separator: RegExp): string[] =>
    text(name)
      .split(separator)
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const shard = filled('shard');
  if (shard !== null && !/^(auto|\d{1,3}(\/\d{1,3})?)$/.test(shard)) {
    problems.push(`shard must be such as 2/5, auto, or a number with \`shards\`; got ${JSON.stringify(shard)}`);
  }
  const manifest = filled('manifest') ?? 'bench/manifest.toml';
  if (manifest !== 'bench/manifest.toml') {
    problems.push(
      `manifest must be bench/manifest.toml (choose the project with project-dir); got ${JSON.stringify(manifest)}`,
    );
  }
  const inputs: CiOptions = {
    command: choice('command', ciCommands, 'gate'),
    projectDirectory: filled('project-dir') ?? '.',
    githubToken: filled('github-token'),
    ledgerBranch: filled('ledger-branch'),
    ledgerRemote: filled('ledger-remote'),
    ledgerToken: filled('ledger-token'),
    baseline: filled('baseline'),
    comment: choice('comment', ['always', 'on-change', 'never'], 'always'),
    check: truth('check', 'true'),
    checkName: filled('check-name') ?? 'Benchgate',
    failOn: choice('fail-on', ['failure', 'undecided', 'never'], 'failure'),
    only: list('only', /[,\n]/),
    timeBudgetMinutes: number('time-budget', /^\d{1,5}(\.\d{1,3})?$/, 'a number of minutes'),
    summary: truth('summary', 'true'),
    annotations: truth('annotations', 'true'),
    artifactDirectory: filled('artifact-dir'),
    shard,
    shards: number('shards', /^[1-9]\d{0,2}$/, 'a whole number from 1'),
    cache: truth('cache', 'false'),
    allowDirtyPaths: list('allow-dirty-paths', /\n/),
    checkout: choice('checkout', ['auto', 'true', 'false'], 'auto'),
    confirm: choice('confirm', ['here', 'elsewhere', 'only'], 'here'),
    dependency: filled('dependency') ?? 'tokenjam',
    reason: filled('reason'),
    strategyJobIndex: number('strategy-job-index', /^\d{1,4}$/, 'a number'),
    strategyJobTotal: number('strategy-job-total', /^\d{1,4}$/, 'a number'),
  };
  if (problems.length === 0) return inputs;
  throw new UsageError('USAGE', `the action's inputs have ${problems.length} problem(s):\n  ${problems.join('\n  ')}`, {
    place: 'with: of the step that uses Benchgate',
    nextStep: 'mend the lines above; the README lists every input',
  });
}
