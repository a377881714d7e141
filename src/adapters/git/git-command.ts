import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { EnvironmentError, InterruptedError } from '../../domain/errors.ts';
import { findGit } from './git-program.ts';

export interface GitOptions {
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

export interface GitRunOptions extends GitOptions {
  readonly input?: Uint8Array | string;
  /** Exit codes besides 0 that are an answer and not a failure. */
  readonly allowFailure?: readonly number[];
}

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A git process that is talked to while it runs. */
export interface GitProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves once the process has ended and its output is read; rejects when it could not be started. */
  readonly finished: Promise<{ readonly exitCode: number; readonly stderr: string }>;
  readonly stop: () => void;
  /** Lets Node exit while the process is alive, or not. */
  readonly holdOpen: (hold: boolean) => void;
}

export interface Git {
  /** What is run and with which variables, for libraries that start git themselves. */
  readonly program: { readonly executable: string; readonly environment: Readonly<Record<string, string | undefined>> };
  /** Output and exit code. Throws GitFailure, GIT_MISSING, DISK_FULL or INTERRUPTED. */
  readonly run: (args: readonly string[], options?: GitRunOptions) => Promise<GitResult>;
  readonly start: (args: readonly string[], options?: GitOptions) => GitProcess;
}

/** Git ran and said no. Arguments and output are free of credentials. */
export class GitFailure extends EnvironmentError {
  readonly args: readonly string[];
  readonly gitExitCode: number;
  readonly stderr: string;

  constructor(args: readonly string[], gitExitCode: number, stderr: string) {
    const shown = args.map(maskCredentials);
    const text = maskCredentials(stderr).trim();
    super('GIT_FAILED', `git failed with exit code ${gitExitCode}: ${text === '' ? 'no message' : text}`, {
      place: `git ${shown.join(' ')}`,
      nextStep: 'Run the command by hand to see what git objects to.',
    });
    this.name = 'GitFailure';
    this.args = shown;
    this.gitExitCode = gitExitCode;
    this.stderr = text;
  }
}

/** The text without the user part of http addresses, `user:password@` of any address, and authorization headers. */
export function maskCredentials(text: string): string {
  return text
    .replace(/(https?:\/\/)[^/\s]*@/gi, '$1***@')
    .replace(/(:\/\/)[^/\s@]*:[^/\s]*@/g, '$1***@')
    .replace(/(authorization:\s*(?:\w+\s+)?)[^\s'"]+/gi, '$1***');
}

/** Variables that would point git at another repository than the one an adapter names (`git rev-parse --local-env-vars`). */
const repositoryVariables = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_NAMESPACE',
  'GIT_COMMON_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_PREFIX',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
]);

const stderrLimitCharacters = 65_536;

/**
 * Runs git with a fixed environment: English messages, no prompts, no optional locks, no inherited repository. Which
 * program that is (git-program.ts) is settled here and for good, so this is to be called before measured code runs.
 */
export function createGit(options: {
  readonly executable?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Whose work tree is no place for git or its helpers. */
  readonly workingFolder?: string;
}): Git {
  const found = findGit(options.environment, options.workingFolder ?? process.cwd());
  const executable = options.executable ?? found.executable;
  const inherited = Object.entries(options.environment).filter(([name]) => !repositoryVariables.has(name));
  const env = {
    ...Object.fromEntries(inherited),
    PATH: found.searchPath,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
  };

  const start = (args: readonly string[], { cwd, signal }: GitOptions = {}): GitProcess => {
    const child = spawn(executable, [...args], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      ...(cwd === undefined ? {} : { cwd }),
      ...(signal === undefined ? {} : { signal }),
    });
    let stderr = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      stderr = (stderr + text).slice(-stderrLimitCharacters);
    });
    // A process that ends before it has read its input says so by its exit code.
    child.stdin.on('error', () => undefined);
    const finished = new Promise<{ exitCode: number; stderr: string }>((resolve, reject) => {
      child.on('error', (error) => reject(startFailure(error, options.executable ?? 'git', cwd, args)));
      child.on('close', (code, killed) => {
        const exitCode = code ?? 128 + (killed === null ? 0 : constants.signals[killed]);
        resolve({ exitCode, stderr });
      });
    });
    finished.catch(() => undefined);
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      finished,
      stop: () => void child.kill(),
      holdOpen: (hold) => {
        for (const handle of [child, child.stdin, child.stdout, child.stderr]) {
          const switchable = handle as { ref?: () => unknown; unref?: () => unknown };
          if (hold) switchable.ref?.();
          else switchable.unref?.();
        }
      },
    };
  };

  const run = async (args: readonly string[], runOptions: GitRunOptions = {}): Promise<GitResult> => {
    const process = start(args, runOptions);
    const chunks: Buffer[] = [];
    process.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    process.stdin.end(runOptions.input ?? '');
    const { exitCode, stderr } = await process.finished;
    if (exitCode !== 0) {
      throwWhenDiskFull(stderr);
      if (runOptions.allowFailure?.includes(exitCode) !== true) throw new GitFailure(args, exitCode, stderr);
    }
    return { exitCode, stdout: Buffer.concat(chunks), stderr };
  };

  return { program: { executable, environment: env }, run, start };
}

function startFailure(error: Error, executable: string, cwd: string | undefined, args: readonly string[]): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (error.name === 'AbortError') {
    return new InterruptedError('git was stopped', { nextStep: 'Run the command again.', cause: error });
  }
  if (code === 'ENOENT' && cwd !== undefined && !existsSync(cwd)) {
    return new EnvironmentError('INPUT_OUTPUT', `The folder that git was to run in does not exist: ${cwd}`, {
      place: cwd,
      nextStep: 'Check the path.',
      cause: error,
    });
  }
  if (code === 'ENOENT') {
    return new EnvironmentError('GIT_MISSING', `There is no program '${executable}'`, {
      nextStep: 'Install git and see that it is on the PATH.',
      cause: error,
    });
  }
  if (code === 'ENOSPC') return diskFull(error.message);
  return new GitFailure(args, -1, error.message);
}

/** What the other side of a push or fetch prints about its own disk is prefixed, and is not about this machine. */
function throwWhenDiskFull(stderr: string): void {
  const line = stderr.split('\n').find((text) => !text.startsWith('remote:') && /No space left on device/i.test(text));
  if (line !== undefined) throw diskFull(line);
}

function diskFull(detail: string): EnvironmentError {
  return new EnvironmentError('DISK_FULL', `The disk is full: ${maskCredentials(detail).trim()}`, {
    nextStep: 'Free some space and run the command again.',
  });
}
