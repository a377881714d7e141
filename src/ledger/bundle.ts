import { IntegrityError } from '../domain/errors.ts';
import { jsonDepthLimit, nestsTooDeeply } from '../domain/json-depth.ts';
import { type BundleHeader, bundleHeader, bundleLimits, bundleSchema } from './bundle-header.ts';
import { createLineCheck } from './bundle-lines.ts';
import { encodeRun, type NewRunLine } from './journal.ts';
import { type RunLine, runLine } from './record.ts';
import { Mismatch, type Shape } from './shape.ts';

/** What one shard measured, as a file that goes from job to job. The reader trusts nothing of it. */
export interface Bundle {
  /** Of the file, for messages; as hostile as its content. */
  readonly name: string;
  readonly header: BundleHeader;
  readonly lines: readonly RunLine[];
}

/** A header without what follows from the lines. */
export type NewBundleHeader = Omit<BundleHeader, 'kind' | 'schema' | 'lines'>;

/**
 * A bundle as JSON Lines: the header, then the records as a run file has them. Throws BUNDLE_INVALID (65) for anything
 * that `decodeBundle` would refuse, so that it shows where it was measured and not at the merge.
 */
export function encodeBundle(header: NewBundleHeader, lines: readonly NewRunLine[]): string {
  const first: BundleHeader = {
    kind: 'bundle',
    schema: bundleSchema,
    harness: header.harness,
    project: header.project,
    planDigest: header.planDigest,
    shard: { index: header.shard.index, count: header.shard.count },
    stage: header.stage,
    runKey: header.runKey,
    startedAt: header.startedAt,
    head: header.head,
    tree: header.tree,
    base: header.base,
    merge: header.merge,
    rules: { from: header.rules.from, revision: header.rules.revision },
    metaSeed: header.metaSeed,
    familySize: header.familySize,
    planned: header.planned,
    experiments: header.experiments,
    lines: lines.length,
    elapsedSeconds: header.elapsedSeconds,
    confirm: header.confirm,
  };
  const text = `${JSON.stringify(first)}\n${encodeRun(lines)}`;
  const content = read(new TextEncoder().encode(text));
  if (!(content instanceof Refusal)) return text;
  const experiment = lines[content.line - 2]?.experiment;
  throw new IntegrityError('BUNDLE_INVALID', `what was measured does not fit into a bundle: ${content.what}`, {
    place: experiment === undefined ? 'the header' : `experiment ${JSON.stringify(experiment)}`,
    nextStep: 'have the benchmark report less, or under other keys, and run this shard again',
  });
}

/**
 * Reads a bundle that anybody may have written. Throws BUNDLE_INVALID (65) with `name:line` for the first thing that is
 * not as `encodeBundle` writes it, contradicts the header, or exceeds the limits; skips nothing.
 */
export function decodeBundle(bytes: Uint8Array, name: string): Bundle {
  const content = read(bytes);
  if (!(content instanceof Refusal)) return { name, ...content };
  throw new IntegrityError('BUNDLE_INVALID', `this is no bundle to rely on: ${content.what}`, {
    place: `${name}:${content.line}`,
    nextStep: 'measure that shard again with this version of Benchgate, and hand on the file as it was written',
  });
}

/** The first thing wrong with a file. */
class Refusal {
  /** From 1. */
  readonly line: number;
  readonly what: string;

  constructor(line: number, what: string) {
    this.line = line;
    this.what = what;
  }
}

const lineFeed = 0x0a;

function read(bytes: Uint8Array): Omit<Bundle, 'name'> | Refusal {
  if (bytes.length > bundleLimits.bytes)
    return new Refusal(1, `it has more than ${bundleLimits.bytes / 1024 ** 2} MiB`);
  const headerEnd = bytes.indexOf(lineFeed);
  if (headerEnd < 0) return new Refusal(1, bytes.length === 0 ? 'the file is empty' : 'the last line is cut off');
  const header = readRow(bytes.subarray(0, headerEnd), bundleHeader);
  if (header instanceof Mismatch) return new Refusal(1, inWords(header));
  const problemOf = createLineCheck(header);
  const lines: RunLine[] = [];
  let start = headerEnd + 1;
  while (start < bytes.length) {
    const place = lines.length + 2;
    if (lines.length === header.lines) return new Refusal(place, `the header says that ${header.lines} lines follow`);
    const end = bytes.indexOf(lineFeed, start);
    if (end < 0) return new Refusal(place, 'the last line is cut off');
    if (end - start > bundleLimits.lineBytes)
      return new Refusal(place, `the line has more than ${bundleLimits.lineBytes / 1024 ** 2} MiB`);
    const line = readRow(bytes.subarray(start, end), runLine);
    if (line instanceof Mismatch) return new Refusal(place, inWords(line));
    if (line.index !== lines.length || line.count !== header.lines) {
      return new Refusal(
        place,
        `says it is line ${line.index + 1} of ${line.count}, not ${lines.length + 1} of ${header.lines}`,
      );
    }
    const problem = problemOf(line);
    if (problem !== null) return new Refusal(place, problem);
    lines.push(line);
    start = end + 1;
  }
  if (lines.length === header.lines) return { header, lines };
  return new Refusal(lines.length + 2, `the header says that ${header.lines} lines follow, found ${lines.length}`);
}

const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Names of the things that every object has; in canonical JSON a quote after a brace or comma begins a key. */
const objectMembers = /[{,]"(?:__proto__|constructor|prototype)":/;

function readRow<T>(row: Uint8Array, shape: Shape<T>): T | Mismatch {
  let text: string;
  try {
    text = strictText.decode(row);
  } catch {
    return new Mismatch('', 'not UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Mismatch('', 'not JSON');
  }
  const members = typeof value === 'object' && value !== null ? Object.values(value) : [];
  if (members.some(nestsTooDeeply)) return new Mismatch('', `it nests deeper than ${jsonDepthLimit} levels`);
  // One text for each value: a doubled key, an infinite number, -0 or a space would not come back.
  if (JSON.stringify(value) !== text) return new Mismatch('', 'not written as Benchgate writes JSON');
  const member = objectMembers.exec(text);
  if (member !== null) return new Mismatch('', `no object may have the key ${member[0].slice(1, -1)}`);
  const version = (value as { schema?: unknown } | null)?.schema;
  if (typeof version === 'number' && version > bundleSchema) {
    return new Mismatch('', `written by a newer Benchgate (schema ${version}, this one knows ${bundleSchema})`);
  }
  return shape(value);
}

function inWords(mismatch: Mismatch): string {
  return mismatch.path === '' ? mismatch.message : `${mismatch.path}: ${mismatch.message}`;
}
