import { IntegrityError } from '../../domain/errors.ts';
import type { LoggedCommit } from './ledger-commits.ts';
import { commitMessage, findRun, highestSequence, parseMessage } from './ledger-format.ts';
import { commitWithoutRef, type NewCommit } from './ledger-import.ts';
import type { CommitObject, ObjectReader } from './ledger-objects.ts';
import { folderOf, formatFile, isNumbered, isSafePath, pathTaken, renumber } from './ledger-paths.ts';
import type { LedgerRepository } from './ledger-repository.ts';
import { createLedgerTree, type LedgerTree } from './ledger-tree.ts';

/**
 * Writes commits that the remote lacks, oldest first, on top of its tip, with the sequence numbers that follow there
 * and their contents untouched; what the remote has already is left out. Returns the new tip, or null when git was
 * kept from it by a lock. Throws LEDGER_CORRUPT for a commit that did anything but add files.
 */
export async function rebasePending(
  repository: LedgerRepository,
  reader: ObjectReader,
  base: CommitObject,
  pending: readonly LoggedCommit[],
): Promise<string | null> {
  const tree = createLedgerTree(reader, base);
  let sequence = await highestSequence(base, tree);
  const commits: NewCommit[] = [];
  for (const commit of pending) {
    const rebased = await renumberCommit(tree, commit, sequence + 1);
    if (rebased === null) continue;
    commits.push(rebased);
    sequence += 1;
  }
  return commits.length === 0 ? base.oid : commitWithoutRef(repository, base.oid, commits);
}

/** Null when the run is on the base already. */
async function renumberCommit(tree: LedgerTree, commit: LoggedCommit, sequence: number): Promise<NewCommit | null> {
  const written = parseMessage(commit.message);
  const additions = commit.changes.every(
    ({ status, mode, path }) => status === 'A' && mode === '100644' && isSafePath(path),
  );
  if (written === null || !additions || commit.parents.length > 1) throw notAnAppend(commit);
  const folders = commit.changes.map(({ path }) => folderOf(path));
  if ((await findRun(tree, folders, written.runKey)) !== null) return null;
  const files: NewCommit['files'][number][] = [];
  for (const { path, oid } of commit.changes) {
    const renumbered = renumber(path, sequence);
    if ((await tree.occupant(renumbered)) === null) files.push({ path: renumbered, content: { oid } });
    else if (isNumbered(path) || !isSharedPath(path)) throw pathTaken(renumbered);
  }
  return { message: commitMessage(written.title, written.runKey, sequence), files };
}

/** Files that several writers add with the same content: the first one's stays. */
export function isSharedPath(path: string): boolean {
  return path === formatFile.path || path.startsWith('references/');
}

function notAnAppend(commit: LoggedCommit): IntegrityError {
  return new IntegrityError(
    'LEDGER_CORRUPT',
    `A commit of the local ledger that the remote lacks was not written by Benchgate: ${commit.commit}`,
    { place: commit.commit, nextStep: 'Run `benchgate ledger verify --offline`; then remove the local copy.' },
  );
}
