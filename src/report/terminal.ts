import { formatChange, formatMetric, formatNumber } from '../domain/quantity.ts';
import type { Conclusion, Estimate, Evidence, Summary, Verdict } from '../domain/verdict.ts';
import { columns, plainLine, plainText } from './plain-text.ts';
import type { RunReport } from './view.ts';

/** The report for a terminal: verdicts worst first, then the reasons, then what to know about how they came about. */
export function renderTerminal(report: RunReport): string {
  const verdicts = [...report.verdicts].sort((first, second) => rank(first.conclusion) - rank(second.conclusion));
  const head = `${plainLine(report.project)} at ${report.head.slice(0, 10)}${report.base === null ? '' : `, compared with ${report.base.slice(0, 10)}${report.baseChoice === null ? '' : ` (${plainLine(report.baseChoice)})`}`}`;
  const table = columns([
    ['VERDICT', 'BENCHMARK', 'BASE MEAN', 'NEW MEAN', 'CHANGE', 'EVIDENCE'],
    ...verdicts.map((verdict) => [
      verdict.kind,
      plainLine(verdict.experiment),
      summary(verdict.baseline, verdict),
      summary(verdict.candidate, verdict),
      change(verdict.estimate, verdict),
      evidence(verdict.evidence),
    ]),
  ]);
  const reasons = verdicts.map((verdict) => reason(verdict, differenceOf(report, verdict)));
  return `${[head, '', table, '', ...reasons, ...footer(report)].join('\n')}\n`;
}

/** An experiment may be named like something every object has. */
function differenceOf(report: RunReport, { experiment }: Verdict): string | undefined {
  return Object.hasOwn(report.differences, experiment) ? report.differences[experiment] : undefined;
}

function rank(conclusion: Conclusion): number {
  return { failure: 0, neutral: 1, success: 2 }[conclusion];
}

function summary(side: Summary | null, verdict: Verdict): string {
  return side === null || Number.isNaN(side.mean) ? '–' : plainLine(formatMetric(side.mean, verdict.unit));
}

function change(estimate: Estimate | null, verdict: Verdict): string {
  if (estimate === null) return '–';
  const show = (value: number) =>
    estimate.scale === 'ratio' ? formatChange(value) : plainLine(formatMetric(value, verdict.unit));
  if (estimate.validity === 'exact') return show(estimate.value);
  return `${show(estimate.value)} [${show(estimate.low)} … ${show(estimate.high)}]`;
}

function evidence(found: Evidence | null): string {
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

function reason(verdict: Verdict, difference: string | undefined): string {
  const label = verdict.label === null ? '' : ` [${verdict.label.replaceAll('_', ' ')}]`;
  const lines = [`${plainLine(verdict.experiment)}: ${plainLine(verdict.reason)}${label}`];
  for (const warning of verdict.warnings) lines.push(`  warning: ${plainLine(warning)}`);
  if (difference !== undefined)
    lines.push(
      ...plainText(difference)
        .split('\n')
        .map((line) => `    ${line}`),
    );
  return lines.join('\n');
}

function footer(report: RunReport): string[] {
  const lines: string[] = [''];
  for (const failure of report.failures) lines.push(`failed: ${plainLine(failure)}`);
  if (report.failures.length > 0 && report.withheld.length > 0) {
    const shown = report.withheld.slice(0, 20).map(plainLine).join(' ');
    const more = report.withheld.length > 20 ? ` and ${report.withheld.length - 20} more` : '';
    lines.push(`withheld from measured code: ${shown}${more} (name what it needs in the benchmark's env list)`);
  }
  for (const warning of report.warnings) lines.push(`warning: ${plainLine(warning)}`);
  if (report.dirty.length > 0)
    lines.push(
      `uncommitted changes were measured (never a baseline): ${report.dirty.slice(0, 10).map(plainLine).join(', ')}`,
    );
  if (report.verdicts.some((verdict) => verdict.policy === 'paired' && verdict.estimate !== null)) {
    lines.push(
      'CHANGE is the typical change within a pair and need not be that of the means; E is the evidence (docs/gates.md)',
    );
  }
  if (report.isolation !== null) lines.push(plainLine(report.isolation));
  const where = report.ledger.remote === null ? report.ledger.location : report.ledger.remote;
  if (report.ledger.sequence !== null)
    lines.push(
      `recorded as ${report.ledger.sequence} in ${plainLine(where)}${report.ledger.push === 'offline' ? ' (offline: not pushed yet)' : ''}`,
    );
  if (report.elapsedSeconds !== null) lines.push(`took ${report.elapsedSeconds.toFixed(1)} s`);
  return lines;
}
