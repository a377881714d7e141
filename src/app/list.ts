import { currentBaseline, currentReference } from '../ledger/pointers.ts';
import type { BaselineSet, ReferenceFrozen } from '../ledger/record.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { type CorpusStatus, corpusStatus } from './corpora.ts';
import { readEvents, withSnapshot } from './evidence-reader.ts';
import { type Project, selectBenchmarks } from './project.ts';
import type { World } from './world.ts';

export interface ListedBenchmark {
  readonly benchmark: Benchmark;
  readonly corpus: CorpusStatus;
  readonly baseline: BaselineSet | null;
  readonly reference: ReferenceFrozen | null;
}

/** Every benchmark with the state of its corpus, baseline and reference. */
export async function list(
  world: World,
  project: Project,
  names: readonly string[],
): Promise<readonly ListedBenchmark[]> {
  return withSnapshot(project, async (snapshot) => {
    const rows: ListedBenchmark[] = [];
    for (const benchmark of selectBenchmarks(project.manifest, names)) {
      const events = await readEvents(world, project, snapshot, benchmark.name);
      rows.push({
        benchmark,
        corpus: await corpusStatus(world, project.directory, benchmark),
        baseline: currentBaseline(events),
        reference: currentReference(events),
      });
    }
    return rows;
  });
}
