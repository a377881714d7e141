import { createJob } from '../adapters/github/job.ts';
import { systemRandomness } from '../adapters/node/randomness.ts';
import { exitCodes } from '../domain/exit-code.ts';
import { version } from './version.ts';

// The first thing the log has; what takes time to load comes after it.
const job = createJob({ environment: process.env, stdout: process.stdout, randomToken: systemRandomness.token });
job.say(`benchgate ${version} on Node ${process.versions.node}`);

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!interrupted.signal.aborted) job.say(`benchgate: stopping on ${signal}; finished repetitions are kept`);
    interrupted.abort();
  });
}
const crash = (error: unknown) => {
  job.say(`benchgate: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(exitCodes.bug);
};
process.on('uncaughtException', crash).on('unhandledRejection', crash);

const { runAction, finishAction } = await import('./action-run.ts');
const inputs = { environment: process.env, job, signal: interrupted.signal };
process.exitCode = job.recall('isPost') === 'true' ? await finishAction(inputs) : await runAction(inputs);
