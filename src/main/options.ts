import type { OptionSpec } from './command.ts';

export const projectOptions: readonly OptionSpec[] = [
  {
    name: 'project',
    kind: 'text',
    value: 'DIR',
    help: 'folder with bench/manifest.toml, or one below it (default: here)',
  },
  { name: 'ledger-branch', kind: 'text', value: 'NAME', help: 'branch of the ledger (default: bench-data)' },
  {
    name: 'ledger-remote',
    kind: 'text',
    value: 'REMOTE',
    help: 'remote name or address; `none` keeps it on this machine (default: origin, if there is one)',
  },
  {
    name: 'ledger-dir',
    kind: 'text',
    value: 'DIR',
    help: 'bare repository of the local copy (default: in the data folder)',
  },
  {
    name: 'offline',
    kind: 'flag',
    help: 'use the local copy of the ledger; push with the next run that is not offline',
  },
];

export const everywhere: readonly OptionSpec[] = [
  { name: 'json', kind: 'flag', help: 'machine output on stdout, words for people on stderr' },
  { name: 'help', kind: 'flag', help: 'show this' },
];

export const isolationOption: OptionSpec = {
  name: 'isolation',
  kind: 'text',
  value: 'auto|none|required',
  help: 'own process and mount namespace for measured code: where possible (auto), never, or refuse to run without',
};

export const runOptions: readonly OptionSpec[] = [
  {
    name: 'base',
    kind: 'text',
    value: 'REVISION',
    help: 'compare with this revision (default: merge base with the default branch, else the first parent)',
  },
  { name: 'meta-seed', kind: 'seed', value: 'N', help: 'seed of all seeds and coins (default: random)' },
  {
    name: 'repetitions',
    kind: 'count',
    value: 'N',
    help: 'repetitions, or at most this many pairs (default: the manifest’s)',
  },
  {
    name: 'allow-dirty',
    kind: 'flag',
    help: 'measure uncommitted changes; the diff is kept, the result is never a baseline',
  },
  {
    name: 'time-budget',
    kind: 'count',
    value: 'MINUTES',
    help: 'start nothing new so long after setup; what is measured is judged',
  },
  {
    name: 'rules',
    kind: 'text',
    value: 'head|base',
    help: 'whose manifest and harness decide: the head’s (default) or the base’s, as on a pull request',
  },
  { name: 'dry-run', kind: 'flag', help: 'check everything and show the plan; run and write nothing' },
  isolationOption,
];

/** Options of a run whose records go into a file instead of the ledger. */
export const bundleOptions: readonly OptionSpec[] = [
  {
    name: 'bundle',
    kind: 'text',
    value: 'PATH',
    help: 'write the records to this file or folder and not to the ledger; `benchgate report` judges them',
  },
  {
    name: 'shard',
    kind: 'text',
    value: 'I/N|auto',
    help: 'measure this part of the plan; auto takes it from the CI system (needs --bundle)',
  },
  {
    name: 'confirm',
    kind: 'text',
    value: 'here|elsewhere|only',
    help: 'where a FAIL is confirmed by fresh pairs (default: here; the others need --bundle)',
  },
];
