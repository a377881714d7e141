import { withSnapshot } from './evidence-reader.ts';
import type { Project } from './project.ts';
import { recentRuns } from './recent-runs.ts';
import type { World } from './world.ts';

/** So many runs of pull requests may lie between two of the default branch. */
const mostRuns = 2000;

/**
 * What a nightly run compares with: the newest commit of the default branch that the ledger holds measurements of and whose
 * tree is another one than the head's. Null when there is none, or this clone can't have it.
 */
export async function lastMeasuredCommit(
  world: World,
  project: Project,
  headTree: string,
): Promise<{ readonly sha: string; readonly how: string } | null> {
  const found = await withSnapshot(project, async (snapshot) => {
    await snapshot.requireAdditions();
    for await (const [line] of recentRuns(snapshot, mostRuns)) {
      if (line === undefined) continue;
      const { provenance } = line;
      const isOurs = provenance.project === project.manifest.project.name && provenance.tree !== headTree;
      if (isOurs && provenance.refClass === 'default_branch' && !provenance.dirty) return provenance;
    }
    return null;
  });
  if (found === null) return null;
  if (await project.repository.fetchCommit(found.head)) {
    const how = `last commit of the default branch that was measured, ${found.startedAt.slice(0, 10)}`;
    return { sha: found.head, how };
  }
  world.progress.note(`the last measured commit ${found.head.slice(0, 10)} could not be fetched`);
  return null;
}
