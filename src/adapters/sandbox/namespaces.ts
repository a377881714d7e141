import { existsSync } from 'node:fs';
import { EnvironmentError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ProcessEnding, Session, SessionOptions } from '../../ports/sandbox.ts';
import { probeLaunch, sessionLaunch } from './bubblewrap.ts';
import { ended, messageOf, notStarted, stopped } from './ending.ts';
import { guard, type StopReason } from './guard.ts';
import { type Running, start } from './launch.ts';
import { type Output, outputFiles } from './output.ts';
import { descendants, graceSeconds, send, until } from './processes.ts';
import type { Rung } from './rungs.ts';

export type Opened = { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly detail: string };

/** What the supervisor gets to clean up after a run before it is killed. */
const cleanSeconds = 5;

/** Asks every process of the sandbox to end, then removes them all. Returns true when asking was not enough. */
async function terminate(running: Running, reason: StopReason): Promise<boolean> {
  if (reason === 'output_too_large') {
    await running.kill();
    return false;
  }
  // Held, or it would kill the others as soon as the command itself has ended.
  send(running.pid, 'SIGSTOP');
  for (const pid of descendants(running.pid)) send(pid, 'SIGTERM');
  const obeyed = await until(() => descendants(running.pid).length === 0, graceSeconds);
  await running.kill();
  return !obeyed;
}

async function within<T>(promise: Promise<T>, seconds: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), seconds * 1000);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

class NamespaceSession implements Session {
  readonly isolation;
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  readonly #rung: Rung;
  readonly #output: Output;
  #running: Running | null;

  constructor(options: SessionOptions, clock: Clock, rung: Rung, output: Output, running: Running, detail: string) {
    this.isolation = { level: 'namespaces', detail } as const;
    this.#options = options;
    this.#clock = clock;
    this.#rung = rung;
    this.#output = output;
    this.#running = running;
  }

  readonly run = async (signal: AbortSignal): Promise<ProcessEnding> => {
    if (signal.aborted) return stopped('interrupted', 0, false);
    if (!existsSync(this.#options.projectDirectory))
      return notStarted(`${this.#options.projectDirectory} does not exist`);
    try {
      this.#output.empty();
      const waiting = this.#running;
      const running = waiting === null || waiting.isGone() ? await this.#restart() : waiting;
      const ending = await this.#attend(running, signal);
      return this.#output.settle() ? ending : notStarted('the command replaced the folder of its output files');
    } catch (error) {
      return notStarted(messageOf(error));
    }
  };

  readonly close = async (): Promise<void> => {
    const running = this.#running;
    this.#running = null;
    if (running !== null && (await within(running.release(), 1)) === null) await running.kill();
  };

  async #restart(): Promise<Running> {
    const launched = await start(sessionLaunch(this.#rung, this.#options));
    if (!launched.ok) throw new Error(`the sandbox could not be started again: ${launched.detail}`);
    this.#running = launched.running;
    return launched.running;
  }

  async #attend(running: Running, signal: AbortSignal): Promise<ProcessEnding> {
    const watch = guard({ ...this.#options, outputTooLarge: this.#output.isTooLarge, signal });
    const begin = this.#clock.monotonicSeconds();
    const elapsed = (): number => this.#clock.monotonicSeconds() - begin;
    running.order();
    try {
      const first = await Promise.race([running.answer(), watch.stopped.then((reason) => ({ reason }))]);
      const seconds = elapsed();
      if (first !== null && typeof first === 'object') {
        this.#running = null;
        return stopped(first.reason, seconds, await terminate(running, first.reason));
      }
      const status = /^end (\d+)$/.exec(first ?? '')?.[1];
      const state = status === undefined ? null : await within(running.answer(), cleanSeconds);
      if (state !== 'clean') await this.#discard(running);
      if (status === undefined)
        return notStarted('the sandbox was killed from outside during the run, for want of memory perhaps');
      return this.#output.isTooLarge() ? stopped('output_too_large', seconds, false) : ended(Number(status), seconds);
    } finally {
      watch.release();
    }
  }

  async #discard(running: Running): Promise<void> {
    this.#running = null;
    await running.kill();
  }
}

/**
 * Opens a session with its own process and mount namespace. Every run starts from an empty process table, and one that
 * leaves processes or temporary files behind costs the next one a new sandbox.
 *
 * @returns `ok: false` when this machine can't do it this way.
 * @throws EnvironmentError when the machine can, and these options are what fails: never a silent fall to a lower level.
 */
export async function openNamespaces(options: SessionOptions, clock: Clock, rung: Rung): Promise<Opened> {
  const output = outputFiles(options.stdoutPath, options.stderrPath, options.outputLimitBytes);
  const launch = sessionLaunch(rung, options);
  const launched = await start(launch);
  if (launched.ok) {
    const detail = launch.remark === '' ? rung.name : `${rung.name}; ${launch.remark}`;
    return { ok: true, session: new NamespaceSession(options, clock, rung, output, launched.running, detail) };
  }
  const probe = await start(probeLaunch(rung));
  if (!probe.ok) return { ok: false, detail: `${rung.name}: ${probe.detail}` };
  await probe.running.release();
  throw new EnvironmentError('SETUP_FAILED', `The sandbox of this command can't be started: ${launched.detail}`, {
    place: options.projectDirectory,
    nextStep: 'Check that the folders named above exist and that you may read them.',
  });
}
