import { changeCell, evidenceCell, labelWords, meanCell, ownValue } from './cells.ts';
import { worstFirst } from './findings.ts';
import { costWords, isolationWords, ledgerWords, safeRunUrl } from './footer.ts';
import { sparkline } from './sparkline.ts';
import { conclusionSymbol, headline } from './verdict-line.ts';
import type { RunReport } from './view.ts';
import { visibleLine, visibleText } from './visible-text.ts';

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid #8888;padding:.3rem .6rem;text-align:left}pre{overflow-x:auto;background:#8882;padding:.5rem}.claims{border:2px solid #b80;padding:.5rem}';

/** The report as one page that loads nothing and runs nothing. */
export function renderHtml(report: RunReport): string {
  const title = `${conclusionSymbol(report.conclusion)} Benchgate: ${headline(report)}`;
  const verdicts = worstFirst(report.verdicts);
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>${escapeHtml(`${title} · ${report.project}`)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(`${report.project} · ${compared(report)}`)}</p>`,
    ...banners(report),
    '<table>',
    row('th', ['Benchmark', 'Baseline', 'Candidate', 'Change', 'Evidence', 'Trend', 'Verdict']),
    ...verdicts.map((verdict) =>
      row('td', [
        verdict.experiment,
        meanCell(verdict.baseline, verdict),
        meanCell(verdict.candidate, verdict),
        changeCell(verdict.estimate, verdict),
        evidenceCell(verdict.evidence),
        sparkline(ownValue(report.trends, verdict.experiment) ?? []),
        `${conclusionSymbol(verdict.conclusion)} ${verdict.kind}${report.origin === 'claimed' ? ' (claimed)' : ''}`,
      ]),
    ),
    '</table>',
    ...names('Added, not in the base', report.added),
    ...names('Removed, only in the base', report.removed),
    '<h2>Reasons</h2>',
    '<ul>',
    ...verdicts.map((verdict) => {
      const label = labelWords(verdict);
      const lines = [
        `${verdict.reason}${label === '' ? '' : ` [${label}]`}`,
        ...verdict.warnings.map((warning) => `warning: ${warning}`),
      ];
      return `<li><code>${escapeHtml(verdict.experiment)}</code>: ${lines.map(escapeHtml).join('<br>')}${difference(ownValue(report.differences, verdict.experiment))}</li>`;
    }),
    '</ul>',
    ...names('Failed trials', report.failures),
    ...names('Warnings', report.warnings),
    ...names('Uncommitted changes were measured (never a baseline)', report.dirty),
    `<p>To repeat it locally: <code>${escapeHtml(report.reproduce)}</code></p>`,
    `<footer>${footer(report)}</footer>`,
    '</body>',
    '</html>',
  ].join('\n')}\n`;
}

/** Text from outside as the content of an element or a quoted attribute, on one line. */
export function escapeHtml(text: string): string {
  return references(visibleLine(text));
}

function references(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function compared({ head, base, baseChoice }: RunReport): string {
  if (base === null) return `${head.slice(0, 10)}, no base to compare with`;
  return `${head.slice(0, 10)} against ${base.slice(0, 10)}${baseChoice === null ? '' : ` (${baseChoice})`}`;
}

function banners({ origin, gateChange }: RunReport): string[] {
  const lines: string[] = [];
  if (origin === 'claimed')
    lines.push(
      '<p class="claims"><strong>These numbers come from a job that ran the contributor’s code: claims, not measurements of ours; not recorded.</strong></p>',
    );
  if (gateChange !== null) {
    const rules = gateChange.judgedBy === 'base' ? 'the rules from before this change' : 'the new rules, as approved';
    lines.push(
      `<p class="claims">This change edits how it is judged: ${gateChange.paths.map(escapeHtml).join(', ')}. Judged by ${rules}.</p>`,
      ...(gateChange.howToApprove === null ? [] : [`<p>To approve: ${escapeHtml(gateChange.howToApprove)}</p>`]),
      ...names('What it means', gateChange.notes),
      `<pre>${references(visibleText(gateChange.diff))}</pre>`,
    );
  }
  return lines;
}

function row(cell: 'th' | 'td', texts: readonly string[]): string {
  return `<tr>${texts.map((text) => `<${cell}>${escapeHtml(text)}</${cell}>`).join('')}</tr>`;
}

function names(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return [`<h2>${title}</h2>`, '<ul>', ...items.map((item) => `<li>${escapeHtml(item)}</li>`), '</ul>'];
}

function difference(text: string | undefined): string {
  return text === undefined ? '' : `<pre>${references(visibleText(text))}</pre>`;
}

function footer(report: RunReport): string {
  const url = safeRunUrl(report);
  const words = [
    costWords(report.cost),
    isolationWords(report),
    ledgerWords(report),
    `benchgate ${report.tool.version}`,
  ];
  return `${words.map(escapeHtml).join(' · ')}${url === null ? '' : ` · <a href="${url}" rel="noreferrer">run</a>`}`;
}
