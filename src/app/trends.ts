import { readRunFile, sequenceOf } from '../ledger/files.ts';
import { readPath } from '../ledger/layout.ts';
import type { RunLine } from '../ledger/record.ts';
import { withSnapshot } from './evidence-reader.ts';
import type { Project } from './project.ts';

const mostPoints = 20;
const mostMonths = 3;

/**
 * Means of the candidate side in runs of the default branch, oldest first, at most 20 for each experiment. What the ledger does
 * not tell in its newest three months is left out: a trend is an ornament of the report, never evidence.
 */
export async function trendsOf(
  project: Project,
  experiments: readonly string[],
): Promise<Readonly<Record<string, readonly number[]>>> {
  const points = new Map<string, number[]>(experiments.map((name) => [name, []]));
  await withSnapshot(project, async (snapshot) => {
    const months = [...(await snapshot.list('runs'))].reverse().slice(0, mostMonths);
    for (const month of months) {
      const files = (await snapshot.read([`runs/${month}`])).filter(({ path }) => readPath(path)?.kind === 'run');
      for (const file of files.sort((first, second) => sequenceOf(second.path) - sequenceOf(first.path))) {
        const lines = readRunFile(file).filter((line) => counts(line, project));
        for (const [name, list] of points) {
          const mean = meanOf(lines.filter((line) => line.experiment === name));
          if (mean !== null && list.length < mostPoints) list.push(mean);
        }
      }
      if ([...points.values()].every((list) => list.length >= mostPoints)) break;
    }
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
