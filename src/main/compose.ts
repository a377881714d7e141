import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGit } from '../adapters/git/git-command.ts';
import { type GitCredential, withGitCredentials } from '../adapters/git/git-credentials.ts';
import { createLedgerStore } from '../adapters/git/ledger-store.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { createWorktrees } from '../adapters/git/worktrees.ts';
import { createArtifactStore } from '../adapters/node/artifacts.ts';
import { systemClock } from '../adapters/node/clock.ts';
import { corpusReader } from '../adapters/node/corpus.ts';
import { nodeFiles } from '../adapters/node/files.ts';
import { dataFolder, packageFolder, readAsset } from '../adapters/node/folders.ts';
import { readMachine } from '../adapters/node/machine.ts';
import { isProcessAlive } from '../adapters/node/process-identity.ts';
import { createProgress } from '../adapters/node/progress.ts';
import { systemRandomness } from '../adapters/node/randomness.ts';
import { sha256 } from '../adapters/node/sha256.ts';
import { createTerminal } from '../adapters/node/terminal.ts';
import { credentialPaths } from '../adapters/sandbox/credentials.ts';
import { sanitisedGitConfigs } from '../adapters/sandbox/git-config.ts';
import { onlyIsolated } from '../adapters/sandbox/isolated-only.ts';
import { createSandbox } from '../adapters/sandbox/sandbox.ts';
import type { World } from '../app/world.ts';
import type { CommitElsewhere } from '../ports/ledger-store.ts';
import type { Terminal } from '../ports/terminal.ts';
import { version } from './version.ts';

export interface ComposeOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly isolation: 'auto' | 'none' | 'required';
  readonly signal: AbortSignal;
  /** Where words go instead of the process's streams. */
  readonly terminal?: Terminal;
  /** Benchgate's own folder; by default in the user's data folder. */
  readonly dataDirectory?: string;
  /** Where a push to the ledger is refused. */
  readonly commitElsewhere?: CommitElsewhere;
  /** For git alone; measured code and everything else never sees them. */
  readonly gitCredentials?: readonly GitCredential[];
}

/** Binds the ports to this machine. */
export function compose(options: ComposeOptions): World {
  const { environment, isolation, signal } = options;
  const git = createGit({ environment: withGitCredentials(environment, options.gitCredentials ?? []) });
  const terminal = options.terminal ?? createTerminal({ stdout: process.stdout, stderr: process.stderr, environment });
  const dataDirectory = options.dataDirectory ?? dataFolder(environment);
  const machine = { ...readMachine(), environment };
  return {
    version,
    clock: systemClock,
    randomness: systemRandomness,
    sha256,
    files: nodeFiles,
    artifacts: createArtifactStore(join(dataDirectory, 'artifacts')),
    corpora: corpusReader,
    machine,
    sandbox:
      isolation === 'required'
        ? onlyIsolated(createSandbox({ isolation: 'auto', clock: systemClock }))
        : createSandbox({ isolation, clock: systemClock }),
    terminal,
    progress: createProgress({ terminal, clock: systemClock }),
    signal,
    dataDirectory,
    openRepository: (directory) => openRepository({ git, directory }),
    worktreesOf: (repository) =>
      createWorktrees({
        git,
        repository,
        temporaryRoot: tmpdir(),
        isProcessAlive,
        log: (text) => terminal.error(`benchgate: ${text}\n`),
      }),
    openLedger: (ledger) =>
      createLedgerStore({
        ...ledger,
        git,
        commitElsewhere: options.commitElsewhere ?? null,
        random: Math.random,
        sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      }),
    asset: readAsset,
    credentialPaths: async (gitDirectory) => credentialPaths({ homeDirectory: homedir(), environment, gitDirectory }),
    sanitisedConfigs: async (gitDirectory) =>
      sanitisedGitConfigs({ homeDirectory: homedir(), environment, gitDirectory }),
    programDirectory: dirname(packageFolder('assets')),
    demoProject: packageFolder('fixtures/demo'),
  };
}
