import type { Forge } from '../ports/forge.ts';
import type { Job } from '../ports/job.ts';

const checkState = 'check-id';

/** Notes the check run that is in progress, for the post step. */
export function rememberCheck(job: Job, id: number): void {
  job.remember(checkState, String(id));
}

/** Completes a check run that the main step left in progress: it was cancelled, or died. */
export async function finishCheck(forge: Forge, job: Job): Promise<void> {
  const id = Number(job.recall(checkState));
  if (!Number.isSafeInteger(id) || id <= 0) return;
  const state = await forge.checkConclusion(id);
  if (state.ok && state.value !== null) return;
  const summary =
    'The step that measures ended before it could say anything: it was cancelled, ran out of time or memory, or crashed. ' +
    'This is no verdict about the change. Look at the log of the run, and run it again.';
  const done = await forge.completeCheck(id, 'cancelled', {
    title: 'ended without a verdict',
    summary,
    text: null,
    annotations: [],
  });
  job.say(
    done.ok
      ? 'benchgate: the check that was left in progress is completed as cancelled'
      : `benchgate: the check run ${id} stays in progress: ${done.refusal.detail}`,
  );
}
