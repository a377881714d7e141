import { EnvironmentError } from '../../domain/errors.ts';
import { fileError, systemCode } from '../node/file-errors.ts';
import { readRegularFile } from '../node/regular-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** GitHub sends no webhook larger than this. */
const limitBytes = 25 * 1024 * 1024;
const shaPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const longestText = 4096;

/** The event can't be trusted or is not there; `place` is the variable or the field. Exit 69. */
export function unreadableEvent(place: string, problem: string): EnvironmentError {
  return new EnvironmentError('EVENT_UNREADABLE', `${place} ${problem}`, {
    place,
    nextStep: 'run Benchgate as a step of a GitHub Actions job, with the variables and the event file of the runner',
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value inherited from a prototype is none: only what the JSON itself said counts. */
function own(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isPlain(text: string): boolean {
  return text !== '' && text.length <= longestText && !/\p{Cc}/u.test(text);
}

/** One object of the payload, read field by field. Every reader throws EVENT_UNREADABLE with the field's full path. */
export interface PayloadPart {
  readonly part: (name: string) => PayloadPart;
  /** Null when the field is null or missing. */
  readonly partOrNull: (name: string) => PayloadPart | null;
  /** One line, not empty. */
  readonly text: (name: string) => string;
  readonly textOrNull: (name: string) => string | null;
  /** Whatever is no line of text is null: for fields that only messages show. */
  readonly mention: (name: string) => string | null;
  /** The lower-case hash of a commit, SHA-1 or SHA-256. */
  readonly sha: (name: string) => string;
  /** From 1. */
  readonly count: (name: string) => number;
  /** Missing counts as false. */
  readonly flag: (name: string) => boolean;
  readonly parts: (name: string) => readonly PayloadPart[];
}

/** The payload as a part; `at` is what its fields are called in messages. Throws when it is no object. */
export function payloadPart(value: unknown, at: string): PayloadPart {
  if (!isRecord(value)) throw unreadableEvent(at, `of the event is ${value === undefined ? 'missing' : 'no object'}`);
  const place = (name: string): string => (at === 'payload' ? name : `${at}.${name}`);
  const checked = <T>(name: string, expected: string, accept: (found: unknown) => found is T): T => {
    const found = own(value, name);
    if (found === undefined) throw unreadableEvent(place(name), 'of the event is missing');
    if (!accept(found)) throw unreadableEvent(place(name), `of the event is not ${expected}`);
    return found;
  };
  const isText = (found: unknown): found is string => typeof found === 'string' && isPlain(found);
  const isNothing = (name: string): boolean => (own(value, name) ?? null) === null;
  const text = (name: string): string => checked(name, 'one line of text', isText);
  return {
    part: (name) => payloadPart(own(value, name), place(name)),
    partOrNull: (name) => (isNothing(name) ? null : payloadPart(own(value, name), place(name))),
    text,
    textOrNull: (name) => (isNothing(name) ? null : text(name)),
    mention: (name) => {
      const found = own(value, name);
      return isText(found) ? found : null;
    },
    sha: (name) =>
      checked(name, 'the hash of a commit', (found): found is string => isText(found) && shaPattern.test(found)),
    count: (name) =>
      checked(
        name,
        'a whole number from 1',
        (found): found is number => Number.isSafeInteger(found) && Number(found) > 0,
      ),
    flag: (name) =>
      !isNothing(name) && checked(name, 'true or false', (found): found is boolean => typeof found === 'boolean'),
    parts: (name) =>
      checked(name, 'a list', (found): found is unknown[] => Array.isArray(found)).map((found, index) =>
        payloadPart(found, `${place(name)}[${index}]`),
      ),
  };
}

/** A variable of the runner. Throws EVENT_UNREADABLE when it is missing, empty or not of one line. */
export function runnerVariable(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw unreadableEvent(name, 'is not set');
  if (!isPlain(value)) throw unreadableEvent(name, 'is not one line of text');
  return value;
}

/** The variable when it matches, as above. `expected` completes "NAME is not …". */
export function matchingVariable(environment: Environment, name: string, pattern: RegExp, expected: string): string {
  const value = runnerVariable(environment, name);
  if (!pattern.test(value)) throw unreadableEvent(name, `is not ${expected}`);
  return value;
}

/** The hash in GITHUB_SHA. Throws as above. */
export function shaVariable(environment: Environment): string {
  return matchingVariable(environment, 'GITHUB_SHA', shaPattern, 'the hash of a commit');
}

/**
 * The parsed JSON of GITHUB_EVENT_PATH. Throws EVENT_UNREADABLE when the variable or the file is missing, and when the
 * file is larger than 25 MiB or no JSON; INPUT_OUTPUT when it can't be read.
 */
export function readEventPayload(environment: Environment): unknown {
  const path = runnerVariable(environment, 'GITHUB_EVENT_PATH');
  let content: Buffer | null;
  try {
    content = readRegularFile(path, limitBytes);
  } catch (error) {
    if (error instanceof RangeError) throw unreadableEvent('GITHUB_EVENT_PATH', 'names a file larger than 25 MiB');
    throw systemCode(error) === null ? error : fileError(error, 'read', path);
  }
  if (content === null) throw unreadableEvent('GITHUB_EVENT_PATH', 'names no file');
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    throw unreadableEvent('GITHUB_EVENT_PATH', 'names a file that is no JSON');
  }
}
