import { array, finite, Mismatch, nullable, object, oneOf, type Shape, type Shaped, text, whole } from './shape.ts';

/** Raised when the meaning of a field of the header changes; readers refuse what they do not know. */
export const bundleSchema = 1;

/** What a reader accepts of a file that anybody may have written. */
export const bundleLimits = {
  bytes: 64 * 1024 * 1024,
  /** Of one record; the header may be as long as the file. */
  lineBytes: 8 * 1024 * 1024,
  lines: 200_000,
  experiments: 10_000,
  /** In UTF-16 units, of an experiment's or the project's name. */
  nameLength: 1000,
  shards: 256,
} as const;

const sha = text(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
const name: Shape<string> = (value) => {
  if (typeof value !== 'string') return new Mismatch('', 'must be a string');
  const fits = value.length > 0 && value.length <= bundleLimits.nameLength;
  return fits ? value : new Mismatch('', `must have 1 to ${bundleLimits.nameLength} characters`);
};

const names: Shape<string[]> = (value) => {
  if (Array.isArray(value) && value.length > bundleLimits.experiments) {
    return new Mismatch('', `must have at most ${bundleLimits.experiments} names`);
  }
  const read = array(name)(value);
  if (read instanceof Mismatch) return read;
  return new Set(read).size === read.length ? read : new Mismatch('', 'must name each experiment once');
};

/** A time to the second or finer, in UTC, from 2020 to 2199. */
const instant: Shape<string> = (value) => {
  const written =
    typeof value === 'string' && /^2(?:0[2-9]|1\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value);
  const read = written ? Date.parse(value) : Number.NaN;
  const exists = written && !Number.isNaN(read) && new Date(read).toISOString().slice(0, 19) === value.slice(0, 19);
  return exists ? value : new Mismatch('', 'must be a time such as 2026-07-01T10:00:00Z');
};

const metaSeed: Shape<string> = (value) => {
  const read = text(/^(?:0|-?[1-9]\d{0,19})$/)(value);
  if (read instanceof Mismatch || BigInt(read) < 2n ** 63n) return read;
  return new Mismatch('', 'must be below 2^63');
};

/** Sums of as many bundles as there can be stay exact enough to compare. */
const longestSeconds = 1e9;

const shard = object({ index: whole(0), count: whole(1) });

const fields = object({
  kind: oneOf('bundle'),
  schema: oneOf(bundleSchema),
  harness: name,
  project: name,
  planDigest: text(/^sha256:[0-9a-f]{64}$/),
  shard,
  /** `confirm`: pairs measured afresh in a job of their own, after another bundle's FAIL. */
  stage: oneOf('measure', 'confirm'),
  runKey: text(/^[0-9a-f]{32}$/),
  startedAt: instant,
  head: sha,
  tree: sha,
  base: nullable(sha),
  merge: nullable(sha),
  /** Whose manifest says how is measured and judged. */
  rules: object({ from: oneOf('base', 'head'), revision: nullable(sha) }),
  /** Decimal. */
  metaSeed,
  familySize: whole(0),
  /** Every experiment of the plan, in its order. */
  planned: names,
  /** Those of this shard. */
  experiments: names,
  /** Lines that follow. */
  lines: whole(0),
  elapsedSeconds: finite(),
  /** Experiments whose FAIL another job has to confirm. */
  confirm: names,
});

export type BundleHeader = Shaped<typeof fields>;

/** The first line of a bundle: its fields, and what they must be to each other. */
export const bundleHeader: Shape<BundleHeader> = (value) => {
  const header = fields(value);
  if (header instanceof Mismatch) return header;
  const { index, count } = header.shard;
  if (index >= count) return new Mismatch('shard', 'has an index beyond its count');
  if (count > bundleLimits.shards) return new Mismatch('shard.count', `must be at most ${bundleLimits.shards}`);
  if (header.lines > bundleLimits.lines) return new Mismatch('lines', `must be at most ${bundleLimits.lines}`);
  if (header.elapsedSeconds < 0 || header.elapsedSeconds > longestSeconds) {
    return new Mismatch('elapsedSeconds', `must be from 0 to ${longestSeconds}`);
  }
  if (header.rules.from === 'base' && header.rules.revision === null) {
    return new Mismatch('rules.revision', 'must say which base the rules are from');
  }
  if (!isPartOf(header.experiments, header.planned)) return new Mismatch('experiments', 'must all be planned');
  if (!isPartOf(header.confirm, header.experiments)) {
    return new Mismatch('confirm', 'must be experiments of this shard');
  }
  if (header.stage === 'confirm' && header.confirm.length > 0) {
    return new Mismatch('confirm', 'must be empty in a confirmation');
  }
  return header;
};

function isPartOf(part: readonly string[], all: readonly string[]): boolean {
  const known = new Set(all);
  return part.every((one) => known.has(one));
}
