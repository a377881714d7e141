import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGit } from '../adapters/git/git-command.ts';
import { createLedgerStore } from '../adapters/git/ledger-store.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { createWorktrees } from '../adapters/git/worktrees.ts';
import { createArtifactStore } from '../adapters/node/artifacts.ts';
import { systemClock } from '../adapters/node/clock.ts';
import { corpusReader } from '../adapters/node/corpus.ts';
import { nodeFiles } from '../adapters/node/files.ts';
import { readMachine } from '../adapters/node/machine.ts';
import { isProcessAlive } from '../adapters/node/process-identity.ts';
import { createProgress } from '../adapters/node/progress.ts';
import { systemRandomness } from '../adapters/node/randomness.ts';
import { sha256 } from '../adapters/node/sha256.ts';
import { createTerminal } from '../adapters/node/terminal.ts';
import { credentialPaths } from '../adapters/sandbox/credentials.ts';
import { sanitisedGitConfigs } from '../adapters/sandbox/git-config.ts';
import { createSandbox } from '../adapters/sandbox/sandbox.ts';
import type { World } from '../app/world.ts';
import { EnvironmentError } from '../domain/errors.ts';
import type { Sandbox } from '../ports/sandbox.ts';

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

/** Refuses (69) to run measured code where it can't be isolated. */
function onlyIsolated(sandbox: Sandbox): Sandbox {
  return {
    async open(options) {
      const session = await sandbox.open(options);
      if (session.isolation.level !== 'none') return session;
      await session.close();
      throw new EnvironmentError('TOOL_MISSING', `measured code can't be isolated here: ${session.isolation.detail}`, {
        place: '--isolation required',
        nextStep: 'install bubblewrap and allow user namespaces, or pass --isolation auto',
      });
    },
  };
}

/** `BENCHGATE_HOME`, else `benchgate` in XDG_DATA_HOME, else in ~/.local/share. */
function dataFolder(environment: NodeJS.ProcessEnv): string {
  const own = environment['BENCHGATE_HOME'];
  if (own !== undefined && own !== '') return resolve(own);
  const data = environment['XDG_DATA_HOME'];
  return join(data === undefined || data === '' ? join(homedir(), '.local', 'share') : data, 'benchgate');
}

async function readAsset(name: string): Promise<string> {
  const place = join(packageFolder('assets'), name);
  const text = await nodeFiles.readText(place);
  if (text !== null) return text;
  throw new EnvironmentError('TOOL_MISSING', 'this installation of Benchgate lacks one of its own files', {
    place,
    nextStep: 'install or clone Benchgate again',
  });
}

/** A folder that ships with the package, looked for upwards from this file: bundles lie in dist/ or dist/chunks/. */
function packageFolder(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < 4; level++) {
    const candidate = join(folder, name);
    if (existsSync(candidate)) return candidate;
    folder = dirname(folder);
  }
  return join(folder, name);
}
