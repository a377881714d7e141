import { BenchgateError } from '../domain/errors.ts';
import type { RunLine } from '../ledger/record.ts';
import { withSnapshot } from './evidence-reader.ts';
import type { Project } from './project.ts';
import { recentRuns } from './recent-runs.ts';

const mostPoints = 20;
/** Runs of pull requests lie between those of the default branch. */
const mostRuns = 100;

/**
 * Means of the candidate side in runs of the default branch, oldest first, at most 20 for each experiment. What the newest
 * hundred runs do not tell, or can't be read, is left out: a trend is an ornament of the report, never evidence.
 */
export async function trendsOf(
  project: Project,
  experiments: readonly string[],
): Promise<Readonly<Record<string, readonly number[]>>> {
  const points = new Map<string, number[]>(experiments.map((name) => [name, []]));
  const read = withSnapshot(project, async (snapshot) => {
    for await (const run of recentRuns(snapshot, mostRuns)) {
      const lines = run.filter((line) => counts(line, project));
      for (const [name, list] of points) {
        const mean = meanOf(lines.filter((line) => line.experiment === name));
        if (mean !== null && list.length < mostPoints) list.push(mean);
      }
      if ([...points.values()].every((list) => list.length === mostPoints)) break;
    }
  });
  await read.catch((error: unknown) => {
    if (!(error instanceof BenchgateError)) throw error;
  });
  return Object.fromEntries([...points].map(([name, list]) => [name, list.reverse()]));
}

function counts({ provenance, purpose }: RunLine, project: Project): boolean {
  const isOurs = provenance.project === project.manifest.project.name && provenance.refClass === 'default_branch';
  return isOurs && !provenance.dirty && purpose !== 'confirm';
}

function meanOf(lines: readonly RunLine[]): number | null {
  const metrics = lines.flatMap((line) =>
    line.kind === 'record' && line.arm === 'candidate' && line.observation.status === 'ok'
      ? (line.observation.metric ?? [])
      : [],
  );
  return metrics.length === 0 ? null : metrics.reduce((sum, metric) => sum + metric, 0) / metrics.length;
}
