/** What the action takes, as in action.yml; a test keeps the two equal. */

/** Commands of the action's input `command`. */
export const actionCommands = [
  'gate',
  'run',
  'report',
  'nightly',
  'guard',
  'baseline establish',
  'promote',
  'reference freeze',
  'reference replace',
] as const;

export type ActionCommand = (typeof actionCommands)[number];

/** Every input with the values it may have; null where any text may do. */
export const actionInputs: ReadonlyMap<string, readonly string[] | null> = new Map<string, readonly string[] | null>([
  ['command', actionCommands],
  ['manifest', null],
  ['project-dir', null],
  ['github-token', null],
  ['ledger-branch', null],
  ['ledger-remote', null],
  ['ledger-token', null],
  ['baseline', null],
  ['comment', ['always', 'on-change', 'never']],
  ['check', ['true', 'false']],
  ['check-name', null],
  ['fail-on', ['failure', 'undecided', 'never']],
  ['only', null],
  ['time-budget', null],
  ['summary', ['true', 'false']],
  ['annotations', ['true', 'false']],
  ['artifact-dir', null],
  ['shard', null],
  ['shards', null],
  ['cache', ['true', 'false']],
  ['allow-dirty-paths', null],
  ['checkout', ['auto', 'true', 'false']],
  ['confirm', ['here', 'elsewhere', 'only']],
  ['dependency', null],
  ['reason', null],
  ['strategy-job-index', null],
  ['strategy-job-total', null],
]);
