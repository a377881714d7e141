import type { Conclusion, Verdict } from '../domain/verdict.ts';
import { changeCell, evidenceCell, labelWords, meanCell, ownValue, showsPairedChange } from './cells.ts';
import { columns, plainLine, plainText } from './plain-text.ts';
import type { GateChange, RunReport } from './view.ts';

/** The report for a terminal: verdicts worst first, then the reasons, then what to know about how they came about. */
export function renderTerminal(report: RunReport): string {
  const verdicts = [...report.verdicts].sort((first, second) => rank(first.conclusion) - rank(second.conclusion));
  const head = `${plainLine(report.project)} at ${report.head.slice(0, 10)}${report.base === null ? '' : `, compared with ${report.base.slice(0, 10)}${report.baseChoice === null ? '' : ` (${plainLine(report.baseChoice)})`}`}`;
  const table = columns([
    ['VERDICT', 'BENCHMARK', 'BASE MEAN', 'NEW MEAN', 'CHANGE', 'EVIDENCE'],
    ...verdicts.map((verdict) => [
      verdict.kind,
      plainLine(verdict.experiment),
      meanCell(verdict.baseline, verdict),
      meanCell(verdict.candidate, verdict),
      changeCell(verdict.estimate, verdict),
      evidenceCell(verdict.evidence),
    ]),
  ]);
  const reasons = verdicts.map((verdict) => reason(verdict, ownValue(report.differences, verdict.experiment)));
  return `${[head, '', table, '', ...reasons, ...footer(report)].join('\n')}\n`;
}

function rank(conclusion: Conclusion): number {
  return { failure: 0, neutral: 1, success: 2 }[conclusion];
}

function reason(verdict: Verdict, difference: string | undefined): string {
  const label = verdict.label === null ? '' : ` [${labelWords(verdict)}]`;
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
  if (report.gateChange !== null) lines.push(...gateLines(report.gateChange));
  for (const warning of report.warnings) lines.push(`warning: ${plainLine(warning)}`);
  if (report.dirty.length > 0)
    lines.push(
      `uncommitted changes were measured (never a baseline): ${report.dirty.slice(0, 10).map(plainLine).join(', ')}`,
    );
  if (showsPairedChange(report)) {
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

function gateLines({ paths, judgedBy, approval, howToApprove, notes }: GateChange): string[] {
  const shown = paths.slice(0, 10).map(plainLine).join(' ');
  const more = paths.length > 10 ? ` and ${paths.length - 10} more` : '';
  const whose =
    judgedBy === 'base' ? 'judged by the base’s rules' : `judged by the new rules (${plainLine(approval ?? '')})`;
  const how = howToApprove === null ? '' : `; for the new ones ${plainLine(howToApprove)}`;
  return [
    `this change edits the gate: ${shown}${more}; ${whose}${how}`,
    ...notes.map((note) => `  ${plainLine(note)}`),
  ];
}
