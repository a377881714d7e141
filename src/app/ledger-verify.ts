import { BenchgateError } from '../domain/errors.ts';
import { readEventFile, readRunFile } from '../ledger/files.ts';
import { decodeEvent } from '../ledger/journal.ts';
import { eventFolder, readPath } from '../ledger/layout.ts';
import type { LedgerFile } from '../ports/ledger-store.ts';
import { withSnapshot } from './evidence-reader.ts';
import type { Project } from './project.ts';
import type { World } from './world.ts';

export interface LedgerProblem {
  readonly place: string;
  readonly problem: string;
}

export interface LedgerReport {
  readonly tip: string | null;
  readonly commits: number;
  readonly files: number;
  readonly lines: number;
  readonly problems: readonly LedgerProblem[];
}

/**
 * Walks every commit (may only add files, in one line of history) and reads every file (path, lines, sequence, reference
 * bytes). Reports all problems instead of stopping at the first.
 */
export async function verifyLedger(world: World, project: Project): Promise<LedgerReport> {
  return withSnapshot(project, async (snapshot) => {
    if (snapshot.tip === null) return { tip: null, commits: 0, files: 0, lines: 0, problems: [] };
    const problems: LedgerProblem[] = [];
    let commits = 0;
    for await (const { commit, parents, changes } of project.ledger.commits()) {
      commits++;
      if (parents.length > 1) problems.push({ place: commit, problem: 'is a merge; history must be one line' });
      for (const { status, mode, path } of changes) {
        const place = `${commit.slice(0, 10)} ${path}`;
        if (status !== 'A')
          problems.push({ place, problem: `changes a file (status ${status}); a commit may only add` });
        else if (mode !== '100644') problems.push({ place, problem: `has mode ${mode}, not an ordinary file's` });
        if (readPath(path) === null) problems.push({ place, problem: 'does not belong on a ledger branch' });
      }
    }
    if ((await snapshot.bytes('ledger.json')) === null) problems.push({ place: 'ledger.json', problem: 'is missing' });
    const contents = verifyFiles(world, [...(await snapshot.read(['runs'])), ...(await snapshot.read(['events']))]);
    const references = await verifyReferences(world, await snapshot.list('references'), (path) => snapshot.bytes(path));
    return {
      tip: snapshot.tip,
      commits,
      files: contents.files + references.files,
      lines: contents.lines,
      problems: [...problems, ...contents.problems, ...references.problems],
    };
  });
}

type Contents = Pick<LedgerReport, 'files' | 'lines' | 'problems'>;

function verifyFiles(world: World, files: readonly LedgerFile[]): Contents {
  const problems: LedgerProblem[] = [];
  const owners = new Map<number, string>();
  let lines = 0;
  for (const file of files) {
    const meaning = readPath(file.path);
    if (meaning === null || !('sequence' in meaning)) continue;
    try {
      lines += meaning.kind === 'run' ? readRunFile(file).length : verifyEvent(world, file);
    } catch (error) {
      if (!(error instanceof BenchgateError)) throw error;
      problems.push({ place: error.place ?? file.path, problem: error.message });
    }
    const owner = owners.get(meaning.sequence) ?? meaning.runKey;
    owners.set(meaning.sequence, owner);
    if (owner !== meaning.runKey)
      problems.push({ place: file.path, problem: `sequence ${meaning.sequence} is used by two runs` });
  }
  return { files: files.length, lines, problems };
}

async function verifyReferences(
  world: World,
  names: readonly string[],
  bytesOf: (path: string) => Promise<Uint8Array | null>,
): Promise<Contents> {
  const problems: LedgerProblem[] = [];
  for (const name of names) {
    const bytes = await bytesOf(`references/${name}`);
    if (bytes === null || world.sha256(bytes) !== name)
      problems.push({ place: `references/${name}`, problem: 'its bytes do not have the hash that names them' });
  }
  return { files: names.length, lines: 0, problems };
}

function verifyEvent(world: World, file: LedgerFile): number {
  const { project, experiment } = decodeEvent(file.text, file.path);
  readEventFile(file, eventFolder(project, experiment, world.sha256));
  return 1;
}
