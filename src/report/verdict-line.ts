import { type Conclusion, type Verdict, worstConclusion } from '../domain/verdict.ts';
import { isOpen } from './findings.ts';
import { inlineCode, sentence } from './markdown-escape.ts';
import type { RunReport } from './view.ts';

/** What the verdict line may say differently. */
export interface VerdictLineOptions {
  /** Stands where `Benchgate` stands. */
  readonly heading?: string;
  /** An earlier alert is over. Said only of a conclusion that is success. */
  readonly resolved?: boolean;
}

/** The symbol of a conclusion. */
export function conclusionSymbol(conclusion: Conclusion): string {
  return { failure: '❌', neutral: '⚪', success: '✅' }[conclusion];
}

/** How many verdicts came out how, worst first, as plain text: `1 of 4 failed, 2 not decided`. */
export function countsOf(verdicts: readonly Verdict[], claimed: boolean): string {
  const total = verdicts.length;
  if (total === 0) return 'nothing was judged';
  const failed = verdicts.filter(({ conclusion }) => conclusion === 'failure').length;
  const neutral = verdicts.filter(({ conclusion }) => conclusion === 'neutral');
  const open = neutral.filter(isOpen).length;
  if (failed + neutral.length === 0) return total === 1 ? '1 passed' : `all ${total} passed`;
  const parts = [
    [failed, 'failed'],
    [open, 'not decided'],
    [neutral.length - open, claimed ? 'only claimed to pass' : 'neutral by policy'],
  ] as const;
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, word], index) => `${amount}${index === 0 ? ` of ${total}` : ''} ${word}`)
    .join(', ');
}

/** The answer of the run in a few words of plain text, with what the counts alone do not say. */
export function headline(report: RunReport): string {
  const claimed = report.origin === 'claimed';
  const explained = worstConclusion(report.verdicts.map(({ conclusion }) => conclusion)) === report.conclusion;
  const word = { failure: 'failed', neutral: 'not decided', success: 'passed' }[report.conclusion];
  const counts = countsOf(report.verdicts, claimed);
  return `${explained ? '' : `${word}: `}${counts}${claimed ? ' (claims, not measured by us)' : ''}`;
}

/** What was compared with what, as Markdown. */
function comparison({ head, base, baseChoice }: RunReport): string {
  const measured = inlineCode(head.slice(0, 10));
  if (base === null) return `${measured}, no base to compare with`;
  const choice = baseChoice === null ? '' : ` (${sentence(baseChoice, 160)})`;
  return `${measured} against ${inlineCode(base.slice(0, 10))}${choice}`;
}

/** The one line that no rendering leaves out, as a Markdown heading: conclusion, counts, project, what was compared. */
export function verdictLine(report: RunReport, options: VerdictLineOptions = {}): string {
  const heading = sentence(options.heading ?? 'Benchgate', 80);
  const resolved = options.resolved === true && report.conclusion === 'success';
  const answer = resolved ? `resolved: ${headline(report)} · ${heading}` : `${heading}: ${headline(report)}`;
  const project = sentence(report.project, 80);
  return `## ${conclusionSymbol(report.conclusion)} ${answer} · ${project} · ${comparison(report)}`;
}
