import { decodeEvent, decodeRun } from '../ledger/journal.ts';
import { eventFolder, readPath, runFolder } from '../ledger/layout.ts';
import { currentBaseline } from '../ledger/pointers.ts';
import type { LedgerEvent, RunLine } from '../ledger/record.ts';
import type { LedgerSnapshot } from '../ports/ledger-store.ts';
import type { Project } from './project.ts';
import type { World } from './world.ts';

export interface ExperimentEvidence {
  readonly lines: readonly RunLine[];
  readonly events: readonly LedgerEvent[];
}

/** Months that have runs, oldest first. */
function months(snapshot: LedgerSnapshot): Promise<readonly string[]> {
  return snapshot.list('runs');
}

/** Lines of every run of these trees, in append order, whatever month they were written in. */
export async function readRuns(snapshot: LedgerSnapshot, trees: readonly string[]): Promise<RunLine[]> {
  const folders = (await months(snapshot)).flatMap((month) => trees.map((tree) => runFolder(month, tree)));
  const files = await snapshot.read([...new Set(folders)]);
  return files
    .map((file) => ({ ...file, sequence: sequenceOf(file.path) }))
    .sort((first, second) => first.sequence - second.sequence)
    .flatMap((file) => decodeRun(file.text, file.path));
}

/** Events of one experiment in append order. */
export async function readEvents(
  world: World,
  project: Project,
  snapshot: LedgerSnapshot,
  experiment: string,
): Promise<LedgerEvent[]> {
  const files = await snapshot.read([eventFolder(project.manifest.project.name, experiment, world.sha256)]);
  return files
    .map((file) => ({ ...file, sequence: sequenceOf(file.path) }))
    .sort((first, second) => first.sequence - second.sequence)
    .map((file) => decodeEvent(file.text, file.path));
}

function sequenceOf(path: string): number {
  const meaning = readPath(path);
  return meaning !== null && 'sequence' in meaning ? meaning.sequence : 0;
}

/**
 * What the named experiments at `headTree` are judged on: runs of the head and of each baseline pointer's tree, and their
 * events. Reads nothing else, so its time does not grow with the rest of the history.
 */
export async function readEvidence(
  world: World,
  project: Project,
  snapshot: LedgerSnapshot,
  experiments: readonly string[],
  headTree: string,
): Promise<ReadonlyMap<string, ExperimentEvidence>> {
  const events = new Map<string, LedgerEvent[]>();
  for (const experiment of experiments) events.set(experiment, await readEvents(world, project, snapshot, experiment));
  const trees = [...events.values()].flatMap((list) => currentBaseline(list)?.tree ?? []);
  const lines = (await readRuns(snapshot, [...new Set([headTree, ...trees])])).filter(
    (line) => line.provenance.project === project.manifest.project.name,
  );
  return new Map(
    experiments.map((experiment) => [
      experiment,
      { lines: lines.filter((line) => line.experiment === experiment), events: events.get(experiment) ?? [] },
    ]),
  );
}

/** Opens the ledger, hands it on, and closes it whatever happens. */
export async function withSnapshot<Result>(
  project: Project,
  use: (snapshot: LedgerSnapshot) => Promise<Result>,
): Promise<Result> {
  const snapshot = await project.ledger.snapshot();
  try {
    return await use(snapshot);
  } finally {
    await snapshot.close();
  }
}
