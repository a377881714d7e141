import { EnvironmentError } from '../../domain/errors.ts';
import type { Appended, CommitElsewhere, LedgerEntry, PushState } from '../../ports/ledger-store.ts';
import { commitMessage, findRun, highestSequence, parseMessage } from './ledger-format.ts';
import { commitToBranch, moveRef, type NewCommit } from './ledger-import.ts';
import { type CommitObject, type ObjectReader, readCommit } from './ledger-objects.ts';
import { filesOf, folderOf, formatFile, pathTaken } from './ledger-paths.ts';
import { isSharedPath } from './ledger-rebase.ts';
import type { PushOutcome } from './ledger-remote.ts';
import { localWait, remoteWait, untilUncontended } from './ledger-retry.ts';
import { type LedgerContext, readLocal, type SyncedState, synchronise } from './ledger-sync.ts';
import { createLedgerTree } from './ledger-tree.ts';

/** A rejected push whose remote has not moved since is no lost race, once it has happened this often in a row. */
const unexplainedRejections = 6;
/** How many appends lie between two looks at the repository's state. */
const maintenanceInterval = 256;

interface Written {
  readonly sequence: number;
  readonly commit: string;
  readonly existed: boolean;
}

/**
 * Adds an entry to the local branch and pushes the branch until the remote has the entry. The local branch is first, so
 * that a push that fails or a process that is stopped leaves the entry to the next write. Throws what `synchronise` and
 * `push` name; LEDGER_PUSH_REJECTED and LEDGER_UNREACHABLE come after the entry is on the local branch.
 */
export async function appendEntry(
  context: LedgerContext,
  reader: ObjectReader,
  entry: LedgerEntry,
  withoutRemote: Exclude<PushState, 'pushed'>,
): Promise<Appended> {
  const { repository, remote, pacing } = context;
  filesOf(entry, 1);
  let existed: boolean | null = null;
  let rejectedAt: string | null | undefined;
  let rejections = 0;
  const done = await untilUncontended(pacing, remoteWait, async (attempt) => {
    const { state, failure } = await synchroniseOrKeep(context, reader, attempt > 0);
    const written = await writeLocally(context, reader, entry);
    existed ??= written.existed;
    if (failure !== null) throw keptLocally(context, failure.code, `${failure.message}.`, failure);
    if (remote === null) return { ...written, push: withoutRemote };
    const remoteTip = state?.remote ?? null;
    const arrived = remoteTip === null ? null : await locate(context, reader, remoteTip, entry);
    if (arrived !== null) return { ...arrived, push: 'pushed' as const };
    const tip = await readCommit(reader, repository.branchRef);
    if (tip === null) return null;
    const outcome = await remote.push(tip.oid);
    if (outcome.kind === 'pushed') {
      // Another process may have seen a later one already.
      await moveRef(repository, repository.seenRef, tip.oid, remoteTip?.oid ?? null).catch(() => false);
      // Another process may also have written to the local branch, or renumbered it, since.
      const sent = tip.oid === written.commit ? written : await locate(context, reader, tip, entry);
      return sent === null ? null : { ...sent, push: 'pushed' as const };
    }
    if (outcome.kind === 'refused' && context.commitElsewhere !== null) {
      await throughApi(context, context.commitElsewhere, entry, written, remoteTip, outcome);
      return null; // the next round fetches what the remote has now
    }
    if (outcome.kind !== 'lost') throw pushFailure(context, outcome);
    rejections = rejectedAt === (remoteTip?.oid ?? null) ? rejections + 1 : 1;
    rejectedAt = remoteTip?.oid ?? null;
    if (rejections === unexplainedRejections) throw pushFailure(context, { ...outcome, kind: 'refused' });
    return null;
  });
  if (existed !== true && done.sequence % maintenanceInterval === 0) {
    // The entry is written; that the repository could not be tidied takes nothing from it.
    await repository.maintain().catch(() => undefined);
  }
  return { sequence: done.sequence, commit: done.commit, existed: existed === true, push: done.push };
}

