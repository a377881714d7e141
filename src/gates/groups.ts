import type { Decision, GateSettings } from '../contracts.ts';
import { count, formatNumber } from '../domain/quantity.ts';
import type { Estimate, Summary } from '../domain/verdict.ts';
import { hodgesLehmannShift } from '../statistics/hodges-lehmann.ts';
import { meanAndStandardError } from '../statistics/welch.ts';

/**
 * Mean and standard error of one group; the error is null below two values.
 * Throws RangeError when the square of a deviation overflows a double.
 */
export function summarise(values: readonly number[]): Summary {
  if (values.length >= 2) return { count: values.length, ...meanAndStandardError(values) };
  return { count: values.length, mean: values[0] ?? Number.NaN, standardError: null };
}

/** The same for finite values of any size: it is only shown, so no overflow may keep a verdict from being given. */
export function summariseAnySize(values: readonly number[]): Summary {
  const largest = values.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  if (largest < 1e150) return summarise(values);
  const { count: size, mean, standardError } = summarise(values.map((value) => value / largest));
  return { count: size, mean: mean * largest, standardError: standardError === null ? null : standardError * largest };
}

/** NEEDS_MORE_DATA when a group is smaller than the manifest asks for; null when both suffice. */
export function missingRuns(
  baseline: readonly number[],
  candidate: readonly number[],
  settings: GateSettings,
): Decision | null {
  const short =
    baseline.length < settings.requiredBaseline
      ? `the baseline has ${count(baseline.length, 'usable run')} and needs ${settings.requiredBaseline}; establish it again`
      : candidate.length < settings.requiredCandidate
        ? `the candidate has ${count(candidate.length, 'usable run')} and needs ${settings.requiredCandidate}; \`benchgate run\` measures it`
        : null;
  if (short === null) return null;
  return {
    kind: 'NEEDS_MORE_DATA',
    reason: short,
    label: null,
    estimate: null,
    evidence: null,
    baseline: baseline.length > 0 ? summarise(baseline) : null,
    candidate: candidate.length > 0 ? summarise(candidate) : null,
    warnings: [],
  };
}

/**
 * Shift of the candidate against the baseline, two-sample Hodges–Lehmann with its exact 95 % interval:
 * a ratio where every value is positive, else a difference in the metric's unit.
 */
export function groupEstimate(baseline: readonly number[], candidate: readonly number[]): Estimate | null {
  const all = [...baseline, ...candidate];
  if (!all.every((value) => Math.abs(value) < Number.MAX_VALUE / 2)) return null;
  const positive = all.every((value) => value > 0);
  const scale = (values: readonly number[]) => (positive ? values.map(Math.log) : values);
  const shift = hodgesLehmannShift(scale(candidate), scale(baseline), 0.95);
  const back = (value: number) => (positive ? Math.expm1(value) : value);
  return {
    scale: positive ? 'ratio' : 'difference',
    value: back(shift.estimate),
    low: shift.low === Number.NEGATIVE_INFINITY ? shift.low : back(shift.low),
    high: back(shift.high),
    confidence: 0.95,
    validity: 'fixed',
  };
}

/**
 * PROMOTE or REJECT for an improvement (benchstone's rule), PASS or FAIL for its mirror image on the worse side. A
 * statistic that is not a number shows nothing: REJECT as in benchstone, and INVALID where not failing would be a PASS.
 */
export function thresholdVerdict(
  statistic: number,
  threshold: number,
  settings: GateSettings,
  name: string,
): Pick<Decision, 'kind' | 'reason'> {
  const value = Number.isFinite(statistic) ? statistic.toFixed(3) : formatNumber(statistic);
  switch (settings.goal) {
    case 'improvement':
      return statistic >= threshold
        ? { kind: 'PROMOTE', reason: `better: ${name} ${value} reaches ${formatNumber(threshold)}` }
        : { kind: 'REJECT', reason: `improvement not shown: ${name} ${value} is below ${formatNumber(threshold)}` };
    case 'no_regression':
      if (Number.isNaN(statistic) || Number.isNaN(threshold)) {
        return { kind: 'INVALID', reason: `${name} ${value} can't be compared with ${formatNumber(threshold)}` };
      }
      return -statistic >= threshold
        ? { kind: 'FAIL', reason: `worse: ${name} ${value} is at or below −${formatNumber(threshold)}` }
        : { kind: 'PASS', reason: `no regression shown: ${name} ${value} is above −${formatNumber(threshold)}` };
  }
}
