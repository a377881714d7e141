import { isOpen, worstFirst } from './findings.ts';
import { inlineCode, sentence } from './markdown-escape.ts';
import { nameCode } from './markdown-table.ts';
import type { GateChange, RunReport } from './view.ts';
import { clip } from './visible-text.ts';

/** What every reader of claimed numbers has to know, `''` when the numbers are ours. */
export function claimsBanner({ origin }: RunReport): string {
  if (origin === 'trusted') return '';
  return quoted('WARNING', [
    "**These numbers come from a job that ran the contributor's code: claims, not measurements of ours; not recorded.**",
  ]);
}

/** That the change edits how it is judged: what, by whose rules it was judged, how to approve; `''` when it does not. */
export function gateChangeBanner({ gateChange }: RunReport): string {
  if (gateChange === null) return '';
  const paths = listed(gateChange.paths, 20, (path) => inlineCode(clip(path, 120)));
  return quoted('IMPORTANT', [
    `**This change edits how it is judged:** ${paths === '' ? 'paths not known' : paths}.`,
    judgedBy(gateChange),
    '',
    ...clipped(gateChange.notes, 10, (note) => `- ${sentence(note, 300)}`, 'notes'),
  ]);
}

function judgedBy({ judgedBy: side, approval, howToApprove }: GateChange): string {
  switch (side) {
    case 'base': {
      const how =
        howToApprove === null ? 'The policy allows no approval.' : `To approve: ${sentence(howToApprove, 500)}`;
      return `Judged by the rules from before this change. ${how}`;
    }
    case 'head': {
      const by = approval === null ? 'not known' : sentence(approval, 200);
      return `Judged by the new rules, as a maintainer approved (${by}).`;
    }
  }
}

/** Benchmarks that only one side has; at most `most` names of each, the others as a number. `''` when there are none. */
export function changedNames({ added, removed }: RunReport, most = Number.POSITIVE_INFINITY): string {
  const lines: string[] = [];
  if (added.length > 0) lines.push(`**Added, not in the base (${added.length}):** ${listed(added, most, nameCode)}`);
  if (removed.length > 0)
    lines.push(`**Removed, only in the base (${removed.length}):** ${listed(removed, most, nameCode)}`);
  return lines.join('\n\n');
}

/** The open verdicts with what it would take to decide them; `''` when there are none. */
export function openList({ verdicts }: RunReport): string {
  const open = worstFirst(verdicts.filter(isOpen));
  if (open.length === 0) return '';
  const lines = clipped(
    open,
    10,
    (verdict) => `- ${nameCode(verdict.experiment)}: ${sentence(verdict.reason, 500)}`,
    'benchmarks; see the reasons',
  );
  return `**Not decided yet**\n\n${lines.join('\n')}`;
}

/** That files were measured which no commit holds; `''` when none were. */
export function uncommitted({ dirty }: RunReport): string {
  if (dirty.length === 0) return '';
  return `Uncommitted changes were measured (never a baseline): ${listed(dirty, 10, (path) => inlineCode(clip(path, 120)))}`;
}

/** At most `most` items in a sentence, then how many more. */
export function listed(items: readonly string[], most: number, show: (item: string) => string): string {
  const more = items.length > most ? ` and ${items.length - most} more` : '';
  return `${items.slice(0, most).map(show).join(', ')}${more}`;
}

/** At most `most` lines, then a list item that says how many more of what. */
export function clipped<Item>(
  items: readonly Item[],
  most: number,
  show: (item: Item) => string,
  what: string,
): string[] {
  const lines = items.slice(0, most).map(show);
  return items.length > most ? [...lines, `- and ${items.length - most} more ${what}`] : lines;
}

function quoted(kind: 'WARNING' | 'IMPORTANT', lines: readonly string[]): string {
  return [`[!${kind}]`, ...lines].map((line) => `> ${line}`.trimEnd()).join('\n');
}
