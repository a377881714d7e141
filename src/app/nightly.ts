import { readRunFile, sequenceOf } from '../ledger/files.ts';
import { readPath } from '../ledger/layout.ts';
import { withSnapshot } from './evidence-reader.ts';
import type { Project } from './project.ts';
import type { World } from './world.ts';

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
    for (const month of [...(await snapshot.list('runs'))].reverse()) {
      const files = (await snapshot.read([`runs/${month}`]))
        .filter(({ path }) => readPath(path)?.kind === 'run' && !path.includes(`/${headTree.slice(0, 12)}/`))
        .sort((first, second) => sequenceOf(second.path) - sequenceOf(first.path));
      for (const file of files) {
        const [line] = readRunFile(file);
        const isOurs = line?.provenance.project === project.manifest.project.name;
        if (line !== undefined && isOurs && line.provenance.refClass === 'default_branch' && !line.provenance.dirty)
          return line.provenance;
      }
    }
    return null;
  });
  if (found === null) return null;
  if (await project.repository.fetchCommit(found.head)) {
    return {
      sha: found.head,
      how: `last commit of the default branch that was measured, ${found.startedAt.slice(0, 10)}`,
    };
  }
  world.progress.note(`the last measured commit ${found.head.slice(0, 10)} could not be fetched`);
  return null;
}
