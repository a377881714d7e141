import type { Clock } from '../ports/clock.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import type { Randomness, Sha256 } from '../ports/randomness.ts';
import type { Repository, Worktrees } from '../ports/repository.ts';
import type { Sandbox } from '../ports/sandbox.ts';
import type { Progress, Terminal } from '../ports/terminal.ts';
import type { ArtifactStore, CorpusReader, Files, Machine } from '../ports/workspace.ts';

export interface LedgerOptions {
  /** Absolute path of the bare repository. */
  readonly directory: string;
  readonly branch: string;
  /** Address git can reach, or null for a ledger of this machine alone. */
  readonly remote: string | null;
  readonly offline: boolean;
}

/** Everything a use case may touch. Bound once in main/compose.ts. */
export interface World {
  readonly version: string;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly sha256: Sha256;
  readonly files: Files;
  readonly artifacts: ArtifactStore;
  readonly corpora: CorpusReader;
  readonly machine: Machine;
  readonly sandbox: Sandbox;
  readonly terminal: Terminal;
  readonly progress: Progress;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Benchgate's own folder: ledgers, artifacts, diffs, logs. Hidden from measured code. */
  readonly dataDirectory: string;
  readonly openRepository: (directory: string) => Promise<Repository>;
  readonly worktreesOf: (repository: Repository) => Worktrees;
  readonly openLedger: (options: LedgerOptions) => LedgerStore;
  /** Text of a file below dist/assets. */
  readonly asset: (name: string) => Promise<string>;
  /** Folder of the demo's project; ships with the package. */
  readonly demoProject: string;
  /** Files and folders that hold credentials on this machine, to be hidden. */
  readonly credentialPaths: (gitDirectory: string) => Promise<readonly string[]>;
  /** Git configuration files that hold secrets, with the text that measured code gets to see in their place. */
  readonly sanitisedConfigs: (
    gitDirectory: string,
  ) => Promise<readonly { readonly path: string; readonly text: string }[]>;
  /** Benchgate's own program folder: read-only to measured code, even when it lies in the project. */
  readonly programDirectory: string;
}
