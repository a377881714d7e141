import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGit } from '../adapters/git/git-command.ts';
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

declare const __BENCHGATE_VERSION__: string;

/** Version of this build. */
export const version = __BENCHGATE_VERSION__;

export interface ComposeOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly isolation: 'auto' | 'none' | 'required';
  readonly signal: AbortSignal;
}

/** Binds the ports to this machine. */
export function compose({ environment, isolation, signal }: ComposeOptions): World {
  const git = createGit({ environment });
  const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, environment });
  const dataDirectory = dataFolder(environment);
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
    openLedger: (options) =>
      createLedgerStore({
        ...options,
        git,
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