/** Puts the entry on the remote's branch without a push. Throws LEDGER_PUSH_REJECTED when that is refused as well. */
async function throughApi(
  context: LedgerContext,
  commitElsewhere: CommitElsewhere,
  entry: LedgerEntry,
  { sequence }: Written,
  remoteTip: CommitObject | null,
  pushed: PushOutcome & { readonly kind: 'refused' },
): Promise<void> {
  const format = remoteTip === null ? [{ path: formatFile.path, bytes: formatFile.bytes }] : [];
  const answer = await commitElsewhere({
    branch: context.branch,
    parent: remoteTip?.oid ?? null,
    message: commitMessage(entry.message, entry.runKey, sequence),
    files: [...format, ...filesOf(entry, sequence)],
  });
  if (answer.kind !== 'refused') return;
  throw pushFailure(context, { ...pushed, detail: `${pushed.detail}; by the API: ${answer.detail}` });
}

/** An unreachable remote does not keep an entry from the local branch; the failure is reported after that. */
async function synchroniseOrKeep(
  context: LedgerContext,
  reader: ObjectReader,
  changed: boolean,
): Promise<{ readonly state: SyncedState | null; readonly failure: EnvironmentError | null }> {
  try {
    return { state: await synchronise(context, reader, changed), failure: null };
  } catch (error) {
    if (error instanceof EnvironmentError && error.code === 'LEDGER_UNREACHABLE') {
      return { state: null, failure: error };
    }
    throw error;
  }
}

/** Puts the entry on the local branch unless it is there. */
async function writeLocally(context: LedgerContext, reader: ObjectReader, entry: LedgerEntry): Promise<Written> {
  const { repository, pacing } = context;
  return untilUncontended(pacing, localWait, async () => {
    const local = await readLocal(repository, reader);
    const existing = local === null ? null : await locate(context, reader, local, entry);
    if (existing !== null) return existing;
    const tree = local === null ? null : createLedgerTree(reader, local);
    const sequence = (await highestSequence(local, tree)) + 1;
    const files: NewCommit['files'][number][] =
      local === null ? [{ path: formatFile.path, content: formatFile.bytes }] : [];
    for (const { path, bytes } of filesOf(entry, sequence)) {
      const occupant = (await tree?.occupant(path)) ?? null;
      if (occupant === null) files.push({ path, content: bytes });
      else if (!isSharedPath(path) || occupant.path !== path) throw pathTaken(path);
    }
    const message = commitMessage(entry.message, entry.runKey, sequence);
    const commit = await commitToBranch(repository, local?.oid ?? null, { message, files });
    return commit === null ? null : { sequence, commit, existed: false };
  });
}

/** The entry on a commit's tree and the commit that added it; null when it is not there. */
async function locate(
  { repository }: LedgerContext,
  reader: ObjectReader,
  tip: CommitObject,
  entry: LedgerEntry,
): Promise<Written | null> {
  const folders = filesOf(entry, 1).map(({ path }) => folderOf(path));
  const found = await findRun(createLedgerTree(reader, tip), folders, entry.runKey);
  if (found === null) return null;
  if (parseMessage(tip.message)?.runKey === entry.runKey) return { ...found, commit: tip.oid, existed: true };
  const { stdout } = await repository.run([
    'log',
    '-1',
    '--format=%H',
    '--no-show-signature',
    tip.oid,
    '--',
    found.path,
  ]);
  return { ...found, commit: stdout.toString('latin1').trim(), existed: true };
}

function pushFailure(context: LedgerContext, outcome: Exclude<PushOutcome, { kind: 'pushed' }>): EnvironmentError {
  return outcome.kind === 'unreachable'
    ? keptLocally(context, 'LEDGER_UNREACHABLE', `The ledger's remote can't be written: ${outcome.detail}.`)
    : keptLocally(context, 'LEDGER_PUSH_REJECTED', `The ledger's remote refused the push: ${outcome.detail}.`);
}

function keptLocally(
  { repository }: LedgerContext,
  code: EnvironmentError['code'],
  message: string,
  cause?: unknown,
): EnvironmentError {
  const nextStep =
    code === 'LEDGER_UNREACHABLE'
      ? 'Check the address, the network and the credentials, or work on the local copy with --offline.'
      : 'Allow pushes to the ledger branch (in a workflow: `permissions: contents: write`, no rule on the branch).';
  const kept = `The records are kept locally in ${repository.directory} and are pushed with the next write.`;
  return new EnvironmentError(code, `${message} ${kept}`, { place: repository.branchRef, nextStep, cause });
}
