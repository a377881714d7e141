import { constants } from 'node:os';
import type { ProcessEnding } from '../../ports/sandbox.ts';
import type { StopReason } from './guard.ts';

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

const nothing: ProcessEnding = {
  exitCode: null,
  signal: null,
  timedOut: false,
  outputTooLarge: false,
  interrupted: false,
  spawnError: null,
  wallSeconds: 0,
  forced: false,
};

/**
 * A command that ended by itself. Shells report a death by signal n as 128 + n; a command that exits with such a
 * status on purpose can't be told from one that died, and is reported with the signal too.
 */
export function ended(exitCode: number, wallSeconds: number): ProcessEnding {
  const signal = exitCode > 128 ? (signalNames.get(exitCode - 128) ?? null) : null;
  return { ...nothing, exitCode, signal, wallSeconds };
}

/** Status as a shell would report it. */
export function shellStatus(exitCode: number | null, signal: NodeJS.Signals | null): number {
  if (exitCode !== null) return exitCode;
  return 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** A command that Benchgate stopped. */
export function stopped(reason: StopReason, wallSeconds: number, forced: boolean): ProcessEnding {
  return {
    ...nothing,
    timedOut: reason === 'timed_out',
    outputTooLarge: reason === 'output_too_large',
    interrupted: reason === 'interrupted',
    wallSeconds,
    forced,
  };
}

export function notStarted(spawnError: string): ProcessEnding {
  return { ...nothing, spawnError };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
