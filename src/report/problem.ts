import { codeBlock, escapeMarkdown } from './markdown-escape.ts';
import { plainLine } from './plain-text.ts';

/** Why a run ended without verdicts: we could not find out. */
export interface RunProblem {
  readonly code: string;
  readonly message: string;
  readonly place: string | null;
  readonly nextStep: string;
  readonly exitCode: number;
  readonly runUrl: string | null;
}

const shownCharacters = 12_000;

/** The problem as GitHub's Markdown: what went wrong, where, and what to do. All of it may be hostile text. */
export function renderProblem(problem: RunProblem): string {
  const { message } = problem;
  const shown = message.length > shownCharacters ? `${message.slice(0, shownCharacters)}\n…` : message;
  const lines = [
    problemTitle(problem),
    '',
    'This is no verdict about the change: Benchgate could not find out.',
    '',
    codeBlock(shown),
    ...(problem.place === null ? [] : ['', `**Where:** ${escapeMarkdown(problem.place.slice(0, 1000))}`]),
    '',
    `**Next:** ${escapeMarkdown(problem.nextStep.slice(0, 2000))}`,
    ...(problem.runUrl === null ? [] : ['', `[The run](${problem.runUrl})`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** One line that says what it is; safe as Markdown. */
export function problemTitle({ code, exitCode }: Pick<RunProblem, 'code' | 'exitCode'>): string {
  return `## ⚠️ Benchgate could not find out: ${escapeMarkdown(code)} (exit code ${exitCode})`;
}

/** The same as plain text for a check's title. */
export function problemSentence({ code, message }: Pick<RunProblem, 'code' | 'message'>): string {
  return plainLine(`could not find out: ${code}: ${message.split('\n')[0] ?? ''}`).slice(0, 200);
}
