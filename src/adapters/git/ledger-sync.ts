import { IntegrityError } from '../../domain/errors.ts';
import type { CommitElsewhere } from '../../ports/ledger-store.ts';
import { type LoggedCommit, logCommits } from './ledger-commits.ts';
import { assertLedger } from './ledger-format.ts';
import { moveRef } from './ledger-import.ts';
import { type CommitObject, type ObjectReader, readCommit } from './ledger-objects.ts';
import { rebasePending } from './ledger-rebase.ts';
import type { LedgerRemote } from './ledger-remote.ts';
import type { LedgerRepository } from './ledger-repository.ts';
import { type Pacing, remoteWait, untilUncontended } from './ledger-retry.ts';

export interface LedgerContext {
  readonly repository: LedgerRepository;
  /** Null without a remote and when offline. */
  readonly remote: LedgerRemote | null;
  readonly pacing: Pacing;
  /** Tried when the remote refuses a push; null where there is no other way. */
  readonly commitElsewhere: CommitElsewhere | null;
  readonly branch: string;
}

export interface SyncedState {
  readonly local: CommitObject | null;
  /** Null without a remote, and while the remote does not have the branch. */
  readonly remote: CommitObject | null;
}

type Reading =
  | { readonly kind: 'tip'; readonly tip: CommitObject | null; readonly seenBefore: string | null }
  | { readonly kind: 'contended' }
  | { readonly kind: 'rewritten' };

/** A server may answer from a copy that lags behind; a tip that seems to have gone back is asked for again. */
const rewriteChecks = 3;
const rewriteCheckMilliseconds = 1000;

/**
 * Brings the local branch up to the remote's: fast-forward when it has nothing of its own, otherwise its commits that
 * the remote lacks are renumbered on top. `changed` says that the remote is known to have moved. Throws
 * LEDGER_REWRITTEN, LEDGER_UNREACHABLE, LEDGER_FOREIGN_FILE or LEDGER_CORRUPT.
 */
export async function synchronise(
  context: LedgerContext,
  reader: ObjectReader,
  changed: boolean,
): Promise<SyncedState> {
  const { repository, remote, pacing } = context;
  if (remote === null) return { local: await readLocal(repository, reader), remote: null };
  let suspicions = 0;
  return untilUncontended(pacing, remoteWait, async (attempt) => {
    const reading = await readRemote(repository, remote, reader, changed || attempt > 0);
    if (reading.kind === 'contended') return null;
    if (reading.kind === 'rewritten') {
      suspicions += 1;
      if (suspicions === rewriteChecks) throw await rewritten(repository);
      await pacing.sleep(rewriteCheckMilliseconds);
      return null;
    }
    return reconcile(repository, reader, reading.tip, reading.seenBefore);
  });
}

/** The local branch's tip. Throws LEDGER_FOREIGN_FILE when the branch is not Benchgate's, LEDGER_CORRUPT when broken. */
export async function readLocal(repository: LedgerRepository, reader: ObjectReader): Promise<CommitObject | null> {
  let local = await readCommit(reader, repository.branchRef);
  if (local === null && (await repository.namesBranch())) {
    // Made between the two looks, or a ref that is there and leads nowhere: that must not start a second ledger.
    local = await readCommit(reader, repository.branchRef);
    if (local === null) throw brokenBranch(repository);
  }
  if (local !== null) await assertLedger(reader, local);
  return local;
}

/** `seenRef` is read before the remote is asked: whatever the remote answers then must contain it. */
async function readRemote(
  repository: LedgerRepository,
  remote: LedgerRemote,
  reader: ObjectReader,
  changed: boolean,
): Promise<Reading> {
  const before = await readCommit(reader, repository.seenRef);
  const seenBefore = before?.oid ?? null;
  if (before !== null && !changed) {
    const tip = await remote.tip();
    if (tip === null) return { kind: 'rewritten' };
    if (tip === before.oid) return { kind: 'tip', tip: before, seenBefore };
  }
  const outcome = await remote.fetch(before === null);
  const after = await readCommit(reader, repository.seenRef);
  if (outcome === 'fetched') {
    if (after === null) return { kind: 'contended' };
    try {
      await assertLedger(reader, after);
    } catch (error) {
      // Another branch of the remote under this name may follow later; this one is not to be compared with.
      if (before === null) await repository.run(['update-ref', '-d', repository.seenRef], { allowFailure: [1, 128] });
      throw error;
    }
    return { kind: 'tip', tip: after, seenBefore };
  }
  if (outcome === 'contended' || (after?.oid ?? null) !== seenBefore) return { kind: 'contended' };
  if (outcome === 'no_branch' && before === null) return { kind: 'tip', tip: null, seenBefore };
  return { kind: 'rewritten' };
}

/** Null when another process moved the local branch meanwhile. */
async function reconcile(
  repository: LedgerRepository,
  reader: ObjectReader,
  remoteTip: CommitObject | null,
  seenBefore: string | null,
): Promise<SyncedState | null> {
  const local = await readLocal(repository, reader);
  if (remoteTip === null || local?.oid === remoteTip.oid) return { local, remote: remoteTip };
  const forward = async (): Promise<SyncedState | null> => {
    const moved = await moveRef(repository, repository.branchRef, remoteTip.oid, local?.oid ?? null);
    return moved ? { local: remoteTip, remote: remoteTip } : null;
  };
  if (local === null || local.oid === seenBefore) return forward();
  const pending: LoggedCommit[] = [];
  for await (const commit of logCommits(repository, [local.oid, `^${remoteTip.oid}`])) pending.unshift(commit);
  const oldest = pending[0];
  if (oldest === undefined) return forward();
  if (oldest.parents[0] === remoteTip.oid) return { local, remote: remoteTip };
  const rebased = await rebasePending(repository, reader, remoteTip, pending);
  if (rebased === null || !(await moveRef(repository, repository.branchRef, rebased, local.oid))) return null;
  return { local: await readCommit(reader, rebased), remote: remoteTip };
}

function brokenBranch(repository: LedgerRepository): IntegrityError {
  return new IntegrityError('LEDGER_CORRUPT', 'The local ledger has a branch that leads to no commit', {
    place: `${repository.directory}: ${repository.branchRef}`,
    nextStep: 'Remove that folder and read the remote ledger again; without a remote, restore a backup.',
  });
}

async function rewritten(repository: LedgerRepository): Promise<IntegrityError> {
  // A push sends contents, which this copy may not have; the remote mostly still has what lost its branch.
  const restore = (await repository.isPartial())
    ? `Put the branch back to the commit that ${repository.seenRef} of ${repository.directory} names, at the remote or from a complete clone`
    : `Push the last known state back (git --git-dir=${repository.directory} push <remote> ${repository.seenRef}:${repository.branchRef})`;
  return new IntegrityError(
    'LEDGER_REWRITTEN',
    "The remote's ledger no longer contains what it had when it was last read: it was rewritten, reset or removed",
    {
      place: repository.seenRef,
      nextStep: `${restore}, or, if the change was meant, delete that folder.`,
    },
  );
}
