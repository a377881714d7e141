import { BenchgateError, UsageError } from '../domain/errors.ts';
import { exitCodes } from '../domain/exit-code.ts';
import { toJson } from '../report/json.ts';
import { plainText } from '../report/plain-text.ts';
import { type ParsedArguments, parseCommandLine } from './arguments.ts';
import { compose } from './compose.ts';
import { createContext } from './context.ts';
import { commandHelp, overview } from './help.ts';
import { version } from './version.ts';

/** Runs one command line; returns the exit code. All output goes through the process's streams. */
async function main(words: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  let interruptedAt: number | null = null;
  const stop = (signal: NodeJS.Signals) => {
    // npm passes on the terminal's signal and CI systems send two kinds: only a later Ctrl-C means it.
    if (interruptedAt !== null && signal === 'SIGINT' && performance.now() - interruptedAt > 3000)
      process.exit(exitCodes.interrupted);
    if (interruptedAt !== null) return;
    interruptedAt = performance.now();
    process.stderr.write('benchgate: stopping; finished repetitions are kept (Ctrl-C again to abandon them)\n');
    interrupted.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  let json = words.includes('--json');
  try {
    const parsed = parseCommandLine(words);
    if (parsed === null || parsed.values['help'] === true) {
      process.stdout.write(parsed === null ? overview(version) : commandHelp(parsed.command));
      return exitCodes.ok;
    }
    json = parsed.values['json'] === true;
    return await execute(parsed, json, interrupted.signal);
  } catch (error) {
    return report(error, json);
  }
}

async function execute(parsed: ParsedArguments, json: boolean, signal: AbortSignal): Promise<number> {
  const isolation = parsed.values['isolation'] ?? 'auto';
  if (isolation !== 'auto' && isolation !== 'none' && isolation !== 'required') {
    throw new UsageError('USAGE', '--isolation must be auto, none or required', {
      place: '--isolation',
      nextStep: 'choose one of the three',
    });
  }
  const world = compose({ environment: process.env, isolation, signal });
  const action = await parsed.command.load();
  const result = await action(createContext(world, parsed, process.cwd()));
  world.progress.done();
  if (json) {
    world.terminal.error(result.text);
    world.terminal.out(toJson(result.json));
  } else world.terminal.out(result.text);
  return result.exitCode;
}

/** Says what went wrong, where, and what to do; with --json also as an object on stdout. */
function report(error: unknown, json: boolean): number {
  const known = error instanceof BenchgateError ? error : null;
  const message = known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
  const details = {
    code: known?.code ?? 'BUG',
    message,
    place: known?.place ?? null,
    nextStep: known?.nextStep ?? 'this is a bug in Benchgate; please report it with the lines above',
  };
  process.stderr.write(
    `benchgate: ${plainText(message)}\n${details.place === null ? '' : `  where: ${plainText(details.place)}\n`}  next:  ${plainText(details.nextStep)}\n`,
  );
  const exitCode = known?.exitCode ?? exitCodes.bug;
  if (json) process.stdout.write(toJson({ error: details, exitCode }));
  return exitCode;
}

const crash = (error: unknown) => process.exit(report(error, process.argv.includes('--json')));
process.on('uncaughtException', crash).on('unhandledRejection', crash);
process.exitCode = await main(process.argv.slice(2));
