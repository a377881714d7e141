import { EnvironmentError } from '../../domain/errors.ts';

export interface Pacing {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const maximumTries = 120;

/**
 * Repeats a step that answers null when another writer was faster, waiting between tries for a random time up to a
 * limit that doubles (full jitter). Throws GIT_FAILED after 120 tries.
 */
export async function untilUncontended<Result>(
  pacing: Pacing,
  wait: { readonly baseMilliseconds: number; readonly capMilliseconds: number },
  step: (attempt: number) => Promise<Result | null>,
): Promise<Result> {
  for (let attempt = 0; attempt < maximumTries; attempt += 1) {
    const result = await step(attempt);
    if (result !== null) return result;
    const limitMilliseconds = Math.min(wait.capMilliseconds, wait.baseMilliseconds * 2 ** attempt);
    await pacing.sleep(pacing.random() * limitMilliseconds);
  }
  throw new EnvironmentError('GIT_FAILED', `The ledger did not come free in ${maximumTries} tries`, {
    nextStep: 'Run the command again when fewer jobs are writing; nothing that was written is lost.',
  });
}

export const localWait = { baseMilliseconds: 10, capMilliseconds: 250 };
/** About the time that a fetch and a push take, so that few of those who wait push at the same moment. */
export const remoteWait = { baseMilliseconds: 300, capMilliseconds: 4000 };
