import { BenchgateError, IntegrityError, UsageError } from '../../domain/errors.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { LedgerEntry } from '../../ports/ledger-store.ts';

/** Marks the branch as Benchgate's and names its format. */
export const formatFile = { path: 'ledger.json', bytes: Buffer.from('{"format":"benchgate-ledger","schema":1}\n') };

export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const numberedName = /^(\d{8,15})-([^/]*?([0-9a-f]{32})\.jsonl)$/;
const safePath = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const runKeyPattern = /^[0-9a-f]{32}$/;

/** Sequence and run key in a file name of `runs/` or `events/`; null when the name has another shape. */
export function parseNumberedName(name: string): { readonly sequence: number; readonly runKey: string } | null {
  const found = numberedName.exec(name);
  if (found?.[1] === undefined || found[3] === undefined) return null;
  return { sequence: Number(found[1]), runKey: found[3] };
}

/** Whether files of this path carry a sequence number in their names. */
export function isNumbered(path: string): boolean {
  return path.startsWith('runs/') || path.startsWith('events/');
}

/** The path with another sequence number; paths without one come back as they are. */
export function renumber(path: string, sequence: number): string {
  const slash = path.lastIndexOf('/') + 1;
  const found = isNumbered(path) ? numberedName.exec(path.slice(slash)) : null;
  return found?.[2] === undefined ? path : `${path.slice(0, slash)}${paddedSequence(sequence)}-${found[2]}`;
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/**
 * Whether nothing in the path can leave the branch, reach git's own files or need quoting: letters, digits, `.`, `_`,
 * `-` and `/`, no part that starts with a dot, no `..`.
 */
export function isSafePath(path: string): boolean {
  return safePath.test(path) && !path.includes('..');
}

/** The entry's files at a sequence. Throws BUG when a path is unsafe, given twice or without sequence and run key. */
export function filesOf(entry: LedgerEntry, sequence: number): readonly NewFile[] {
  if (!runKeyPattern.test(entry.runKey)) throw misuse(`not a run key: ${JSON.stringify(entry.runKey)}`);
  const files = entry.files(sequence);
  const paths = new Set<string>();
  let numbered = 0;
  for (const { path } of files) {
    if (!isSafePath(path)) throw misuse(`a path the ledger does not take: ${JSON.stringify(path)}`);
    if (path === formatFile.path || paths.has(path)) throw misuse(`a path that is taken: ${path}`);
    paths.add(path);
    if (!isNumbered(path)) continue;
    numbered += 1;
    const name = parseNumberedName(path.slice(path.lastIndexOf('/') + 1));
    if (name?.sequence !== sequence || name.runKey !== entry.runKey) {
      throw misuse(`a path without sequence ${sequence} and run key ${entry.runKey}: ${path}`);
    }
  }
  const nested = files.find(({ path }) => ancestorsOf(path).some((folder) => paths.has(folder)));
  if (nested !== undefined) throw misuse(`a path below a file: ${nested.path}`);
  if (numbered === 0) throw misuse('an entry without a file in runs/ or events/, so it could not be found again');
  return files;
}

/** The error for a path that is on the branch already: files are added and never replaced. */
export function pathTaken(path: string): IntegrityError {
  return new IntegrityError('LEDGER_CORRUPT', `The ledger has a file at ${path} already and never replaces one`, {
    place: path,
    nextStep: 'Run `benchgate ledger verify`.',
  });
}

/** Throws USAGE unless the text can name a branch, by git's rules narrowed to what needs no quoting anywhere. */
export function requireBranchName(branch: string): void {
  const parts = branch.split('/');
  const valid = parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9._+@-]*$/.test(part) && !/\.lock$|\.$/.test(part));
  if (valid && !/\.\.|@\{/.test(branch)) return;
  throw new UsageError('USAGE', `Not a name for the ledger's branch: ${JSON.stringify(branch)}`, {
    place: '--ledger-branch',
    nextStep: 'Choose a name like bench-data.',
  });
}

function paddedSequence(sequence: number): string {
  return String(sequence).padStart(8, '0');
}

function ancestorsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function misuse(what: string): BenchgateError {
  return new BenchgateError('BUG', exitCodes.bug, `The ledger was handed ${what}`, {
    nextStep: 'Report this as a defect of Benchgate.',
  });
}
