import { createHash } from 'node:crypto';
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { placeOf, quotedLines } from './byte-path.ts';
import type { GitRun } from './git-run.ts';
import type { IndexEntry } from './porcelain.ts';

function linkSha(place: Buffer, sha: string): string {
  const target = readlinkSync(place, { encoding: 'buffer' });
  const hash = createHash(sha.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${target.length}\0`).update(target).digest('hex');
}

function hasSameKind(status: Stats, mode: string): boolean {
  if (mode === '120000') return status.isSymbolicLink();
  const isExecutable = (status.mode & 0o100) !== 0;
  return status.isFile() && (process.platform === 'win32' || isExecutable === (mode === '100755'));
}

async function isSparse(run: GitRun): Promise<boolean> {
  const { stdout } = await run(['config', '--type=bool', '--get', 'core.sparseCheckout'], { allowFailure: [1] });
  return stdout.toString().trim() === 'true';
}

/**
 * Those of the files flagged `assume-unchanged` or `skip-worktree` that really differ from the index. The flags alone
 * say nothing: every sparse checkout has thousands, and some tools set them out of habit. But status believes them, so
 * they hide a change; hence kind, executable bit and content are compared here, by git's own hash with the project's
 * filters (line endings, LFS). A file that is absent differs, except in a sparse checkout, where that is what the flag
 * means.
 */
export async function differingFiles(run: GitRun, top: string, entries: readonly IndexEntry[]): Promise<IndexEntry[]> {
  const differing: IndexEntry[] = [];
  const absent: IndexEntry[] = [];
  const toHash: IndexEntry[] = [];
  for (const entry of entries) {
    const place = placeOf(top, entry.path);
    const status = lstatSync(place, { throwIfNoEntry: false });
    if (status === undefined) (entry.flag === 'skip_worktree' ? absent : differing).push(entry);
    else if (!hasSameKind(status, entry.mode)) differing.push(entry);
    else if (status.isFile()) toHash.push(entry);
    else if (linkSha(place, entry.sha) !== entry.sha) differing.push(entry);
  }
  const [isExpected, hashes] = await Promise.all([
    absent.length > 0 ? isSparse(run) : true,
    toHash.length > 0 ? hashOnDisk(run, toHash) : [],
  ]);
  if (!isExpected) differing.push(...absent);
  return differing.concat(toHash.filter((entry, index) => hashes[index] !== entry.sha));
}

async function hashOnDisk(run: GitRun, entries: readonly IndexEntry[]): Promise<string[]> {
  const input = quotedLines(entries.map((entry) => entry.path));
  const { stdout } = await run(['hash-object', '--stdin-paths'], { input });
  return stdout.toString().split('\n');
}
