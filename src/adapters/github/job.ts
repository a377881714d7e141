import type { Annotation, Job } from '../../ports/job.ts';
import { appendSummary, appendValue } from './job-files.ts';
import { createRunnerLog, harmless, type RunnerCommand } from './runner-log.ts';

// Written by hand. @actions/core takes 110 to 150 ms to import on Node 24 (a bare `node -e`, most of it undici) and the
// first line of the log must come before anything else; it writes to `process.stdout` whatever is going on there, and
// reads `process.env`, from which the runner's files are taken away early. The tests compare the bytes with it.

/** The runner ignores masks of blanks; shorter ones would hide half of every line. */
const shortestSecret = 4;
/** The user name that GitHub takes a token with. */
const user = 'x-access-token';

export interface JobOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: { readonly write: (text: string) => unknown };
  /** At least 128 bits that nobody can guess, of letters and digits. */
  readonly randomToken: () => string;
}

function annotationCommand({ level, message, title, path, line }: Annotation): RunnerCommand {
  return {
    name: level,
    properties: [
      ['title', harmless(title)],
      ['file', path ?? ''],
      ['line', line === null ? '' : String(line)],
    ],
    message: harmless(message),
  };
}

function maskedForms(secret: string): readonly string[] {
  if (secret.trim().length < shortestSecret) return [];
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const lines = secret.split(/[\r\n]+/).filter((line) => line.trim().length >= shortestSecret);
  return [...new Set([...lines, base64(secret), base64(`${user}:${secret}`)])];
}

/**
 * The job of GitHub's runner that this process is a step of. From this call on the runner obeys nothing that is printed
 * to stdout, except what the job itself asks for. Stderr is another stream that it reads for commands, in no order with
 * the first: what is printed there has to be `harmless` by itself. `output` and `remember` throw EnvironmentError when
 * the runner's file is missing or can't be written; a name that is no identifier is a TypeError.
 */
export function createJob({ environment, stdout, randomToken }: JobOptions): Job {
  const log = createRunnerLog({ write: (text) => stdout.write(text), randomToken });
  // Where no runner reads the log nothing would hide the secret, and the command itself would print it.
  const hasRunner = environment['GITHUB_ACTIONS'] === 'true';
  return {
    say: log.text,
    annotate: (annotation) => log.commands([annotationCommand(annotation)]),
    summarise: (markdown) => Promise.resolve(appendSummary(environment, markdown)),
    output: (name, value) => appendValue(environment, 'GITHUB_OUTPUT', name, value, randomToken),
    mask: (secret) => {
      if (!hasRunner) return;
      log.commands(maskedForms(secret).map((message) => ({ name: 'add-mask', properties: [], message })));
    },
    remember: (name, value) => appendValue(environment, 'GITHUB_STATE', name, value, randomToken),
    recall: (name) => environment[`STATE_${name}`] ?? '',
  };
}
