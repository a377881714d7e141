import { conclusionOf, type Verdict } from '../domain/verdict.ts';
import type { RunReport } from './view.ts';

/** True when the answer is still open: neither shown good nor shown bad, whatever the policy makes of it. */
export function isOpen(verdict: Verdict): boolean {
  return conclusionOf(verdict.kind) === 'neutral';
}

/** Worst first: failure, neutral, success; among failures broken evidence first; ties as they were. */
export function worstFirst(verdicts: readonly Verdict[]): Verdict[] {
  return [...verdicts].sort((first, second) => rank(first) - rank(second));
}

function rank({ conclusion, kind }: Verdict): number {
  switch (conclusion) {
    case 'failure':
      return kind === 'INVALID' ? 0 : 1;
    case 'neutral':
      return 2;
    case 'success':
      return 3;
  }
}

/** True when the verdict says better: promoted, or passed with an interval that excludes no change at all. */
export function isImprovement({ kind, direction, estimate }: Verdict): boolean {
  if (kind === 'PROMOTE') return true;
  if (kind !== 'PASS' || estimate === null || direction === null) return false;
  return direction === 'minimize' ? estimate.high < 0 : estimate.low > 0;
}

/** Names of the experiments that were shown worse, or whose improvement was not shown where one is asked for. */
export function regressionsOf(report: RunReport): string[] {
  return report.verdicts
    .filter(({ conclusion, kind }) => conclusion === 'failure' && (kind === 'FAIL' || kind === 'REJECT'))
    .map(({ experiment }) => experiment);
}

/** Names of the experiments that were shown better. */
export function improvementsOf(report: RunReport): string[] {
  return report.verdicts.filter(isImprovement).map(({ experiment }) => experiment);
}
