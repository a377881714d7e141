import type { Verdict } from '../domain/verdict.ts';
import { labelWords, ownValue } from './cells.ts';
import { worstFirst } from './findings.ts';
import { clipped, listed } from './markdown-banners.ts';
import { codeBlock, inlineCode, sentence } from './markdown-escape.ts';
import { nameCode } from './markdown-table.ts';
import type { RunReport } from './view.ts';
import { clip } from './visible-text.ts';

/** Reasons and warnings of all experiments that passed, or of all others; `''` when there are none. */
export function reasonsDetails({ verdicts }: RunReport, which: 'passed' | 'others'): string {
  const chosen = worstFirst(verdicts).filter(({ conclusion }) => (conclusion === 'success') === (which === 'passed'));
  if (chosen.length === 0) return '';
  const title = which === 'passed' ? 'Why: passed' : 'Why: failed or neutral';
  return collapsed(`${title} (${chosen.length})`, chosen.map(reason).join('\n'));
}

function reason(verdict: Verdict): string {
  const words = labelWords(verdict);
  const label = words === '' ? '' : ` (${sentence(words, 100)})`;
  const warnings = clipped(verdict.warnings, 20, (warning) => `- warning: ${sentence(warning, 500)}`, 'warnings');
  return [
    `- ${nameCode(verdict.experiment)}: ${sentence(verdict.reason, 1000)}${label}`,
    ...warnings.map((line) => `  ${line}`),
  ].join('\n');
}

/** Where correctness artifacts differ; `''` when none do. */
export function differencesDetails(report: RunReport): string {
  const found = worstFirst(report.verdicts).flatMap(({ experiment }) => {
    const difference = ownValue(report.differences, experiment);
    return difference === undefined ? [] : [`${nameCode(experiment)}\n\n${codeBlock(difference)}`];
  });
  return found.length === 0 ? '' : collapsed(`Artifact differences (${found.length})`, found.join('\n\n'));
}

/** What the change edits about how it is judged; `''` when nothing. */
export function gateDiffDetails({ gateChange }: RunReport): string {
  if (gateChange === null) return '';
  const diff = gateChange.diff === '' ? 'No text differs, or none is known.' : codeBlock(gateChange.diff, 'diff');
  return collapsed('What the change edits about how it is judged', diff);
}

/** Failed trials, and which environment variables they did not get; `''` when none failed. */
export function failuresDetails({ failures, withheld }: RunReport): string {
  if (failures.length === 0) return '';
  const lines = clipped(failures, 50, (failure) => `- ${sentence(failure, 1000)}`, 'failed trials');
  if (withheld.length > 0) {
    const names = listed(withheld, 20, (name) => inlineCode(clip(name, 100)));
    lines.push('', `Withheld from measured code: ${names} (name what it needs in the benchmark's env list)`);
  }
  return collapsed(`Failed trials (${failures.length})`, lines.join('\n'));
}

/** Warnings about the run as a whole; `''` when there are none. */
export function warningsDetails({ warnings }: RunReport): string {
  if (warnings.length === 0) return '';
  const lines = clipped(warnings, 50, (warning) => `- ${sentence(warning, 1000)}`, 'warnings');
  return collapsed(`Warnings (${warnings.length})`, lines.join('\n'));
}

function collapsed(title: string, content: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${content}\n\n</details>`;
}
