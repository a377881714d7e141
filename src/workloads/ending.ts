import type { TrialFiles, WorkloadWorld } from '../contracts.ts';
import type { Failure } from '../domain/observation.ts';
import type { ProcessEnding } from '../ports/sandbox.ts';

const shownCharacters = 300;

/** Why the process itself failed, with the end of its stderr; null after an ordinary exit with status 0. */
export async function endingFailure(
  ending: ProcessEnding,
  files: TrialFiles,
  world: WorkloadWorld,
): Promise<Failure | null> {
  const reason = endingReason(ending);
  if (reason === null) return null;
  const tail = await stderrTail(files, world);
  return tail === '' ? reason : { ...reason, detail: `${reason.detail}; stderr ends: ${tail}` };
}

function endingReason(ending: ProcessEnding): Failure | null {
  if (ending.spawnError !== null) return { reason: 'spawn_failed', detail: ending.spawnError };
  if (ending.interrupted) return { reason: 'interrupted', detail: 'stopped from outside' };
  if (ending.timedOut) {
    const how = ending.forced ? 'killed, after it ignored SIGTERM' : 'stopped by SIGTERM';
    return { reason: 'timed_out', detail: `over its time limit after ${ending.wallSeconds.toFixed(1)} s, ${how}` };
  }
  if (ending.outputTooLarge) return { reason: 'output_too_large', detail: 'printed more than its limit' };
  if (ending.signal !== null) return { reason: 'signal', detail: `died of ${ending.signal}` };
  if (ending.exitCode !== 0) return { reason: 'exit_code', detail: `exit status ${ending.exitCode ?? 'unknown'}` };
  return null;
}

async function stderrTail(files: TrialFiles, world: WorkloadWorld): Promise<string> {
  const bytes = await world.files.readBytes(files.stderrPath, Number.MAX_SAFE_INTEGER);
  if (bytes === null) return '';
  const text = new TextDecoder().decode(bytes.subarray(Math.max(0, bytes.length - 4 * shownCharacters)));
  return text.trim().slice(-shownCharacters).replaceAll(/\s+/g, ' ');
}
