import type { Decision } from '../contracts.ts';
import type { FailureReason } from '../domain/observation.ts';
import { count } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { currentBaseline } from '../ledger/pointers.ts';
import type { LedgerRecord } from '../ledger/record.ts';
import { baselineRows, candidateRows, type SelectableRow } from '../ledger/selection.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { gateSettings } from '../manifest/rule.ts';
import { gates } from '../registry.ts';
import { gapReason, measuredGap, metricsOf, recordsOf } from './evidence.ts';
import type { JudgeInput } from './judge-input.ts';
import { bareDecision, toVerdict } from './verdict.ts';

/** A record as benchstone's selection sees it. */
export function selectable(record: LedgerRecord): SelectableRow & { readonly record: LedgerRecord } {
  return { sha: record.provenance.head, metaSeed: record.metaSeed, diff: record.provenance.diff, record };
}

/** Rows of the purposes that benchstone knows. */
export function benchstoneRows(input: JudgeInput): (SelectableRow & { readonly record: LedgerRecord })[] {
  return recordsOf(input.lines)
    .filter((record) => record.purpose === 'baseline' || record.purpose === 'fresh')
    .map(selectable);
}

/**
 * Of a group that CI measured more than once with the same seeds (all shards of a run started again) the latest time only:
 * the same seeds again are no further evidence. What a person measured is taken as benchstone takes it.
 */
export function latestTime<Row extends { readonly record: LedgerRecord }>(group: readonly Row[]): readonly Row[] {
  const last = group.at(-1)?.record.provenance;
  if (last === undefined || last.refClass === 'local') return group;
  return group.filter(({ record }) => record.provenance.runKey === last.runKey);
}

/** Verdict against a stored baseline (sigma and Mann–Whitney), by benchstone's selection. */
export function judgeAgainstBaseline(input: JudgeInput): Verdict {
  const { benchmark, subject } = input;
  const pointer = currentBaseline(input.events);
  if (pointer === null) {
    const reason = `no baseline is established; \`benchgate baseline establish ${benchmark.name}\` measures one`;
    return toVerdict(benchmark, bareDecision('NO_BASELINE', reason));
  }
  const rows = benchstoneRows(input);
  const baseline = baselineRows(rows, { sha: pointer.head, metaSeed: pointer.metaSeed }).map((row) => row.record);
  const group = candidateRows(rows, subject.head, subject.diff, subject.metaSeed);
  const candidate = latestTime(group).map((row) => row.record);
  const gap = measuredGap([...baseline, ...candidate], input.lines);
  if (gap !== null) return toVerdict(benchmark, bareDecision('INVALID', gapReason(gap, 'repetition')));
  const crash = candidateCrash(candidate);
  if (crash !== null && metricsOf(baseline).length > 0) return toVerdict(benchmark, crash);
  const decision = decide(benchmark, metricsOf(baseline), metricsOf(candidate));
  return toVerdict(benchmark, decision, { warnings: warningsOf(baseline, candidate, input) });
}

/** A metric too large to compute with is the benchmark's doing: broken evidence, not an error of ours. */
function decide(benchmark: Benchmark, baseline: readonly number[], candidate: readonly number[]): Decision {
  const gate = benchmark.policy === 'sigma' ? gates.sigma : gates.mann_whitney;
  try {
    return gate.decide(baseline, candidate, gateSettings(benchmark, 1));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return bareDecision('INVALID', `the metrics can't be judged: ${error.message}`);
  }
}

const crashes: ReadonlySet<FailureReason> = new Set([
  'exit_code',
  'signal',
  'timed_out',
  'output_too_large',
  'spawn_failed',
]);

/** FAIL when every repetition of the candidate crashed (DESIGN §10); a runner that reports an error politely is not a crash. */
export function candidateCrash(candidate: readonly LedgerRecord[]): Decision | null {
  let detail = '';
  for (const { observation } of candidate) {
    if (observation.status === 'ok' || !crashes.has(observation.failure.reason)) return null;
    detail = `${observation.failure.reason}: ${observation.failure.detail}`;
  }
  if (candidate.length === 0) return null;
  return bareDecision(
    'FAIL',
    `the candidate failed in all ${count(candidate.length, 'repetition')} (${detail})`,
    'crash',
  );
}

function warningsOf(
  baseline: readonly LedgerRecord[],
  candidate: readonly LedgerRecord[],
  input: JudgeInput,
): string[] {
  const warnings: string[] = [];
  const failed = candidate.filter((record) => record.observation.status === 'error').length;
  if (failed > 0)
    warnings.push(
      `${failed} of ${count(candidate.length, 'candidate repetition')} failed and are left out, as benchstone does`,
    );
  const classes = new Set([...baseline, ...candidate].map((record) => record.provenance.host.class));
  if (classes.size > 1)
    warnings.push(
      `baseline and candidate were measured on ${classes.size} classes of machines: a difference may be the machine’s`,
    );
  else if (
    baseline.length > 0 &&
    candidate.length > 0 &&
    baseline[0]?.provenance.runKey !== candidate[0]?.provenance.runKey
  ) {
    warnings.push(
      'baseline and candidate were measured at different times; on a shared machine `gate_policy = "paired"` errs far less',
    );
  }
  for (const [name, records] of [
    ['baseline', baseline],
    ['candidate', candidate],
  ] as const) {
    if (records.some((record) => record.corpus !== (input.benchmark.corpus?.hash ?? null))) {
      warnings.push(`the ${name} was measured on another corpus than the manifest declares now`);
    } else if (records.some((record) => record.rule !== input.rule)) {
      warnings.push(`the ${name} was measured under other settings than the manifest has now`);
    }
  }
  return warnings;
}
