import { canonicalJson } from '../domain/canonical-json.ts';
import { count } from '../domain/quantity.ts';
import type { Bundle } from './bundle.ts';
import { experimentFacts, runFacts } from './bundle-lines.ts';

/** What keeps bundles from being one run. */

export type MergeProblem =
  | 'no_bundle'
  | 'missing_shard'
  | 'duplicate_shard'
  | 'different_shard_count'
  | 'different_project'
  | 'different_harness'
  | 'different_revision'
  | 'different_rules'
  | 'different_plan'
  | 'missing_experiment'
  | 'duplicate_experiment'
  | 'foreign_confirmation'
  | 'duplicate_confirmation';

export interface Unmerged {
  readonly ok: false;
  readonly problem: MergeProblem;
  /** One sentence that names files and experiments as they are: to be escaped where it is shown. */
  readonly reason: string;
}

/**
 * The first problem of the shards of one run (`measured`) and the confirmations made after it, both in a settled order;
 * null when they are one complete run.
 */
export function mergeProblem(measured: readonly Bundle[], confirming: readonly Bundle[]): Unmerged | null {
  const first = measured[0];
  if (first === undefined) {
    return unmerged(
      'no_bundle',
      confirming.length === 0
        ? 'there is no bundle: look at the log of the jobs that measure, and at how their files get here'
        : 'there are only confirmations',
    );
  }
  return (
    differenceOf(first, [...measured, ...confirming], ofEveryBundle) ??
    differenceOf(first, measured, ofMeasured) ??
    shardProblem(measured) ??
    experimentProblem(measured) ??
    confirmationProblem(measured, confirming)
  );
}

interface Comparison {
  readonly problem: MergeProblem;
  readonly what: string;
  /** Null where a bundle says nothing about it. */
  readonly of: (bundle: Bundle) => unknown;
}

const ofEveryBundle: readonly Comparison[] = [
  { problem: 'different_project', what: 'another project', of: ({ header }) => header.project },
  {
    problem: 'different_revision',
    what: 'another head, base or merge',
    of: ({ header }) => [header.head, header.tree, header.base, header.merge],
  },
  { problem: 'different_harness', what: 'another version of Benchgate', of: ({ header }) => header.harness },
  { problem: 'different_rules', what: 'rules of another revision', of: ({ header }) => header.rules },
  {
    problem: 'different_revision',
    what: 'another state of the work tree, manifest or event',
    of: ({ lines: [line] }) => (line === undefined ? null : runFacts(line)),
  },
  {
    problem: 'different_revision',
    what: 'another tree of the base',
    of: ({ lines }) => lines.find(({ provenance }) => provenance.base !== null)?.provenance.baseTree ?? null,
  },
];

const ofMeasured: readonly Comparison[] = [
  {
    problem: 'different_plan',
    what: 'another plan (other benchmarks, settings or meta seed)',
    of: ({ header }) => [header.planDigest, header.metaSeed, header.familySize, header.planned],
  },
  { problem: 'different_shard_count', what: 'another number of shards', of: ({ header }) => header.shard.count },
];

function differenceOf(first: Bundle, bundles: readonly Bundle[], comparisons: readonly Comparison[]): Unmerged | null {
  for (const { problem, what, of } of comparisons) {
    const standard = bundles.find((bundle) => of(bundle) !== null) ?? first;
    const expected = canonicalJson(of(standard));
    const other = bundles.find((bundle) => of(bundle) !== null && canonicalJson(of(bundle)) !== expected);
    if (other !== undefined) return unmerged(problem, `${other.name} is of ${what} than ${standard.name}`);
  }
  return null;
}

function shardProblem(measured: readonly Bundle[]): Unmerged | null {
  const shards = new Map<number, Bundle>();
  for (const bundle of measured) {
    const { index, count: total } = bundle.header.shard;
    const before = shards.get(index);
    if (before !== undefined) {
      return unmerged('duplicate_shard', `${before.name} and ${bundle.name} are both shard ${index + 1}/${total}`);
    }
    shards.set(index, bundle);
  }
  const total = measured[0]?.header.shard.count ?? 0;
  const missing = Array.from({ length: total }, (_, index) => index).filter((index) => !shards.has(index));
  if (missing.length === 0) return null;
  const shown = missing.slice(0, 10).map((index) => `${index + 1}/${total}`);
  const more = missing.length > shown.length ? ' and more' : '';
  return unmerged('missing_shard', `${count(missing.length, 'shard')} missing: ${shown.join(', ')}${more}`);
}

function experimentProblem(measured: readonly Bundle[]): Unmerged | null {
  const owners = new Map<string, Bundle>();
  for (const bundle of measured) {
    for (const experiment of bundle.header.experiments) {
      const before = owners.get(experiment);
      if (before !== undefined) {
        return unmerged('duplicate_experiment', `${before.name} and ${bundle.name} both hold ${experiment}`);
      }
      owners.set(experiment, bundle);
    }
  }
  const missing = measured[0]?.header.planned.find((experiment) => !owners.has(experiment));
  return missing === undefined ? null : unmerged('missing_experiment', `${missing} was planned and is in no shard`);
}

function confirmationProblem(measured: readonly Bundle[], confirming: readonly Bundle[]): Unmerged | null {
  const wanted = new Set(measured.flatMap(({ header }) => header.confirm));
  const lines = measured.flatMap((bundle) => bundle.lines);
  const here = new Set(lines.filter(({ purpose }) => purpose === 'confirm').map(({ experiment }) => experiment));
  const facts = new Map(lines.map((line) => [line.experiment, canonicalJson(experimentFacts(line))]));
  const owners = new Map<string, Bundle>();
  for (const bundle of confirming) {
    const { name, header } = bundle;
    const stranger = header.experiments.find((experiment) => !wanted.has(experiment));
    if (stranger !== undefined) {
      return unmerged('foreign_confirmation', `${name} confirms ${stranger}, which no shard left to be confirmed`);
    }
    const other = bundle.lines.find(({ purpose }) => purpose !== 'confirm');
    if (other !== undefined) {
      return unmerged(
        'foreign_confirmation',
        `${name} is a confirmation and holds other trials of ${other.experiment}`,
      );
    }
    const changed = bundle.lines.find(
      (line) => (facts.get(line.experiment) ?? '') !== canonicalJson(experimentFacts(line)),
    );
    if (changed !== undefined) {
      return unmerged('different_rules', `${name} confirms ${changed.experiment} by another rule than it was measured`);
    }
    for (const experiment of header.experiments) {
      const before = owners.get(experiment)?.name ?? (here.has(experiment) ? 'its own shard' : null);
      if (before !== null) {
        return unmerged('duplicate_confirmation', `${name} confirms ${experiment}, which ${before} did already`);
      }
      owners.set(experiment, bundle);
    }
  }
  return null;
}

function unmerged(problem: MergeProblem, reason: string): Unmerged {
  return { ok: false, problem, reason };
}
