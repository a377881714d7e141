import { canonicalJson, type Sha256 } from '../domain/canonical-json.ts';
import type { Bundle, NewBundleHeader } from './bundle.ts';
import type { BundleHeader } from './bundle-header.ts';
import type { NewRunLine } from './journal.ts';
import { mergeProblem, type Unmerged } from './merge-problems.ts';
import type { RunLine } from './record.ts';

export interface MergedRun {
  readonly ok: true;
  /** The whole run as one shard of one: `encodeBundle(header, lines)` is a bundle again. `elapsedSeconds` is the sum. */
  readonly header: NewBundleHeader;
  readonly lines: readonly NewRunLine[];
  /** Experiments with pairs that a confirm bundle holds, in plan order. */
  readonly confirmed: readonly string[];
  /** Experiments whose FAIL was to be confirmed elsewhere, and no bundle does; the header's `confirm` as well. */
  readonly unconfirmed: readonly string[];
  /** The bundles that make up the run: shards first, then confirmations. */
  readonly bundles: readonly Bundle[];
}

/**
 * One run from the bundles of its shards, in any order: complete, each part once and all of one plan, or the first problem.
 * Confirm bundles are optional; those of experiments that no shard left to be confirmed are passed over. The lines share a run key that
 * follows from the shards' keys, so the same bundles give the same run, and a shard measured again gives another. A single
 * complete bundle keeps its own.
 */
export function mergeBundles(bundles: readonly Bundle[], sha256: Sha256): MergedRun | Unmerged {
  const sorted = bundles
    .map((bundle) => ({ bundle, key: canonicalJson([bundle.header, bundle.name]) }))
    .sort((first, second) => byShard(first.bundle, second.bundle) || (first.key < second.key ? -1 : 1))
    .map(({ bundle }) => bundle);
  const measured = sorted.filter(({ header }) => header.stage === 'measure');
  // One that no shard asked for is left from an earlier attempt of the same run.
  const wanted = new Set(measured.flatMap(({ header }) => header.confirm));
  const confirming = sorted.filter(
    ({ header }) =>
      header.stage === 'confirm' && (measured.length === 0 || header.experiments.every((name) => wanted.has(name))),
  );
  const first = measured[0];
  const problem = mergeProblem(measured, confirming);
  if (problem !== null) return problem;
  if (first === undefined) throw new TypeError('a run without shards has a problem');
  return merged(first.header, [...measured, ...confirming], sha256);
}

function byShard({ header: first }: Bundle, { header: second }: Bundle): number {
  return first.shard.index - second.shard.index;
}

/** `bundles`: shards first, then confirmations. */
function merged(first: BundleHeader, bundles: readonly Bundle[], sha256: Sha256): MergedRun {
  const { planned } = first;
  const lines = byExperiment(bundles);
  const confirmed = new Set(bundles.flatMap((bundle) => (bundle.header.stage === 'confirm' ? recordedIn(bundle) : [])));
  const wanted = new Set(bundles.flatMap(({ header }) => header.confirm));
  const unconfirmed = planned.filter((experiment) => wanted.has(experiment) && !confirmed.has(experiment));
  const runKey = mergedKey(bundles, sha256);
  const startedAt = earliest(bundles);
  const header: NewBundleHeader = {
    harness: first.harness,
    project: first.project,
    planDigest: first.planDigest,
    shard: { index: 0, count: 1 },
    stage: 'measure',
    runKey,
    startedAt,
    head: first.head,
    tree: first.tree,
    base: first.base,
    merge: first.merge,
    rules: first.rules,
    metaSeed: first.metaSeed,
    familySize: first.familySize,
    planned,
    experiments: planned,
    elapsedSeconds: bundles.reduce((sum, bundle) => sum + bundle.header.elapsedSeconds, 0),
    confirm: unconfirmed,
  };
  const shared = { runKey, startedAt, planDigest: first.planDigest, familySize: first.familySize, shard: header.shard };
  return {
    ok: true,
    header,
    lines: planned
      .flatMap((experiment) => lines.get(experiment) ?? [])
      .map((line, order) => placed(line, order, shared)),
    confirmed: planned.filter((experiment) => confirmed.has(experiment)),
    unconfirmed,
    bundles,
  };
}

/** Shards first, then confirmations; as each bundle has them. */
function byExperiment(bundles: readonly Bundle[]): ReadonlyMap<string, readonly RunLine[]> {
  const lines = new Map<string, RunLine[]>();
  for (const line of bundles.flatMap((bundle) => bundle.lines)) {
    const before = lines.get(line.experiment);
    if (before === undefined) lines.set(line.experiment, [line]);
    else before.push(line);
  }
  return lines;
}

function recordedIn(bundle: Bundle): string[] {
  return bundle.lines.filter((line) => line.kind === 'record').map((line) => line.experiment);
}

function mergedKey(bundles: readonly Bundle[], sha256: Sha256): string {
  const [only, ...more] = bundles.map(({ header }) => header.runKey).sort();
  if (only !== undefined && more.length === 0) return only;
  return sha256(canonicalJson([only, ...more])).slice(0, 32);
}

/** One run begins once: its file lies in the folder of one month. */
function earliest(bundles: readonly Bundle[]): string {
  const times = bundles.map(({ header }) => header.startedAt);
  const [first = ''] = times.sort((one, other) => Date.parse(one) - Date.parse(other) || (one < other ? -1 : 1));
  return first;
}

type Restamped = Pick<RunLine['provenance'], 'runKey' | 'startedAt' | 'planDigest' | 'familySize' | 'shard'>;

/** The line as part of the merged run. Its place in the file is given when it is written. */
function placed(line: RunLine, order: number, shared: Restamped): NewRunLine {
  const { schema: _schema, index: _index, count: _count, ...rest } = line;
  const provenance = { ...line.provenance, ...shared };
  return rest.kind === 'record' ? { ...rest, order, provenance } : { ...rest, provenance };
}
