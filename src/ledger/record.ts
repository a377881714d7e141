import * as z from 'zod';
import type { Json, Observation } from '../domain/observation.ts';

/** Raised when the meaning of a field changes; readers refuse what they do not know. */
export const schemaVersion = 1;

const sha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** Lines are parsed JSON already, so every value but an absent one is; zod's own schema would drop `__proto__` keys. */
const json = z.custom<Json>((value) => value !== undefined);
const finite = z.number().check(z.refine((value) => Number.isFinite(value)));
const index = z.int().min(0);

const failureReason = z.enum([
  'spawn_failed',
  'exit_code',
  'signal',
  'timed_out',
  'output_too_large',
  'result_missing',
  'result_too_large',
  'result_not_json',
  'result_invalid',
  'non_finite_metric',
  'reported_error',
  'artifact_missing',
  'artifact_too_large',
  'interrupted',
]);

const observation: z.ZodType<Observation> = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('ok'),
    metric: finite.nullable(),
    samples: z.array(finite).nullable(),
    artifactHash: z.string().nullable(),
    components: json,
    metadata: json,
    message: z.string().nullable(),
    wallSeconds: finite,
  }),
  z.strictObject({
    status: z.literal('error'),
    failure: z.strictObject({ reason: failureReason, detail: z.string() }),
    artifactHash: z.string().nullable(),
    metadata: json,
    wallSeconds: finite,
  }),
]);

/** What one run shares; repeated on every line, so that a line is evidence by itself. */
const provenance = z.strictObject({
  runKey: z.string().regex(/^[0-9a-f]{32}$/),
  startedAt: z.iso.datetime(),
  harness: z.string(),
  planDigest: digest,
  /** Paired benchmarks judged together in that run: the strict threshold grows with it. */
  familySize: index,
  shard: z.strictObject({ index, count: z.int().min(1) }),
  project: z.string(),
  head: sha,
  tree: sha,
  base: sha.nullable(),
  baseTree: sha.nullable(),
  merge: sha.nullable(),
  refClass: z.enum(['default_branch', 'pull_request', 'fork', 'local']),
  dirty: z.boolean(),
  /** Digest of the uncommitted diff; the diff itself stays on the machine. */
  diff: digest.nullable(),
  manifest: digest,
  host: z.strictObject({
    class: z.string(),
    name: z.string(),
    memoryBytes: finite,
    node: z.string(),
  }),
  isolation: z.strictObject({ level: z.enum(['namespaces', 'none']), detail: z.string() }),
});

export type Provenance = z.infer<typeof provenance>;

const position = {
  schema: z.literal(schemaVersion),
  /** This line's place in its file and the file's number of lines: a file cut at a line end is noticed. */
  index,
  count: z.int().min(1),
};

const experiment = {
  experiment: z.string(),
  tier: z.enum(['correctness', 'performance', 'quality']),
  policy: z.enum(['reference', 'exact', 'sigma', 'mann_whitney', 'paired']),
  /** Digest of the gate settings in force: evidence gathered under another rule is other evidence. */
  rule: digest,
  corpus: digest.nullable(),
  suite: digest.nullable(),
};

export const recordLine = z.strictObject({
  kind: z.literal('record'),
  ...position,
  ...experiment,
  provenance,
  purpose: z.enum(['baseline', 'fresh', 'paired', 'calibration', 'confirm']),
  arm: z.enum(['baseline', 'candidate']),
  block: index,
  order: index,
  /** Blocks that the run's plan had for this experiment and purpose. */
  plannedBlocks: index,
  seed: z.int(),
  /** Decimal, up to 63 bits; null for baseline seeds from the manifest. */
  metaSeed: z
    .string()
    .regex(/^-?\d{1,20}$/)
    .nullable(),
  observation,
});

/** Says why an experiment ended before its plan did. */
export const stoppedLine = z.strictObject({
  kind: z.literal('stopped'),
  ...position,
  ...experiment,
  provenance,
  purpose: z.enum(['baseline', 'fresh', 'paired', 'calibration', 'confirm']),
  plannedBlocks: index,
  /** Complete blocks that were recorded. */
  blocks: index,
  because: z.enum(['verdict', 'crash', 'max_pairs', 'time_budget', 'interrupted']),
});

const eventBase = {
  ...position,
  count: z.literal(1),
  at: z.iso.datetime(),
  harness: z.string(),
  project: z.string(),
  experiment: z.string(),
  actor: z.string().nullable(),
};

export const eventLine = z.discriminatedUnion('event', [
  z.strictObject({
    kind: z.literal('event'),
    event: z.literal('baseline_set'),
    ...eventBase,
    how: z.enum(['establish', 'promote']),
    head: sha,
    tree: sha,
    metaSeed: z.string().nullable(),
    notes: z.string().nullable(),
    /** Verdict that a promotion rested on; null for an establishment. */
    verdict: z.string().nullable(),
    forced: z.boolean(),
    reason: z.string().nullable(),
  }),
  z.strictObject({
    kind: z.literal('event'),
    event: z.literal('reference_frozen'),
    ...eventBase,
    hash: digest,
    sizeBytes: index,
    head: sha,
    tree: sha,
    notes: z.string().nullable(),
    /** Hash of the reference this one replaces, and why; both null the first time. */
    replaces: digest.nullable(),
    reason: z.string().nullable(),
  }),
]);

export type LedgerRecord = z.infer<typeof recordLine>;
export type StoppedRecord = z.infer<typeof stoppedLine>;
export type LedgerEvent = z.infer<typeof eventLine>;
export type RunLine = LedgerRecord | StoppedRecord;
export type BaselineSet = Extract<LedgerEvent, { event: 'baseline_set' }>;
export type ReferenceFrozen = Extract<LedgerEvent, { event: 'reference_frozen' }>;

export const runLine = z.discriminatedUnion('kind', [recordLine, stoppedLine]);
