/** What a CI job asks for: the action's inputs, checked. */

export const ciCommands = [
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

export type CiCommand = (typeof ciCommands)[number];

export interface CiOptions {
  readonly command: CiCommand;
  /** Folder of the project, relative to the workspace. */
  readonly projectDirectory: string;
  /** Null when empty: the job then works without. */
  readonly githubToken: string | null;
  readonly ledgerBranch: string | null;
  /** Address, `none`, or null for the manifest's. */
  readonly ledgerRemote: string | null;
  readonly ledgerToken: string | null;
  readonly baseline: string | null;
  readonly comment: 'always' | 'on-change' | 'never';
  readonly check: boolean;
  readonly checkName: string;
  readonly failOn: 'failure' | 'undecided' | 'never';
  readonly only: readonly string[];
  readonly timeBudgetMinutes: number | null;
  readonly summary: boolean;
  readonly annotations: boolean;
  readonly artifactDirectory: string | null;
  /** As given: `2/5`, `auto`, a plain number (with `shards`), or null. */
  readonly shard: string | null;
  readonly shards: number | null;
  readonly cache: boolean;
  readonly allowDirtyPaths: readonly string[];
  readonly checkout: 'auto' | 'true' | 'false';
  readonly confirm: 'here' | 'elsewhere' | 'only';
  readonly dependency: string;
  readonly reason: string | null;
  /** The matrix's own numbers, from 0 and from 1; null where there is no matrix. */
  readonly strategyJobIndex: number | null;
  readonly strategyJobTotal: number | null;
}
