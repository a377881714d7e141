import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { EnvironmentError } from '../../domain/errors.ts';
import { fileError } from '../node/file-errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Of one step's summary. The runner drops a larger file as a whole and only annotates that it did. */
const summaryLimitBytes = 1_048_576;
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Appends when `accepts` the size that the file has now; says whether it did. Throws the system's error. */
function append(path: string, text: string, accepts: (sizeBytes: number) => boolean): boolean {
  const descriptor = openSync(path, appending);
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw Object.assign(new Error(`not a file: ${path}`), { code: 'EISDIR' });
    if (!accepts(status.size)) return false;
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    return true;
  } finally {
    closeSync(descriptor);
  }
}

/** As the runner reads it: NAME<<DELIMITER, the value, DELIMITER. No line of the value may be the delimiter. */
function entry(name: string, value: string, randomToken: () => string): string {
  let delimiter: string;
  do delimiter = `benchgate_${randomToken()}`;
  while (value.includes(delimiter));
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/**
 * Adds a value to one of the runner's files. Throws EnvironmentError: INPUT_OUTPUT when the variable is not set or the
 * file can't be written, DISK_FULL.
 */
export function appendValue(
  environment: Environment,
  variable: 'GITHUB_OUTPUT' | 'GITHUB_STATE',
  name: string,
  value: string,
  randomToken: () => string,
): void {
  if (!/^[A-Za-z_][\w-]*$/.test(name)) throw new TypeError(`not a name for ${variable}: ${JSON.stringify(name)}`);
  const path = environment[variable];
  if (path === undefined || path === '') {
    throw new EnvironmentError('INPUT_OUTPUT', `${variable} is not set, so '${name}' can't be handed on`, {
      place: variable,
      nextStep: 'run Benchgate as a step of a GitHub Actions job, with the variables of the runner',
    });
  }
  try {
    append(path, entry(name, value, randomToken), () => true);
  } catch (error) {
    throw fileError(error, 'write', path);
  }
}

/** Adds to the step's summary. False when it would not fit, or there is no file that can be written. */
export function appendSummary(environment: Environment, markdown: string): boolean {
  const path = environment['GITHUB_STEP_SUMMARY'];
  if (path === undefined || path === '') return false;
  const text = markdown.endsWith('\n') ? markdown : `${markdown}\n`;
  try {
    return append(path, text, (sizeBytes) => sizeBytes + Buffer.byteLength(text) < summaryLimitBytes);
  } catch {
    return false;
  }
}
