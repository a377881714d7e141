import { createHash } from 'node:crypto';
import { EnvironmentError } from '../../domain/errors.ts';
import { formatFile } from './ledger-paths.ts';
import type { LedgerRemote } from './ledger-remote.ts';
import type { LedgerRepository } from './ledger-repository.ts';

/** A file of the ledger whose bytes are wanted. */
export interface WantedFile {
  readonly path: string;
  readonly oid: string;
}

/** Where the contents are that the local copy was made without. */
export interface ContentSource {
  /**
   * Brings the contents in with one request, and with it those of more files. False when the copy is a complete one,
   * where a missing object is damage. Throws LEDGER_UNREACHABLE when they can't be had.
   */
  readonly obtain: (missing: readonly WantedFile[], more: readonly WantedFile[]) => Promise<boolean>;
}

/** Its bytes are the same in every ledger, so they need not be asked for. */
const formatOid = createHash('sha1').update(`blob ${formatFile.bytes.length}\0`).update(formatFile.bytes).digest('hex');

/** `remote` is null when it must not be asked. */
export function createContentSource(repository: LedgerRepository, remote: LedgerRemote | null): ContentSource {
  return {
    obtain: async (missing, more) => {
      if (!(await repository.isPartial())) return false;
      if (missing.some(({ oid }) => oid === formatOid)) {
        await repository.run(['hash-object', '-w', '-t', 'blob', '--stdin'], { input: formatFile.bytes });
      }
      const wanted = missing.filter(({ oid }) => oid !== formatOid);
      if (wanted.length === 0) return true;
      if (remote === null) throw notHere(repository, wanted);
      await remote.fetchContents([...wanted, ...more]);
      return true;
    },
  };
}

/** The error for contents that did not come although the remote was asked without a failure. */
export function notDelivered(missing: readonly WantedFile[]): EnvironmentError {
  return new EnvironmentError('LEDGER_UNREACHABLE', `The ledger's remote did not send ${listed(missing)}`, {
    ...(missing[0] === undefined ? {} : { place: missing[0].path }),
    nextStep: "Run the command again; if it stays like this, check the remote's repository (git fsck).",
  });
}

function notHere(repository: LedgerRepository, missing: readonly WantedFile[]): EnvironmentError {
  return new EnvironmentError(
    'LEDGER_UNREACHABLE',
    `The local copy of the ledger holds only what was read before, and lacks ${listed(missing)}`,
    {
      place: repository.directory,
      nextStep: "Run the same command once online, with the ledger's remote; then it works with --offline too.",
    },
  );
}

function listed(missing: readonly WantedFile[]): string {
  const others = missing.length - 1;
  if (others <= 0) return `the content of ${missing[0]?.path}`;
  return `the contents of ${missing[0]?.path} and ${others} other ${others === 1 ? 'file' : 'files'}`;
}
