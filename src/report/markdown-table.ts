import type { Conclusion } from '../domain/verdict.ts';
import { changeCell, evidenceCell, meanCell, ownValue } from './cells.ts';
import { worstFirst } from './findings.ts';
import { inlineCode, sentence } from './markdown-escape.ts';
import { sparkline } from './sparkline.ts';
import { conclusionSymbol } from './verdict-line.ts';
import type { RunReport } from './view.ts';
import { clip } from './visible-text.ts';

/** One line of the table and what it is about. */
export interface TableRow {
  readonly conclusion: Conclusion;
  readonly line: string;
}

const header = ['Benchmark', 'Baseline', 'Candidate', 'Change', 'Evidence', 'Trend', 'Verdict'] as const;

/** UTF-16 units of a name that are shown. */
const nameCharacters = 120;

/** A benchmark's name as a code span. */
export function nameCode(name: string): string {
  return inlineCode(clip(name, nameCharacters));
}

/** A row for each verdict, worst first. */
export function tableRows(report: RunReport): TableRow[] {
  const claimed = report.origin === 'claimed' ? ' (claimed)' : '';
  return worstFirst(report.verdicts).map((verdict) => {
    const cells = [
      nameCode(verdict.experiment),
      ...[
        meanCell(verdict.baseline, verdict),
        meanCell(verdict.candidate, verdict),
        changeCell(verdict.estimate, verdict),
        evidenceCell(verdict.evidence),
      ].map((cell) => sentence(cell, 160)),
      sparkline(ownValue(report.trends, verdict.experiment) ?? []),
      `${conclusionSymbol(verdict.conclusion)} ${verdict.kind.replaceAll('_', ' ')}${claimed}`,
    ];
    return { conclusion: verdict.conclusion, line: `| ${cells.join(' | ')} |` };
  });
}

/** The first `shown` rows as a table. */
export function markdownTable(rows: readonly TableRow[], shown: number): string {
  const head = [`| ${header.join(' | ')} |`, '| :-- | --: | --: | --: | --: | :-- | :-- |'];
  return [...head, ...rows.slice(0, shown).map(({ line }) => line)].join('\n');
}

/** Says which rows are missing when only the first `shown` are there: `30 of 40 rows (28 passed, 2 neutral)`. */
export function missingRows(rows: readonly TableRow[], shown: number): string {
  const missing = rows.slice(shown);
  const words = { failure: 'failed', neutral: 'neutral', success: 'passed' } as const;
  const parts = (['failure', 'neutral', 'success'] as const)
    .map((conclusion) => [missing.filter((row) => row.conclusion === conclusion).length, words[conclusion]] as const)
    .filter(([amount]) => amount > 0)
    .map(([amount, word]) => `${amount} ${word}`);
  return `${missing.length} of ${rows.length} rows (${parts.join(', ')})`;
}
