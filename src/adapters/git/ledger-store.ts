import { resolve } from 'node:path';
import type { CommitElsewhere, LedgerStore } from '../../ports/ledger-store.ts';
import { type Git, maskCredentials } from './git-command.ts';
import { requireAdditions } from './ledger-additions.ts';
import { appendEntry } from './ledger-append.ts';
import { logCommits } from './ledger-commits.ts';
import { createContentSource } from './ledger-content.ts';
import { createObjectReader, type ObjectReader } from './ledger-objects.ts';
import { requireBranchName } from './ledger-paths.ts';
import { createLedgerRemote } from './ledger-remote.ts';
import { createLedgerRepository } from './ledger-repository.ts';
import type { Pacing } from './ledger-retry.ts';
import { openSnapshot } from './ledger-snapshot.ts';
import { type LedgerContext, synchronise } from './ledger-sync.ts';

export interface LedgerStoreOptions extends Pacing {
  readonly git: Git;
  /** Bare repository for the local copy; made on first use. */
  readonly directory: string;
  readonly branch: string;
  /** Absolute path or address; null for a ledger that is only here. */
  readonly remote: string | null;
  readonly offline: boolean;
  readonly commitElsewhere?: CommitElsewhere | null;
}

/** The ledger on a git branch. Throws USAGE for a branch name that git or the remote would not take. */
export function createLedgerStore(options: LedgerStoreOptions): LedgerStore {
  const { git, branch, remote, offline, random, sleep } = options;
  requireBranchName(branch);
  const directory = resolve(options.directory);
  const pacing = { random, sleep };
  const repository = createLedgerRepository(git, directory, branch);
  const reached = remote === null || offline ? null : createLedgerRemote(repository, remote, pacing);
  const source = createContentSource(repository, reached);
  const commitElsewhere = options.commitElsewhere ?? null;
  const context: LedgerContext = { repository, remote: reached, pacing, commitElsewhere, branch };

  /** The reader is closed when the work fails; otherwise its owner closes it. */
  const withReader = async <Result>(work: (reader: ObjectReader) => Promise<Result>): Promise<Result> => {
    await repository.ensure();
    const reader = createObjectReader(repository, source);
    try {
      return await work(reader);
    } catch (error) {
      await reader.close();
      throw error;
    }
  };

  return {
    location: directory,
    remote: remote === null ? null : maskCredentials(remote),
    snapshot: () =>
      withReader(async (reader) => {
        const { local } = await synchronise(context, reader, false);
        // A ledger that was never anywhere else has no writer but Benchgate.
        const check = (tip: string) =>
          remote === null ? Promise.resolve() : requireAdditions(repository, reader, tip);
        return openSnapshot(reader, local, check);
      }),
    append: (entry) =>
      withReader(async (reader) => {
        const appended = await appendEntry(context, reader, entry, remote === null ? 'no_remote' : 'offline');
        await reader.close();
        return appended;
      }),
    commits: async function* () {
      const tip = await withReader(async (reader) => {
        const { local } = await synchronise(context, reader, false);
        await reader.close();
        return local;
      });
      if (tip !== null) yield* logCommits(repository, [tip.oid]);
    },
  };
}
