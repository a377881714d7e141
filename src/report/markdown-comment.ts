import { budgets } from './byte-budget.ts';
import { type MarkdownOptions, renderMarkdown } from './markdown.ts';
import { commentMarker } from './sticky-marker.ts';
import type { RunReport } from './view.ts';

/**
 * The body of the one comment that is edited from run to run: its marker, then the report within what a comment holds.
 * @throws TypeError when `key` is not hexadecimal.
 */
export function renderComment(
  report: RunReport,
  key: string,
  options: Pick<MarkdownOptions, 'heading' | 'resolved' | 'fullReport'> = {},
): string {
  const marker = `${commentMarker(key)}\n`;
  return `${marker}${renderMarkdown(report, {
    ...options,
    budgetBytes: budgets.comment.budgetBytes - marker.length,
    budgetCharacters: budgets.comment.budgetCharacters - marker.length,
  })}`;
}
