export type StopReason = 'timed_out' | 'output_too_large' | 'interrupted';

export interface Limits {
  readonly timeoutSeconds: number;
  readonly outputTooLarge: () => boolean;
  readonly signal: AbortSignal;
}

export interface Guard {
  /** Resolves with the first reason to stop the run; never when there is none. */
  readonly stopped: Promise<StopReason>;
  /** Ends the watch. */
  readonly release: () => void;
}

/** Between two looks at the output files; nothing is looked at before the first, so that short runs pay nothing. */
const pollMilliseconds = 50;
/** The longest time that setTimeout can wait. */
const longestMilliseconds = 2 ** 31 - 1;

/** Watches one run from its start. */
export function guard(limits: Limits): Guard {
  let release = (): void => {};
  const stopped = new Promise<StopReason>((resolve) => {
    const interrupt = (): void => resolve('interrupted');
    const timeout = Math.min(limits.timeoutSeconds * 1000, longestMilliseconds);
    const timer = setTimeout(() => resolve('timed_out'), timeout);
    const poll = setInterval(() => {
      if (limits.outputTooLarge()) resolve('output_too_large');
    }, pollMilliseconds);
    limits.signal.addEventListener('abort', interrupt, { once: true });
    if (limits.signal.aborted) interrupt();
    release = () => {
      clearTimeout(timer);
      clearInterval(poll);
      limits.signal.removeEventListener('abort', interrupt);
    };
  });
  return { stopped, release };
}
