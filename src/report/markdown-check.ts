import { budgets } from './byte-budget.ts';
import { type MarkdownPart, renderParts } from './markdown.ts';
import { headline, verdictLine } from './verdict-line.ts';
import type { RunReport } from './view.ts';
import { clip, visibleLine } from './visible-text.ts';

/** What a check run shows; `text` is `''` when there is nothing to say beyond the summary. */
export interface CheckOutput {
  /** Plain text, at most 200 characters. */
  readonly title: string;
  readonly summary: string;
  readonly text: string;
}

const summaryParts: readonly MarkdownPart[] = [
  'claims',
  'gateChange',
  'table',
  'changedNames',
  'open',
  'uncommitted',
  'footer',
  'reproduce',
];
const textParts: readonly MarkdownPart[] = [
  'reasons',
  'passedReasons',
  'differences',
  'gateDiff',
  'failures',
  'warnings',
];

/** The report as the output of a check run; GitHub shows the three one below the other. */
export function renderCheck(report: RunReport): CheckOutput {
  const lead = '### Details';
  const text = renderParts(report, textParts, lead, budgets.check);
  return {
    title: clip(visibleLine(`${headline(report)} · ${report.project}`), 200),
    summary: renderParts(report, summaryParts, verdictLine(report), budgets.check),
    text: text === `${lead}\n` ? '' : text,
  };
}
