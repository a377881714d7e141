import type { Decision, GateSettings, Pair, PairGate } from '../contracts.ts';
import { toleratedFailureShare } from '../domain/observation.ts';
import { count, formatChange, formatNumber } from '../domain/quantity.ts';
import type { Estimate, VerdictKind } from '../domain/verdict.ts';
import { hodgesLehmannEstimate } from '../statistics/hodges-lehmann.ts';
import { largestRankE, pairsToReach, rankEInterval } from '../statistics/rank-e.ts';
import { minimumDetectableEffect, pairsForEffect, standardDeviation } from '../statistics/summary.ts';
import { crashDecision, failuresIn } from './crashes.ts';
import { summariseAnySize } from './groups.ts';
import { boundsOf, foldPaired, type PairedState, pairedVerdict, strictThreshold } from './paired-state.ts';

/**
 * The default gate: base and head measured alternately in one run, order by coin, judged by an anytime-valid rank
 * e-process on the paired differences. Exact under drift, outliers and autocorrelation because the coin, not a model of
 * the noise, makes each sign fair (docs/gates.md gives sources and measured error rates).
 */
export const pairedGate: PairGate = {
  takes: 'pairs',
  policy: 'paired',
  decide(pairs, settings) {
    const crash = crashDecision(
      pairs.map((pair) => pair.baseline),
      pairs.map((pair) => pair.candidate),
      toleratedFailureShare,
    );
    if (crash !== null) return crash;
    const state = foldPaired(pairs, settings);
    const kind = pairedVerdict(state, settings) ?? 'NEEDS_MORE_DATA';
    return withFailures(describe(kind, state, settings), pairs);
  },
};

function withFailures(decision: Decision, pairs: readonly Pair[]): Decision {
  const failed = failuresIn(pairs.flatMap((pair) => [pair.baseline, pair.candidate]));
  if (failed === 0) return decision;
  const warning = `${failed} of ${2 * pairs.length} trials failed; their pairs are left out`;
  return { ...decision, warnings: [...decision.warnings, warning] };
}

function describe(kind: VerdictKind, state: PairedState, settings: GateSettings): Decision {
  const pairCount = state.differences.length;
  const strict = strictThreshold(settings);
  const lenient = 1 / settings.alphaPass;
  const wantsStrict = kind === 'FAIL' || kind === 'PROMOTE';
  const strictSide = settings.goal === 'no_regression' ? state.worse : state.better;
  const lenientSide = settings.goal === 'no_regression' ? state.better : state.worse;
  const watched = wantsStrict || kind === 'NEEDS_MORE_DATA' ? strictSide : lenientSide;
  const estimate = pairCount === 0 ? null : estimateOf(state, settings);
  const change = estimate === null ? '' : wordsOf(estimate);
  const limit = `tolerance ${state.scale === 'ratio' ? formatChange(settings.tolerance) : formatNumber(settings.tolerance)}`;
  const shown = `${change}, ${limit}, ${count(pairCount, 'pair')}`;
  const reasons: Record<'FAIL' | 'PASS' | 'PROMOTE' | 'REJECT', string> = {
    FAIL: `worse: ${shown}`,
    PASS: `no worse than the tolerance: ${shown}`,
    PROMOTE: `better: ${shown}`,
    REJECT: `shown not to be better by the tolerance: ${shown}`,
  };
  const decided = kind === 'FAIL' || kind === 'PASS' || kind === 'PROMOTE' || kind === 'REJECT';
  return {
    kind,
    reason: decided ? reasons[kind] : wouldTake(state, settings, change, limit),
    label: null,
    estimate,
    evidence: {
      name: 'e_value',
      value: watched.maxE,
      threshold: watched === strictSide ? strict : lenient,
      attainable: largestRankE(pairCount),
    },
    baseline: pairCount === 0 ? null : summariseAnySize(state.values.map((value) => value.baseline)),
    candidate: pairCount === 0 ? null : summariseAnySize(state.values.map((value) => value.candidate)),
    warnings: warningsOf(state),
  };
}

function warningsOf(state: PairedState): string[] {
  if (state.scale === 'difference' && state.differences.length > 0) {
    return ['a metric was zero or negative: compared by differences, and the tolerance is in the metric’s own unit'];
  }
  return [];
}

function estimateOf(state: PairedState, settings: GateSettings): Estimate {
  const sign = settings.direction === 'minimize' ? 1 : -1;
  const interval = rankEInterval(state.differences, 0.95);
  const back = (value: number) => (state.scale === 'ratio' ? Math.expm1(value) : value);
  const ends = [interval.low * sign, interval.high * sign].sort((first, second) => first - second);
  const [low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY] = ends;
  return {
    scale: state.scale,
    value: back(sign * hodgesLehmannEstimate(state.differences)),
    low: low === Number.NEGATIVE_INFINITY ? low : back(low),
    high: back(high),
    confidence: 0.95,
    validity: 'anytime',
  };
}

function wordsOf(estimate: Estimate): string {
  const show = estimate.scale === 'ratio' ? formatChange : formatNumber;
  return `${show(estimate.value)} (anytime 95 %: ${show(estimate.low)} … ${show(estimate.high)})`;
}

/** A change without its sign. */
function size(fraction: number): string {
  return formatChange(fraction).replace(/^\+/, '');
}

/** What was measured, why it does not decide, and what would. */
function wouldTake(state: PairedState, settings: GateSettings, change: string, limit: string): string {
  const pairCount = state.differences.length;
  if (pairCount === 0) return 'no pair was measured; run it again';
  const strict = strictThreshold(settings);
  const needed = Math.max(pairsToReach(strict), settings.minPairs);
  const parts = [`${count(pairCount, 'pair')}, measured ${change}, ${limit}`];
  if (pairCount < needed) {
    parts.push(
      `even if all had gone the same way the evidence could reach only ${formatNumber(largestRankE(pairCount))}, ` +
        `below the ${formatNumber(strict)} that the strict side needs; at least ${needed} pairs are required`,
    );
  }
  if (pairCount >= 2 && state.scale === 'ratio') {
    const spread = standardDeviation(state.differences);
    if (spread > 0) {
      const effect = boundsOf(settings, state.scale).tolerance;
      const pairs =
        effect > 0 ? `; about ${Math.ceil(pairsForEffect(spread, effect))} pairs would detect the tolerance` : '';
      parts.push(
        `at this noise (σ ${size(spread)}) ${count(pairCount, 'pair')} detect about ` +
          `${size(Math.expm1(minimumDetectableEffect(spread, pairCount)))}${pairs}`,
      );
    }
  }
  parts.push(`run it again to append up to ${settings.maxPairs} more`);
  return parts.join('. ');
}
