import type { GateSettings, Pair } from '../contracts.ts';
import type { Scale, VerdictKind } from '../domain/verdict.ts';
import { hodgesLehmannEstimate } from '../statistics/hodges-lehmann.ts';
import { pushRankE, type RankE, startRankE } from '../statistics/rank-e.ts';

/**
 * The sequential test of the paired gate as a pure reducer. Two e-processes watch the paired differences d (positive =
 * candidate worse): `worse` grows against "no worse than `worseBound`", `better` against "worse by `betterBound` or more".
 */
export interface PairedState {
  readonly scale: Scale;
  /** Signed so that positive means worse; log-ratios, or differences in the metric's unit. */
  readonly differences: readonly number[];
  readonly values: readonly { readonly baseline: number; readonly candidate: number }[];
  readonly worse: RankE;
  readonly better: RankE;
}

/** Where the two hypotheses of a goal lie on the scale of the differences. */
export interface Bounds {
  /** Tolerance on the scale of the differences: ln(1 + tolerance) for ratios. */
  readonly tolerance: number;
  readonly worseThan: number;
  readonly betterThan: number;
}

/** Hypotheses of the goal: regressions are tested against 0, improvements against −tolerance. */
export function boundsOf(settings: GateSettings, scale: Scale): Bounds {
  const tolerance = scale === 'ratio' ? Math.log1p(settings.tolerance) : settings.tolerance;
  return settings.goal === 'no_regression'
    ? { tolerance, worseThan: 0, betterThan: tolerance }
    : { tolerance, worseThan: -tolerance, betterThan: 0 };
}

/** State before the first pair. */
export function startPaired(settings: GateSettings, scale: Scale = 'ratio'): PairedState {
  const bounds = boundsOf(settings, scale);
  return {
    scale,
    differences: [],
    values: [],
    worse: startRankE(bounds.worseThan, 'greater'),
    better: startRankE(bounds.betterThan, 'less'),
  };
}

/**
 * State after one more pair of finite metrics. The first value that is zero or negative turns the whole sequence into
 * differences (a ratio has no meaning there), by replaying what was seen.
 */
export function stepPaired(
  state: PairedState,
  baseline: number,
  candidate: number,
  settings: GateSettings,
): PairedState {
  if (state.scale === 'ratio' && !(baseline > 0 && candidate > 0)) {
    const replay = state.values.reduce(
      (next, value) => stepPaired(next, value.baseline, value.candidate, settings),
      startPaired(settings, 'difference'),
    );
    return stepPaired(replay, baseline, candidate, settings);
  }
  const raw = state.scale === 'ratio' ? logRatio(baseline, candidate) : boundedDifference(baseline, candidate);
  const difference = settings.direction === 'minimize' ? raw : -raw;
  return {
    scale: state.scale,
    differences: [...state.differences, difference],
    values: [...state.values, { baseline, candidate }],
    worse: pushRankE(state.worse, difference),
    better: pushRankE(state.better, difference),
  };
}

/** ln(candidate / baseline) of positive numbers, also where the quotient has no double. */
function logRatio(baseline: number, candidate: number): number {
  const ratio = candidate / baseline;
  return ratio > 0 && ratio < Number.POSITIVE_INFINITY ? Math.log(ratio) : Math.log(candidate) - Math.log(baseline);
}

/** candidate − baseline, at most a quarter of the largest double either way: sums and tolerances stay finite. */
function boundedDifference(baseline: number, candidate: number): number {
  const most = Number.MAX_VALUE / 4;
  return Math.min(most, Math.max(-most, candidate - baseline));
}

/** E-value at which the candidate counts as shown worse (or, for an improvement, shown better): max(1/α, m/0.05). */
export function strictThreshold(settings: GateSettings): number {
  return Math.min(Math.max(1 / settings.alphaFail, settings.familySize / 0.05), Number.MAX_VALUE);
}

/**
 * The verdict that the evidence carries now, or null to keep sampling. `FAIL`/`PROMOTE` need the stricter e-value and an
 * estimate beyond the tolerance; `PASS`/`REJECT` need E ≥ 1/alpha_pass. Error rates hold whenever sampling stops
 * (Ville's inequality on the running maximum).
 */
export function pairedVerdict(state: PairedState, settings: GateSettings): VerdictKind | null {
  if (state.differences.length < settings.minPairs) return null;
  const { tolerance } = boundsOf(settings, state.scale);
  const strict = strictThreshold(settings);
  const lenient = 1 / settings.alphaPass;
  const estimate = () => hodgesLehmannEstimate(state.differences);
  switch (settings.goal) {
    case 'no_regression':
      if (state.worse.maxE >= strict && estimate() >= tolerance) return 'FAIL';
      return state.better.maxE >= lenient ? 'PASS' : null;
    case 'improvement':
      if (state.better.maxE >= strict && estimate() <= -tolerance) return 'PROMOTE';
      return state.worse.maxE >= lenient ? 'REJECT' : null;
  }
}

/** Folds successful pairs; pairs without two finite metrics are left to the crash rule. */
export function foldPaired(pairs: readonly Pair[], settings: GateSettings): PairedState {
  let state = startPaired(settings);
  for (const { baseline, candidate } of pairs) {
    if (baseline.status !== 'ok' || candidate.status !== 'ok') continue;
    if (baseline.metric === null || candidate.metric === null) continue;
    state = stepPaired(state, baseline.metric, candidate.metric, settings);
  }
  return state;
}
