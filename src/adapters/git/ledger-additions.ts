import { IntegrityError } from '../../domain/errors.ts';
import { logCommits } from './ledger-commits.ts';
import { type ObjectReader, readCommit } from './ledger-objects.ts';
import type { LedgerRepository } from './ledger-repository.ts';

/**
 * Checks that every commit since the last check only added files, and remembers how far it got (`refs/benchgate/checked`).
 * The work is proportional to the new commits. Throws LEDGER_REWRITTEN (65) naming the commit and the path.
 */
export async function requireAdditions(repository: LedgerRepository, reader: ObjectReader, tip: string): Promise<void> {
  const checkedRef = repository.branchRef.replace(/^refs\/heads\//, 'refs/benchgate/checked/');
  const checked = await readCommit(reader, checkedRef);
  if (checked?.oid === tip) return;
  const range = checked === null ? [tip] : [tip, `^${checked.oid}`];
  for await (const { commit, changes } of logCommits(repository, range)) {
    const other = changes.find((change) => change.status !== 'A');
    if (other === undefined) continue;
    throw new IntegrityError('LEDGER_REWRITTEN', 'a commit of the ledger changed or removed a file; it may only add', {
      place: `${commit.slice(0, 10)} ${other.path} (status ${other.status})`,
      nextStep:
        'run `benchgate ledger verify` to see every problem, and restore the branch from a commit that verifies',
    });
  }
  await repository.run(['update-ref', checkedRef, tip], { allowFailure: [1, 128] });
}
