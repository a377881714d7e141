import type { CheckConclusion } from '../ports/forge.ts';
import { annotationsOf } from '../report/annotations.ts';
import { budgets } from '../report/byte-budget.ts';
import { improvementsOf } from '../report/findings.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderCheck } from '../report/markdown-check.ts';
import { renderComment } from '../report/markdown-comment.ts';
import { problemSentence, type RunProblem, renderProblem } from '../report/problem.ts';
import { commentMarker, findMarker } from '../report/sticky-marker.ts';
import type { RunReport } from '../report/view.ts';
import type { Publication } from './publish.ts';

/** What is shown of a report. `key` (hexadecimal) marks the one comment of this project. */
export function publicationOf(report: RunReport, key: string): Publication {
  const { title, summary, text } = renderCheck(report);
  return {
    comment: (resolved) => renderComment(report, key, { resolved }),
    isOwnComment: (body) => findMarker(body, key),
    isNotable: report.conclusion !== 'success' || report.gateChange !== null || improvementsOf(report).length > 0,
    summary: renderMarkdown(report, budgets.jobSummary),
    check: { title, summary, text: text === '' ? null : text },
    checkConclusion: checkConclusionOf(report),
    annotations: annotationsOf(report),
  };
}

/** What is shown when there are no verdicts because something went wrong. */
export function problemPublication(problem: RunProblem, key: string): Publication {
  const body = renderProblem(problem);
  return {
    comment: () => `${commentMarker(key)}\n${body}`,
    isOwnComment: (existing) => findMarker(existing, key),
    isNotable: true,
    summary: body,
    check: { title: problemSentence(problem), summary: body, text: null },
    checkConclusion: 'failure',
    annotations: [
      {
        level: 'error',
        title: `Benchgate: ${problem.code}`,
        message: problemSentence(problem),
        path: null,
        line: null,
      },
    ],
  };
}

/** A change of the gate that only a maintainer's label lets judge itself asks for that action; nothing weakens a failure. */
function checkConclusionOf({ conclusion, gateChange }: RunReport): CheckConclusion {
  if (conclusion === 'failure') return 'failure';
  return gateChange !== null && gateChange.judgedBy === 'base' && gateChange.howToApprove !== null
    ? 'action_required'
    : conclusion;
}
