import { IntegrityError } from '../../domain/errors.ts';
import { GitFailure } from './git-command.ts';
import { type ContentSource, notDelivered, type WantedFile } from './ledger-content.ts';
import type { LedgerRepository } from './ledger-repository.ts';

export interface GitObject {
  readonly oid: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Objects by name through one `git cat-file --batch`, started by the first request. */
export interface ObjectReader {
  /** A ref's full name or an object id; null when there is none. */
  readonly read: (name: string) => Promise<GitObject | null>;
  /**
   * The files' contents in the same order; what the local copy was made without is brought in with one request, and
   * together with it what else is missing of `ahead`. Null for what a complete copy lacks. Throws LEDGER_UNREACHABLE.
   */
  readonly readFiles: (
    files: readonly WantedFile[],
    ahead?: () => Promise<readonly WantedFile[]>,
  ) => Promise<readonly (GitObject | null)[]>;
  readonly close: () => Promise<void>;
}

interface Request {
  readonly resolve: (object: GitObject | null) => void;
  readonly reject: (error: Error) => void;
}

const newline = 0x0a;

/** Requests may overlap: they are written at once and answered in order. Throws LEDGER_CORRUPT for damaged objects. */
export function createObjectReader(repository: LedgerRepository, source: ContentSource): ObjectReader {
  let opened: ReturnType<typeof open> | null = null;
  const read = async (name: string): Promise<GitObject | null> => {
    // A request is one line and one word; no name of a ref or object holds anything else.
    if (!/^[\x21-\x7e]+$/.test(name)) throw new RangeError(`not the name of a git object: ${JSON.stringify(name)}`);
    opened ??= open(repository);
    return opened.read(name);
  };
  const missingOf = async (files: readonly WantedFile[]): Promise<WantedFile[]> => {
    const found = await Promise.all(files.map(({ oid }) => read(oid)));
    return files.filter((_, index) => found[index] === null);
  };
  return {
    read,
    readFiles: async (files, ahead) => {
      const found = await Promise.all(files.map(({ oid }) => read(oid)));
      const missing = files.filter((_, index) => found[index] === null);
      if (missing.length === 0) return found;
      const more = ahead === undefined ? [] : await missingOf(await ahead());
      if (!(await source.obtain(missing, more))) return found;
      const complete = await Promise.all(files.map(({ oid }, index) => Promise.resolve(found[index] ?? read(oid))));
      const lacking = files.filter((_, index) => complete[index] === null);
      if (lacking.length > 0) throw notDelivered(lacking);
      return complete;
    },
    close: async () => {
      const closing = opened;
      opened = null;
      await closing?.close();
    },
  };
}

function open(repository: LedgerRepository): Pick<ObjectReader, 'read' | 'close'> {
  const args = ['cat-file', '--batch'];
  const process = repository.start(args);
  const requests: Request[] = [];
  let failure: Error | null = null;
  const fail = (reason: unknown): void => {
    failure ??= reason instanceof Error ? reason : new Error(String(reason));
    for (const request of requests.splice(0)) request.reject(failure);
  };
  const answers = createAnswerParser((object) => {
    requests.shift()?.resolve(object);
    if (requests.length === 0) process.holdOpen(false);
  });
  process.stdout.on('data', (chunk: Buffer) => {
    try {
      answers(chunk);
    } catch (error) {
      fail(error);
      process.stop();
    }
  });
  process.finished.then(({ exitCode, stderr }) => fail(damageOrFailure(args, exitCode, stderr)), fail);
  return {
    read: (name) =>
      new Promise((resolve, reject) => {
        if (failure !== null) {
          reject(failure);
          return;
        }
        if (requests.length === 0) process.holdOpen(true);
        requests.push({ resolve, reject });
        process.stdin.write(`${name}\n`);
      }),
    close: async () => {
      process.holdOpen(true);
      process.stdin.end();
      await process.finished.catch(() => undefined);
    },
  };
}

/** `<oid> <type> <size>\n<bytes>\n` or `<name> missing\n`; a body is put together once, when all of it is there. */
function createAnswerParser(answer: (object: GitObject | null) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let length = 0;
  let header: { readonly oid: string; readonly type: string; readonly size: number } | null = null;
  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    if (header !== null && length <= header.size) return;
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks, length);
    for (;;) {
      if (header === null) {
        const end = rest.indexOf(newline);
        if (end < 0) break;
        header = parseHeader(rest.toString('latin1', 0, end));
        rest = rest.subarray(end + 1);
        if (header === null) answer(null);
      } else {
        if (rest.length <= header.size) break;
        answer({ oid: header.oid, type: header.type, bytes: rest.subarray(0, header.size) });
        rest = rest.subarray(header.size + 1);
        header = null;
      }
    }
    chunks = rest.length === 0 ? [] : [rest];
    length = rest.length;
  };
}

function parseHeader(line: string): { oid: string; type: string; size: number } | null {
  const found = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line);
  if (found?.[1] !== undefined && found[2] !== undefined) {
    return { oid: found[1], type: found[2], size: Number(found[3]) };
  }
  if (line.endsWith(' missing')) return null;
  throw new IntegrityError('LEDGER_CORRUPT', `git can't read the ledger: ${line}`, {
    nextStep: 'Run `benchgate ledger verify`, or remove the local copy and read the remote one again.',
  });
}

/** The error for a git process that ended while it read the ledger: LEDGER_CORRUPT when its objects are damaged. */
export function damageOrFailure(args: readonly string[], exitCode: number, stderr: string): Error {
  if (!/corrupt|bad object|inflate|missing (blob|tree|commit)|unable to read|Could not read|mismatch/i.test(stderr)) {
    return new GitFailure(args, exitCode, stderr);
  }
  return new IntegrityError('LEDGER_CORRUPT', `The ledger's objects are damaged: ${stderr.trim()}`, {
    nextStep: 'Remove the local copy and read the remote one again; without a remote, restore a backup.',
  });
}

export interface CommitObject {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

/** The commit that a ref or id names, or null. Throws LEDGER_CORRUPT when it names something else. */
export async function readCommit(reader: ObjectReader, name: string): Promise<CommitObject | null> {
  const object = await reader.read(name);
  if (object === null) return null;
  const text = object.bytes.toString('utf8');
  const end = text.indexOf('\n\n');
  const headers = (end < 0 ? text : text.slice(0, end)).split('\n');
  const valuesOf = (key: string): string[] =>
    headers.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const tree = valuesOf('tree')[0];
  if (object.type !== 'commit' || tree === undefined) {
    throw new IntegrityError('LEDGER_CORRUPT', `${name} is no commit but a ${object.type}`, {
      place: name,
      nextStep: 'Choose another branch with --ledger-branch.',
    });
  }
  return { oid: object.oid, tree, parents: valuesOf('parent'), message: end < 0 ? '' : text.slice(end + 2) };
}
