import { type Budget, fits, largestFitting } from './byte-budget.ts';
import { showsPairedChange } from './cells.ts';
import { costWords, isolationWords, ledgerWords, safeRunUrl } from './footer.ts';
import { changedNames, claimsBanner, gateChangeBanner, openList, uncommitted } from './markdown-banners.ts';
import {
  differencesDetails,
  failuresDetails,
  gateDiffDetails,
  reasonsDetails,
  warningsDetails,
} from './markdown-details.ts';
import { codeBlock, sentence } from './markdown-escape.ts';
import { markdownTable, missingRows, tableRows } from './markdown-table.ts';
import { type VerdictLineOptions, verdictLine } from './verdict-line.ts';
import type { RunReport } from './view.ts';
import { clip } from './visible-text.ts';

/** What a rendering may take up, and what it says differently from one place to another. */
export interface MarkdownOptions extends Budget, VerdictLineOptions {
  /** Where the reader finds what was left out, in words; without it the run's address or what is known of it. */
  readonly fullReport?: string;
}

/** What a rendering is made of beside the verdict line, in the order it is shown. */
const parts = [
  'claims',
  'gateChange',
  'table',
  'changedNames',
  'open',
  'uncommitted',
  'reasons',
  'passedReasons',
  'differences',
  'gateDiff',
  'failures',
  'warnings',
  'footer',
  'reproduce',
] as const;
export type MarkdownPart = (typeof parts)[number];

/** Left out one after the other before a row of the table is; with the words that say so. */
const firstToGo: readonly (readonly [MarkdownPart, string])[] = [
  ['gateDiff', 'the gate diff'],
  ['differences', 'the artifact differences'],
  ['passedReasons', 'the reasons of what passed'],
  ['warnings', 'the warnings'],
  ['failures', 'the failed trials'],
  ['reasons', 'the other reasons'],
  ['open', 'what it takes to decide'],
];

/** Left out only when not all failed rows, or not even one row, have room beside them. */
const nextToGo: readonly (readonly [MarkdownPart, string])[] = [
  ['reproduce', 'how to repeat it'],
  ['footer', 'the footer'],
  ['uncommitted', 'the uncommitted changes'],
];

/** The report as GitHub's Markdown within a budget. Only the verdict line is there at any budget, even a smaller one. */
export function renderMarkdown(report: RunReport, options: MarkdownOptions): string {
  return renderParts(report, parts, verdictLine(report, options), options);
}

/** The same of chosen parts, under a lead line that no budget leaves out. */
export function renderParts(
  report: RunReport,
  chosen: readonly MarkdownPart[],
  lead: string,
  options: MarkdownOptions,
): string {
  const texts = partTexts(report, chosen);
  const rows = chosen.includes('table') ? tableRows(report) : [];
  const where = options.fullReport === undefined ? '' : sentence(options.fullReport, 300);

  const compose = (gone: readonly (readonly [MarkdownPart, string])[], shown: number, names: 'all' | 'ten'): string => {
    const missing = gone.filter(([part]) => texts[part] !== '').map(([, words]) => words);
    if (shown < rows.length) missing.push(missingRows(rows, shown));
    const blocks = parts.map((part) => {
      if (part === 'table')
        return [table(report, rows, shown), leftOut(report, missing, where)].filter(filled).join('\n\n');
      if (part === 'changedNames' && names === 'ten' && texts[part] !== '') return changedNames(report, 10);
      return gone.some(([other]) => other === part) ? '' : texts[part];
    });
    return `${[lead, ...blocks].filter(filled).join('\n\n')}\n`;
  };

  for (let amount = 0; amount <= firstToGo.length; amount += 1) {
    const text = compose(firstToGo.slice(0, amount), rows.length, 'all');
    if (fits(text, options)) return text;
  }
  const everything = [...firstToGo, ...nextToGo];
  const failed = rows.filter(({ conclusion }) => conclusion === 'failure').length;
  return (
    largestFitting(Math.max(1, failed), rows.length - 1, (shown) => compose(firstToGo, shown, 'all'), options) ??
    largestFitting(1, rows.length, (shown) => compose(everything, shown, 'ten'), options) ??
    largestFitting(0, 0, () => compose(everything, 0, 'ten'), options) ??
    largestFitting(0, 0, () => `${[lead, texts.claims].filter(filled).join('\n\n')}\n`, options) ??
    `${lead}\n`
  );
}

function partTexts(report: RunReport, chosen: readonly MarkdownPart[]): Record<MarkdownPart, string> {
  const only = (part: MarkdownPart, render: () => string) => (chosen.includes(part) ? render() : '');
  return {
    claims: only('claims', () => claimsBanner(report)),
    gateChange: only('gateChange', () => gateChangeBanner(report)),
    table: '',
    changedNames: only('changedNames', () => changedNames(report)),
    open: only('open', () => openList(report)),
    uncommitted: only('uncommitted', () => uncommitted(report)),
    reasons: only('reasons', () => reasonsDetails(report, 'others')),
    passedReasons: only('passedReasons', () => reasonsDetails(report, 'passed')),
    differences: only('differences', () => differencesDetails(report)),
    gateDiff: only('gateDiff', () => gateDiffDetails(report)),
    failures: only('failures', () => failuresDetails(report)),
    warnings: only('warnings', () => warningsDetails(report)),
    footer: only('footer', () => footer(report)),
    reproduce: only('reproduce', () => `To repeat it locally:\n\n${codeBlock(clip(report.reproduce, 1000), 'sh')}`),
  };
}

function table(report: RunReport, rows: ReturnType<typeof tableRows>, shown: number): string {
  if (shown === 0) return '';
  const note = showsPairedChange(report)
    ? '\n\nChange is the typical change within a pair and need not be that of the means; E is the evidence.'
    : '';
  return `${markdownTable(rows, shown)}${note}`;
}

function leftOut(report: RunReport, missing: readonly string[], where: string): string {
  if (missing.length === 0) return '';
  const url = safeRunUrl(report);
  const place = where !== '' ? where : url !== null ? `[the run](${url})` : "in the job's summary and its report files";
  return `**Left out for length:** ${missing.join(', ')}. The full report: ${place}`;
}

function footer(report: RunReport): string {
  const url = safeRunUrl(report);
  return [
    costWords(report.cost),
    sentence(isolationWords(report), 300),
    ledgerWords(report),
    `benchgate ${sentence(report.tool.version, 60)}`,
    ...(url === null ? [] : [`[run](${url})`]),
  ].join(' · ');
}

function filled(text: string): boolean {
  return text !== '';
}
