import type { Verdict } from '../domain/verdict.ts';
import { type Budget, cutToFit } from './byte-budget.ts';
import { changeCell, labelWords, ownValue } from './cells.ts';
import { isImprovement, worstFirst } from './findings.ts';
import type { RunReport } from './view.ts';
import { clip, visibleLine } from './visible-text.ts';

export type AnnotationLevel = 'error' | 'warning' | 'notice';

/** A remark at the line that declares a benchmark. Title and message are plain text. */
export interface Annotation {
  readonly level: AnnotationLevel;
  readonly title: string;
  /** At most 4,096 characters and bytes; lines are separated by `\n`. */
  readonly message: string;
  /** Relative to the repository's top; null when it is not known where the benchmark is declared. */
  readonly path: string | null;
  /** From 1. */
  readonly line: number | null;
}

/** More of one level in a step are dropped without a word. Source: actions/runner `ExecutionContext.cs`. */
const mostPerLevel = 10;
const messageBudget: Budget = { budgetBytes: 4096, budgetCharacters: 4096 };

/** Failures as errors, what is not decided as warnings, improvements as notices; at most ten of each, the tenth says what is missing. */
export function annotationsOf(report: RunReport): Annotation[] {
  const verdicts = worstFirst(report.verdicts);
  return (['error', 'warning', 'notice'] as const).flatMap((level) => {
    const chosen = verdicts.filter((verdict) => levelOf(verdict) === level);
    if (chosen.length <= mostPerLevel) return chosen.map((verdict) => annotation(report, verdict, level));
    const shown = chosen.slice(0, mostPerLevel - 1);
    return [
      ...shown.map((verdict) => annotation(report, verdict, level)),
      remainder(report, chosen.slice(shown.length), level),
    ];
  });
}

function levelOf(verdict: Verdict): AnnotationLevel | null {
  switch (verdict.conclusion) {
    case 'failure':
      return 'error';
    case 'neutral':
      return 'warning';
    case 'success':
      return isImprovement(verdict) ? 'notice' : null;
  }
}

function annotation(report: RunReport, verdict: Verdict, level: AnnotationLevel): Annotation {
  const place = ownValue(report.places, verdict.experiment);
  const claimed = report.origin === 'claimed' ? ' (claimed, not measured by us)' : '';
  const change = changeCell(verdict.estimate, verdict);
  const words = labelWords(verdict);
  const lines = [
    `${visibleLine(verdict.reason)}${words === '' ? '' : ` [${visibleLine(words)}]`}`,
    ...(verdict.estimate === null ? [] : [`change: ${change}`]),
    ...verdict.warnings.map((warning) => `warning: ${visibleLine(warning)}`),
  ];
  return {
    level,
    title: clip(visibleLine(`${verdict.kind}${claimed}: ${verdict.experiment}`), 200),
    message: cutToFit(lines.join('\n'), messageBudget),
    path: place?.path ?? null,
    line: place?.line ?? null,
  };
}

function remainder(report: RunReport, verdicts: readonly Verdict[], level: AnnotationLevel): Annotation {
  const word = { error: 'failed', warning: 'not decided', notice: 'shown better' }[level];
  const place = verdicts
    .map(({ experiment }) => ownValue(report.places, experiment))
    .find((each) => each !== undefined);
  const names = verdicts.map(({ experiment }) => visibleLine(clip(experiment, 100))).join(', ');
  return {
    level,
    title: `${verdicts.length} more ${word}`,
    message: cutToFit(`GitHub shows ten remarks of a kind. ${verdicts.length} more ${word}: ${names}`, messageBudget),
    path: place?.path ?? null,
    line: place?.line ?? null,
  };
}
