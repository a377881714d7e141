import type { Decision, SideGate } from '../contracts.ts';
import type { Observation } from '../domain/observation.ts';
import { formatChange, formatNumber } from '../domain/quantity.ts';
import type { Summary } from '../domain/verdict.ts';
import { crashDecision } from './crashes.ts';

function metrics(side: readonly Observation[]): number[] {
  return side.flatMap((observation) =>
    observation.status === 'ok' && observation.metric !== null ? [observation.metric] : [],
  );
}

/**
 * For metrics without noise (instruction counts, sizes). Compares one number with one number: no statistics, and any
 * variation within a side is broken evidence. Change is relative to the baseline; absolute where the baseline is zero.
 */
export const exactGate: SideGate = {
  takes: 'sides',
  policy: 'exact',
  decide(baselineSide, candidateSide, settings) {
    const empty = { label: null, estimate: null, evidence: null, baseline: null, candidate: null, warnings: [] };
    const crash = crashDecision(baselineSide, candidateSide);
    if (crash !== null) return crash;
    const [before, after] = [metrics(baselineSide), metrics(candidateSide)];
    if (before.length < 2 || after.length < 2) {
      return {
        ...empty,
        kind: 'NEEDS_MORE_DATA',
        reason: `${before.length} baseline and ${after.length} candidate trials; two of each show that the metric is deterministic`,
      };
    }
    for (const [name, values] of [['baseline', before] as const, ['candidate', after] as const]) {
      const other = values.find((value) => value !== values[0]);
      if (other !== undefined) {
        return {
          ...empty,
          kind: 'INVALID',
          reason: `declared deterministic, but the ${name} gave ${values[0]} and ${other}; use gate_policy = "paired"`,
        };
      }
    }
    return compare(before[0] ?? Number.NaN, after[0] ?? Number.NaN, before.length, after.length, settings);
  },
};

function compare(
  before: number,
  after: number,
  beforeCount: number,
  afterCount: number,
  settings: Parameters<SideGate['decide']>[2],
): Decision {
  const relative = before !== 0;
  const change = relative ? (after - before) / Math.abs(before) : after;
  const worse = settings.direction === 'minimize' ? change : -change;
  const shown = relative ? formatChange(change) : formatNumber(change);
  const summary = (mean: number, count: number): Summary => ({ count, mean, standardError: 0 });
  const verdict = (): Pick<Decision, 'kind' | 'reason'> => {
    const limit = `tolerance ${relative ? formatChange(settings.tolerance) : formatNumber(settings.tolerance)}`;
    if (settings.goal === 'improvement') {
      return worse < -settings.tolerance
        ? { kind: 'PROMOTE', reason: `better: ${shown} (${limit})` }
        : { kind: 'REJECT', reason: `improvement not shown: ${shown} (${limit})` };
    }
    return worse > settings.tolerance
      ? { kind: 'FAIL', reason: `worse: ${shown} (${limit})` }
      : { kind: 'PASS', reason: change === 0 ? `identical: ${after}` : `${shown} (${limit})` };
  };
  return {
    ...verdict(),
    label: null,
    estimate: {
      scale: relative ? 'ratio' : 'difference',
      value: change,
      low: change,
      high: change,
      confidence: 1,
      validity: 'exact',
    },
    evidence: { name: 'exact_difference', value: worse, threshold: settings.tolerance, attainable: null },
    baseline: summary(before, beforeCount),
    candidate: summary(after, afterCount),
    warnings: [],
  };
}
