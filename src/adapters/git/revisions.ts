import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../../domain/errors.ts';
import type { Revision } from '../../domain/provenance.ts';
import type { GitRun } from './git-run.ts';

const fullSha = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export function missingRevision(sha: string): EnvironmentError {
  return new EnvironmentError('REVISION_MISSING', `commit ${sha} is not in this clone`, {
    place: sha,
    nextStep:
      'the clone is shallow or the commit was never fetched: use actions/checkout with `fetch-depth: 0` (or 2 for the parent), ' +
      'or run `git fetch --deepen=50 origin`',
  });
}

/** The commit a name means, with its tree; null when there is none. Asked through stdin: a name can't be an option. */
export async function resolveRevision(run: GitRun, name: string): Promise<Revision | null> {
  if (name === '' || /[\n\0]/.test(name)) return null;
  const { stdout } = await run(['cat-file', '--batch-check=%(objectname) %(objecttype)'], {
    input: `${name}^{commit}\n${name}^{tree}\n`,
  });
  const found = /^([0-9a-f]+) commit\n([0-9a-f]+) tree\n$/.exec(stdout.toString());
  return found?.[1] === undefined || found[2] === undefined ? null : { sha: found[1], tree: found[2] };
}

/** Null for a root commit. Throws REVISION_MISSING when the commit or its parent is cut off (shallow clone). */
export async function firstParentOf(run: GitRun, sha: string): Promise<Revision | null> {
  const { stdout } = await run(['cat-file', '--batch'], { input: `${sha}^{commit}\n` });
  const text = stdout.toString('latin1');
  const header = /^[0-9a-f]+ commit \d+\n/.exec(text);
  if (header === null) throw missingRevision(sha);
  // The commit as it is stored: where a shallow clone ends, every command but this one denies that there is a parent.
  const parent = /^tree [0-9a-f]+\nparent ([0-9a-f]+)\n/.exec(text.slice(header[0].length))?.[1];
  if (parent === undefined) return null;
  const revision = await resolveRevision(run, parent);
  if (revision === null) throw missingRevision(parent);
  return revision;
}

/** Null when the histories are unrelated, as far as this clone knows. Throws REVISION_MISSING for an unknown commit. */
export async function mergeBaseOf(run: GitRun, first: string, second: string): Promise<Revision | null> {
  const [one, other] = await Promise.all([resolveRevision(run, first), resolveRevision(run, second)]);
  if (one === null || other === null) throw missingRevision(one === null ? first : second);
  const { exitCode, stdout } = await run(['merge-base', one.sha, other.sha], { allowFailure: [1] });
  return exitCode === 0 ? resolveRevision(run, stdout.toString().trim()) : null;
}

/** See the port. A local branch only counts when another one is checked out. */
export async function defaultBranchOf(run: GitRun): Promise<string | null> {
  const remote = ['HEAD', 'main', 'master'].map((name) => `refs/remotes/origin/${name}`);
  const local = ['main', 'master'].map((name) => `refs/heads/${name}`);
  const { stdout } = await run(['for-each-ref', '--format=%(refname) %(HEAD) %(symref)', ...remote, ...local]);
  const refs = new Map<string, { readonly isCurrent: boolean; readonly target: string }>();
  for (const line of stdout.toString().split('\n')) {
    const found = /^(\S+) ([* ]) ?(\S*)$/.exec(line);
    if (found !== null) refs.set(found[1] ?? '', { isCurrent: found[2] === '*', target: found[3] ?? '' });
  }
  const target = refs.get('refs/remotes/origin/HEAD')?.target ?? '';
  if (target.startsWith('refs/remotes/')) return target.slice('refs/remotes/'.length);
  const name = [...remote.slice(1), ...local].find((ref) => refs.get(ref)?.isCurrent === false);
  return name?.replace(/^refs\/(?:remotes|heads)\//, '') ?? null;
}

/** Text of a file at a commit; symbolic links inside the repository are followed there. Null when it is no file. */
export async function fileAtRevision(run: GitRun, sha: string, path: string): Promise<string | null> {
  // `sha:./x` would be taken from the working folder.
  if (/[\n\0]/.test(path) || path.split('/').some((name) => name === '.' || name === '..')) return null;
  const { stdout } = await run(['cat-file', '--batch', '--follow-symlinks'], { input: `${sha}:${path}\n` });
  const header = /^[0-9a-f]+ blob (\d+)\n/.exec(stdout.toString('latin1', 0, 128));
  if (header === null) return null;
  return stdout.toString('utf8', header[0].length, header[0].length + Number(header[1]));
}

/**
 * Fetches one commit from origin into the project's object store, the only thing ever written there. A shallow clone
 * gets the commit alone; a complete one gets what it lacks of the history, since `--depth` would make the whole clone
 * shallow.
 */
export async function fetchFromOrigin(run: GitRun, commonFolder: string, sha: string): Promise<boolean> {
  if (!fullSha.test(sha)) return false;
  if ((await resolveRevision(run, sha)) !== null) return true;
  const depth = existsSync(join(commonFolder, 'shallow')) ? ['--depth=1'] : [];
  const quiet = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-prune', '--no-write-fetch-head'];
  const args = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', 'fetch', ...depth, ...quiet, 'origin', sha];
  const { exitCode } = await run(args, { allowFailure: [1, 128] });
  return exitCode === 0 && (await resolveRevision(run, sha)) !== null;
}
