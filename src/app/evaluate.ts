import type { Revision } from '../domain/provenance.ts';
import type { Verdict } from '../domain/verdict.ts';
import { judge } from '../judging/judge.ts';
import { decodeRun, encodeRun, type NewRunLine } from '../ledger/journal.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { ruleDigest } from '../manifest/rule.ts';
import type { Origin } from '../report/view.ts';
import { resolveBase } from './base.ts';
import { type ExperimentEvidence, readEvidence, withSnapshot } from './evidence-reader.ts';
import { type Project, selectBenchmarks } from './project.ts';
import type { World } from './world.ts';

export interface EvaluateOptions {
  readonly names: readonly string[];
  readonly base: string | null;
  /** Judge this candidate group (decimal) instead of the latest. */
  readonly metaSeed: string | null;
}

export interface Evaluation {
  readonly head: Revision;
  readonly base: Revision | null;
  /** How the base was chosen; null when none was needed. */
  readonly baseChoice: string | null;
  readonly verdicts: readonly Verdict[];
}

/** Verdicts of the head from the ledger; runs nothing and writes nothing. */
export async function evaluate(world: World, project: Project, options: EvaluateOptions): Promise<Evaluation> {
  const benchmarks = selectBenchmarks(project.manifest, options.names);
  const { head } = project.repository;
  const needsBase = benchmarks.some((benchmark) => benchmark.policy === 'paired' || benchmark.policy === 'exact');
  const choice = needsBase ? await resolveBase(project, project.repository, options.base) : null;
  const base = choice?.revision ?? null;
  const verdicts = await judgeFromLedger(world, project, benchmarks, {
    head,
    base,
    diff: null,
    metaSeed: options.metaSeed,
  });
  return { head, base, baseChoice: choice?.how ?? null, verdicts };
}

export interface JudgedRevisions {
  readonly head: Revision;
  readonly base: Revision | null;
  readonly diff: string | null;
  readonly metaSeed: string | null;
  /** See ruleDigest; null unless another tree was measured in the head's place. */
  readonly measuredTree?: string | null;
}

/** One verdict per benchmark from what the ledger holds now. */
export async function judgeFromLedger(
  world: World,
  project: Project,
  benchmarks: readonly Benchmark[],
  revisions: JudgedRevisions,
): Promise<Verdict[]> {
  const evidence = await evidenceOf(world, project, benchmarks, revisions.head.tree);
  return judgeEvidence(world, project, benchmarks, revisions, evidence);
}

/**
 * The same for records that are not in the ledger: a stranger's claims (which then are all there is about this revision), or
 * those of a job that may not write. Baselines and references are the ledger's in either case.
 */
export async function judgeFromLines(
  world: World,
  project: Project,
  benchmarks: readonly Benchmark[],
  revisions: JudgedRevisions,
  lines: readonly NewRunLine[],
  origin: Origin,
): Promise<Verdict[]> {
  const known = await evidenceOf(world, project, benchmarks, revisions.head.tree);
  const fresh = lines.length === 0 ? [] : decodeRun(encodeRun(lines), 'the records of this run');
  const evidence = new Map(
    [...known].map(([experiment, { events, lines: kept }]) => {
      const earlier = origin === 'trusted' ? kept : kept.filter((line) => line.provenance.tree !== revisions.head.tree);
      return [experiment, { events, lines: [...earlier, ...fresh.filter((line) => line.experiment === experiment)] }];
    }),
  );
  return judgeEvidence(world, project, benchmarks, revisions, evidence);
}

function evidenceOf(
  world: World,
  project: Project,
  benchmarks: readonly Benchmark[],
  headTree: string,
): Promise<ReadonlyMap<string, ExperimentEvidence>> {
  const names = benchmarks.map((benchmark) => benchmark.name);
  return withSnapshot(project, (snapshot) => readEvidence(world, project, snapshot, names, headTree));
}

function judgeEvidence(
  world: World,
  project: Project,
  benchmarks: readonly Benchmark[],
  revisions: JudgedRevisions,
  evidence: ReadonlyMap<string, ExperimentEvidence>,
): Verdict[] {
  return benchmarks.map((benchmark) => {
    const own = evidence.get(benchmark.name) ?? { lines: [], events: [] };
    return judge({
      benchmark,
      rule: ruleDigest(benchmark, project.manifest, world.sha256, revisions.measuredTree ?? null),
      // What was judged together is in the records' plan; the manifest's count must not shrink or grow it afterwards.
      familySize: 1,
      lines: own.lines,
      events: own.events,
      subject: {
        head: revisions.head.sha,
        tree: revisions.head.tree,
        base: revisions.base?.sha ?? null,
        diff: revisions.diff,
        metaSeed: revisions.metaSeed,
      },
    });
  });
}
