import { observation } from './observation.ts';
import { boolean, finite, nullable, object, oneOf, type Shaped, text, variants, whole } from './shape.ts';

/** Raised when the meaning of a field changes; readers refuse what they do not know. */
export const schemaVersion = 1;

const sha = text(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
const digest = text(/^sha256:[0-9a-f]{64}$/);
const index = whole(0);

/** A day of the calendar and a time to the second or finer, in UTC. */
const instant = text(
  /^(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29|\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8])))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/,
  'must be a time such as 2026-07-01T10:00:00Z',
);

/** What one run shares; repeated on every line, so that a line is evidence by itself. */
const provenance = object({
  runKey: text(/^[0-9a-f]{32}$/),
  startedAt: instant,
  harness: text(),
  planDigest: digest,
  /** Paired benchmarks judged together in that run: the strict threshold grows with it. */
  familySize: index,
  shard: object({ index, count: whole(1) }),
  project: text(),
  head: sha,
  tree: sha,
  base: nullable(sha),
  baseTree: nullable(sha),
  merge: nullable(sha),
  refClass: oneOf('default_branch', 'pull_request', 'fork', 'local'),
  dirty: boolean(),
  /** Digest of the uncommitted diff; the diff itself stays on the machine. */
  diff: nullable(digest),
  manifest: digest,
  host: object({
    class: text(),
    name: text(),
    memoryBytes: finite(),
    node: text(),
  }),
  isolation: object({ level: oneOf('namespaces', 'none'), detail: text() }),
});

export type Provenance = Shaped<typeof provenance>;

const position = {
  schema: oneOf(schemaVersion),
  /** This line's place in its file and the file's number of lines: a file cut at a line end is noticed. */
  index,
  count: whole(1),
};

const experiment = {
  experiment: text(),
  tier: oneOf('correctness', 'performance', 'quality'),
  policy: oneOf('reference', 'exact', 'sigma', 'mann_whitney', 'paired'),
  /** Digest of the gate settings in force: evidence gathered under another rule is other evidence. */
  rule: digest,
  corpus: nullable(digest),
  suite: nullable(digest),
};

export const recordLine = object({
  kind: oneOf('record'),
  ...position,
  ...experiment,
  provenance,
  purpose: oneOf('baseline', 'fresh', 'paired', 'calibration', 'confirm'),
  arm: oneOf('baseline', 'candidate'),
  block: index,
  order: index,
  /** Blocks that the run's plan had for this experiment and purpose. */
  plannedBlocks: index,
  seed: whole(),
  /** Decimal, up to 63 bits; null for baseline seeds from the manifest. */
  metaSeed: nullable(text(/^-?\d{1,20}$/)),
  observation,
});

/** Says why an experiment ended before its plan did. */
export const stoppedLine = object({
  kind: oneOf('stopped'),
  ...position,
  ...experiment,
  provenance,
  purpose: oneOf('baseline', 'fresh', 'paired', 'calibration', 'confirm'),
  plannedBlocks: index,
  /** Complete blocks that were recorded. */
  blocks: index,
  because: oneOf('verdict', 'crash', 'max_pairs', 'time_budget', 'interrupted', 'missing_secret'),
});

const eventBase = {
  ...position,
  count: oneOf(1),
  at: instant,
  harness: text(),
  project: text(),
  experiment: text(),
  actor: nullable(text()),
};

export const eventLine = variants('event', {
  baseline_set: object({
    kind: oneOf('event'),
    event: oneOf('baseline_set'),
    ...eventBase,
    how: oneOf('establish', 'promote'),
    head: sha,
    tree: sha,
    metaSeed: nullable(text()),
    notes: nullable(text()),
    /** Verdict that a promotion rested on; null for an establishment. */
    verdict: nullable(text()),
    forced: boolean(),
    reason: nullable(text()),
  }),
  reference_frozen: object({
    kind: oneOf('event'),
    event: oneOf('reference_frozen'),
    ...eventBase,
    hash: digest,
    sizeBytes: index,
    head: sha,
    tree: sha,
    notes: nullable(text()),
    /** Hash of the reference this one replaces, and why; both null the first time. */
    replaces: nullable(digest),
    reason: nullable(text()),
  }),
});

export type LedgerRecord = Shaped<typeof recordLine>;
export type StoppedRecord = Shaped<typeof stoppedLine>;
export type LedgerEvent = Shaped<typeof eventLine>;
export type RunLine = LedgerRecord | StoppedRecord;
export type BaselineSet = Extract<LedgerEvent, { event: 'baseline_set' }>;
export type ReferenceFrozen = Extract<LedgerEvent, { event: 'reference_frozen' }>;

export const runLine = variants('kind', { record: recordLine, stopped: stoppedLine });
