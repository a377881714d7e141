import { formatChange, formatMetric, formatNumber } from '../domain/quantity.ts';
import type { Estimate, Evidence, Summary, Verdict } from '../domain/verdict.ts';
import { plainLine } from './plain-text.ts';
import type { RunReport } from './view.ts';

/** A side's mean in its unit, `–` when there is none. Plain text on one line, as all cells are. */
export function meanCell(side: Summary | null, verdict: Verdict): string {
  return side === null || Number.isNaN(side.mean) ? '–' : plainLine(formatMetric(side.mean, verdict.unit));
}

/** The change with its interval, without one when it is exact, `–` when none was estimated. */
export function changeCell(estimate: Estimate | null, verdict: Verdict): string {
  if (estimate === null) return '–';
  const show = (value: number) =>
    estimate.scale === 'ratio' ? formatChange(value) : plainLine(formatMetric(value, verdict.unit));
  if (estimate.validity === 'exact') return show(estimate.value);
  return `${show(estimate.value)} [${show(estimate.low)} … ${show(estimate.high)}]`;
}

/** What the gate measured and what it asks for, `–` when it measured nothing. */
export function evidenceCell(found: Evidence | null): string {
  if (found === null) return '–';
  switch (found.name) {
    case 'e_value':
      return `E ${formatNumber(Number(found.value.toPrecision(3)))} of ${formatNumber(found.threshold)}`;
    case 'sigma':
      return `σ ${formatNumber(Number(found.value.toPrecision(4)))} of ${formatNumber(found.threshold)}`;
    case 'mann_whitney_z':
      return `z ${formatNumber(Number(found.value.toPrecision(4)))} of ${formatNumber(found.threshold)}`;
    case 'artifacts':
      return `${found.value} of ${found.threshold} equal`;
    case 'exact_difference':
      return 'exact';
  }
}

/** The verdict's label in words, `''` when it has none. Hostile text. */
export function labelWords({ label }: Verdict): string {
  return label === null ? '' : label.replaceAll('_', ' ');
}

/** What the report holds for one experiment; an experiment may be named like something every object has. */
export function ownValue<Value>(all: Readonly<Record<string, Value>>, experiment: string): Value | undefined {
  return Object.hasOwn(all, experiment) ? all[experiment] : undefined;
}

/** True when a change shown is that of pairs, which need not be that of the means beside it. */
export function showsPairedChange(report: RunReport): boolean {
  return report.verdicts.some((verdict) => verdict.policy === 'paired' && verdict.estimate !== null);
}
