import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync } from 'node:fs';
import type { Clock } from '../../ports/clock.ts';
import type { ProcessEnding, Session, SessionOptions } from '../../ports/sandbox.ts';
import { ended, messageOf, notStarted, shellStatus, stopped } from './ending.ts';
import { guard, type StopReason } from './guard.ts';
import { type Output, outputFiles } from './output.ts';
import { graceSeconds, inGroup, processNumbers, send, until, withEnvironmentEntry } from './processes.ts';

/** Names the run in the environment of everything it starts, so that what left its process group is found. */
const markerName = 'BENCHGATE_RUN';
/** Processes that were killed and that nobody reaps are waited for no longer. */
const reapSeconds = 1;

interface Started {
  readonly child: ChildProcess;
  /** By the clock. */
  readonly begin: number;
  readonly pid: number;
  /** Processes of this run that are not in its group; always empty where there is no /proc. */
  readonly strays: () => number[];
  /** True while anything of this run lives. */
  readonly isAlive: () => boolean;
}

function spawned(options: SessionOptions, clock: Clock, output: Output): Started | string {
  if (!existsSync(options.projectDirectory)) return `${options.projectDirectory} does not exist`;
  const before = new Set(processNumbers());
  const token = randomUUID();
  const { stdout, stderr } = output.open();
  try {
    const begin = clock.monotonicSeconds();
    const child = spawn('/bin/sh', ['-c', options.command], {
      cwd: options.projectDirectory,
      env: { ...options.environment, [markerName]: token },
      stdio: ['ignore', stdout, stderr],
      detached: true,
    });
    const { pid } = child;
    if (pid === undefined) {
      child.once('error', () => {});
      return 'the shell could not be started';
    }
    const fresh = (): number[] => processNumbers().filter((number) => !before.has(number));
    const strays = (): number[] =>
      withEnvironmentEntry(
        fresh().filter((number) => number !== pid),
        `${markerName}=${token}`,
      );
    // A group whose members have all ended can still be sent signals until somebody reaps them.
    const isAlive = (): boolean =>
      before.size === 0 ? send(-pid, 0) : inGroup(fresh(), pid).length > 0 || strays().length > 0;
    return { child, pid, begin, strays, isAlive };
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
}

function killAll(run: Started, signal: NodeJS.Signals): void {
  const strays = run.strays();
  send(-run.pid, signal);
  for (const pid of strays) send(pid, signal);
}

/** Kills what is left of a run and waits until it is gone. */
async function sweep(run: Started): Promise<void> {
  if (!run.isAlive()) return;
  const gone = (): boolean => {
    killAll(run, 'SIGKILL');
    return !run.isAlive();
  };
  await until(gone, reapSeconds);
}

/** Returns true when SIGTERM was not enough. */
async function terminate(run: Started, exited: Promise<unknown>, reason: StopReason): Promise<boolean> {
  let forced = false;
  if (reason !== 'output_too_large') {
    killAll(run, 'SIGTERM');
    forced = !(await until(() => !run.isAlive(), graceSeconds));
  }
  await sweep(run);
  await exited;
  return forced;
}

async function attend(run: Started, options: SessionOptions, clock: Clock, output: Output, signal: AbortSignal) {
  const watch = guard({ ...options, outputTooLarge: output.isTooLarge, signal });
  const exited = new Promise<number>((resolve) => {
    run.child.once('exit', (code, death) => resolve(shellStatus(code, death)));
  });
  try {
    const first = await Promise.race([exited, watch.stopped]);
    const seconds = clock.monotonicSeconds() - run.begin;
    if (typeof first === 'string') return stopped(first, seconds, await terminate(run, exited, first));
    await sweep(run);
    return output.isTooLarge() ? stopped('output_too_large', seconds, false) : ended(first, seconds);
  } finally {
    watch.release();
  }
}

/**
 * Opens a session without isolation: the command sees what Benchgate sees. What it starts is ended with it as far as
 * it stays in its process group or, on Linux, keeps the environment it was started with; a process that does neither
 * (setsid with an emptied environment, another user through sudo) is not found. When Benchgate itself is killed with
 * SIGKILL, a running command goes on.
 *
 * @param reason why there is no isolation.
 */
export function openDirect(options: SessionOptions, clock: Clock, reason: string): Session {
  const output = outputFiles(options.stdoutPath, options.stderrPath, options.outputLimitBytes);
  const run = async (signal: AbortSignal): Promise<ProcessEnding> => {
    if (signal.aborted) return stopped('interrupted', 0, false);
    try {
      const started = spawned(options, clock, output);
      if (typeof started === 'string') return notStarted(started);
      const ending = await attend(started, options, clock, output, signal);
      return output.settle() ? ending : notStarted('the command replaced the folder of its output files');
    } catch (error) {
      return notStarted(messageOf(error));
    }
  };
  return { isolation: { level: 'none', detail: reason }, run, close: () => Promise.resolve() };
}
