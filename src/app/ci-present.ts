import type { Verdict } from '../domain/verdict.ts';
import type { RunReport } from '../report/view.ts';
import type { Ci } from './ci.ts';
import type { Project } from './project.ts';
import { runReport } from './report.ts';
import type { RunOutcome } from './run.ts';
import { trendsOf } from './trends.ts';

/** The report of a run in CI, with where it ran and how the numbers developed. */
export async function ciReport(
  ci: Ci,
  project: Project,
  outcome: RunOutcome,
  verdicts: readonly Verdict[],
  origin: RunReport['origin'],
): Promise<RunReport> {
  const report = await runReport(ci.world, project, outcome, verdicts);
  const trends = await trendsOf(
    outcome.rules.project,
    verdicts.map(({ experiment }) => experiment),
  );
  return { ...report, origin, trends, runUrl: ci.event.runUrl };
}
