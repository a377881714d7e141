import { IntegrityError } from '../domain/errors.ts';
import { readEventFile, readRunFile, sequenceOf } from '../ledger/files.ts';
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

/** Lines of every run of these trees of one project, in append order, whatever month they were written in. */
export async function readRuns(
  snapshot: LedgerSnapshot,
  project: Project,
  trees: readonly string[],
): Promise<RunLine[]> {
  const folders = (await months(snapshot)).flatMap((month) => trees.map((tree) => runFolder(month, tree)));
  const files = await snapshot.read([...new Set(folders)]);
  await snapshot.requireAdditions();
  requireDistinctRuns(files.map((file) => file.path));
  return files
    .map((file) => ({ ...file, sequence: sequenceOf(file.path) }))
    .sort((first, second) => first.sequence - second.sequence)
    .flatMap((file) => readRunFile(file))
    .filter((line) => line.provenance.project === project.manifest.project.name);
}

/** A run may be on the branch once: a copy would count its records twice. Throws LEDGER_CORRUPT (65). */
function requireDistinctRuns(paths: readonly string[]): void {
  const owners = new Map<string, string>();
  for (const path of paths) {
    const meaning = readPath(path);
    if (meaning?.kind !== 'run') continue;
    const owner = owners.get(meaning.runKey);
    if (owner !== undefined) {
      throw new IntegrityError('LEDGER_CORRUPT', `the ledger holds a run twice, also as ${owner}`, {
        place: path,
        nextStep: 'restore the branch from a commit that verifies',
      });
    }
    owners.set(meaning.runKey, path);
  }
}

/** Events of one experiment in append order. */
export async function readEvents(
  world: World,
  project: Project,
  snapshot: LedgerSnapshot,
  experiment: string,
): Promise<LedgerEvent[]> {
  const folder = eventFolder(project.manifest.project.name, experiment, world.sha256);
  const files = await snapshot.read([folder]);
  return files
    .map((file) => ({ ...file, sequence: sequenceOf(file.path) }))
    .sort((first, second) => first.sequence - second.sequence)
    .map((file) => readEventFile(file, folder));
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
  const lines = await readRuns(snapshot, project, [...new Set([headTree, ...trees])]);
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
