import { randomUUID } from 'node:crypto';
import { requireContention } from './ledger-lock.ts';
import type { LedgerRepository } from './ledger-repository.ts';

export interface NewCommit {
  readonly message: string;
  /** Content, or the id of a blob that the repository has. */
  readonly files: readonly { readonly path: string; readonly content: Uint8Array | { readonly oid: string } }[];
}

const identity = 'Benchgate <benchgate@localhost>';
const zeroOid = '0'.repeat(40);

/**
 * Adds one commit to the local branch in one process: git itself refuses, under the ref's lock, to move the branch to
 * a commit that does not contain its present tip. Returns the new tip, or null when another writer was faster.
 */
export async function commitToBranch(
  repository: LedgerRepository,
  parent: string | null,
  commit: NewCommit,
): Promise<string | null> {
  return runImport(repository, importStream(repository.branchRef, parent, [commit], []));
}

/** Writes commits on top of a commit without moving any ref. Returns the last one, or null when a lock was held. */
export async function commitWithoutRef(
  repository: LedgerRepository,
  parent: string,
  commits: readonly NewCommit[],
): Promise<string | null> {
  // The import needs a name for its branch; taken back within the stream, it never comes to exist as a ref.
  const name = `refs/benchgate/import/${randomUUID()}`;
  return runImport(repository, importStream(name, parent, commits, [`reset ${name}\nfrom ${zeroOid}\n`]));
}

/** Moves a ref from one commit (null: from not being there) to another. False when it was not at that commit. */
export async function moveRef(
  repository: LedgerRepository,
  ref: string,
  to: string,
  from: string | null,
): Promise<boolean> {
  const args = ['update-ref', '--no-deref', ref, to, from ?? zeroOid];
  const { exitCode, stderr } = await repository.run(args, { allowFailure: [1, 128] });
  if (exitCode === 0) return true;
  await requireContention(args, exitCode, stderr);
  return false;
}

async function runImport(repository: LedgerRepository, input: Buffer): Promise<string | null> {
  const args = ['fast-import', '--quiet', '--done', '--date-format=raw'];
  const { exitCode, stdout, stderr } = await repository.run(args, { input, allowFailure: [1] });
  if (exitCode === 0) return stdout.toString('latin1').trim();
  await requireContention(args, exitCode, stderr);
  return null;
}

function importStream(
  ref: string,
  parent: string | null,
  commits: readonly NewCommit[],
  closing: readonly string[],
): Buffer {
  const seconds = Math.floor(Date.now() / 1000);
  const parts: Uint8Array[] = [];
  const text = (line: string): void => void parts.push(Buffer.from(line));
  const data = (bytes: Uint8Array): void => {
    text(`data ${bytes.length}\n`);
    parts.push(bytes);
    text('\n');
  };
  for (const [index, commit] of commits.entries()) {
    text(`commit ${ref}\nmark :${index + 1}\ncommitter ${identity} ${seconds} +0000\n`);
    data(Buffer.from(commit.message));
    if (index === 0 && parent !== null) text(`from ${parent}\n`);
    for (const { path, content } of commit.files) {
      if ('oid' in content) {
        text(`M 100644 ${content.oid} ${path}\n`);
      } else {
        text(`M 100644 inline ${path}\n`);
        data(content);
      }
    }
  }
  text(`get-mark :${commits.length}\n`);
  closing.forEach(text);
  text('done\n');
  return Buffer.concat(parts);
}
