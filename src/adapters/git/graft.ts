import { EnvironmentError } from '../../domain/errors.ts';
import type { Revision } from '../../domain/provenance.ts';
import type { GitRun } from './git-run.ts';
import { resolveRevision } from './revisions.ts';

interface TreeEntry {
  readonly mode: string;
  readonly oid: string;
  /** Exact bytes. */
  readonly path: Buffer;
}

/** Commands that take paths as they are written, without `*` or `:(…)`. */
const literal = '--literal-pathspecs';

async function entriesOf(run: GitRun, sha: string, paths: readonly string[]): Promise<readonly TreeEntry[]> {
  if (paths.length === 0) return [];
  const { stdout } = await run([literal, 'ls-tree', '-r', '-z', '--full-tree', sha, '--', ...paths]);
  const entries: TreeEntry[] = [];
  for (let start = 0; start < stdout.length; ) {
    const tab = stdout.indexOf(9, start);
    const end = stdout.indexOf(0, tab);
    const [mode = '', , oid = ''] = stdout.toString('latin1', start, tab).split(' ');
    entries.push({ mode, oid, path: stdout.subarray(tab + 1, end) });
    start = end + 1;
  }
  return entries;
}

function fingerprint(entries: readonly TreeEntry[]): string {
  return entries.map(({ mode, oid, path }) => `${mode} ${oid} ${path.toString('latin1')}`).join('\n');
}

/** A path as git's fast-import reads it: in quotes, everything but plain ASCII in octal. */
function quoted(path: Buffer): string {
  let text = '';
  for (const byte of path) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    text += isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${text}"`;
}

/**
 * A commit whose tree is the head's with the donor's content at the paths (files or folders, relative to the top): what the
 * donor lacks there is gone. The head itself when nothing differs. The commit is in the object store and on no branch; equal
 * inputs give the same commit. Throws GIT_FAILED, REVISION_MISSING.
 */
export async function graft(run: GitRun, head: Revision, donor: string, paths: readonly string[]): Promise<Revision> {
  const [own, given] = [await entriesOf(run, head.sha, paths), await entriesOf(run, donor, paths)];
  if (fingerprint(own) === fingerprint(given)) return head;
  const message = `Benchgate: ${head.sha} with the harness of ${donor}`;
  const ref = `refs/benchgate/graft/${head.sha}-${donor}`;
  const stream = [
    `commit ${ref}\nmark :1\ncommitter Benchgate <benchgate@localhost> 0 +0000\n`,
    `data ${Buffer.byteLength(message)}\n${message}\nfrom ${head.sha}\n`,
    ...paths.map((path) => `D ${quoted(Buffer.from(path))}\n`),
    ...given.map(({ mode, oid, path }) => `M ${mode} ${oid} ${quoted(path)}\n`),
    `get-mark :1\n`,
    // Taken back within the stream, the name never comes to exist as a ref.
    `reset ${ref}\nfrom ${'0'.repeat(40)}\ndone\n`,
  ].join('');
  const { stdout } = await run(['fast-import', '--quiet', '--done', '--force', '--date-format=raw'], { input: stream });
  const revision = await resolveRevision(run, stdout.toString('latin1').trim());
  if (revision !== null) return revision;
  throw new EnvironmentError('GIT_FAILED', 'git did not make the commit that joins the head with the base’s harness', {
    place: `${head.sha} with ${donor}`,
    nextStep: 'run `git fsck` in the clone',
  });
}

export interface TreeChange {
  /** Paths that differ, sorted; not exact when a name is no UTF-8. */
  readonly paths: readonly string[];
  /** Unified diff, at most so many characters, cut at a line end. */
  readonly diff: string;
}

/** What differs between two commits at the paths. Throws GIT_FAILED. */
export async function changesBetween(
  run: GitRun,
  from: string,
  to: string,
  paths: readonly string[],
  limitCharacters: number,
): Promise<TreeChange> {
  if (paths.length === 0) return { paths: [], diff: '' };
  const range = [
    '--no-ext-diff',
    '--no-textconv',
    '--no-renames',
    '--ignore-submodules=none',
    from,
    to,
    '--',
    ...paths,
  ];
  const names = await run([literal, 'diff', '-z', '--name-only', ...range]);
  const list = names.stdout
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
  if (list.length === 0) return { paths: [], diff: '' };
  const { stdout } = await run([
    literal,
    'diff',
    '--text',
    '--no-color',
    '--src-prefix=a/',
    '--dst-prefix=b/',
    ...range,
  ]);
  const text = stdout.toString('utf8', 0, limitCharacters * 4);
  const cut = text.length <= limitCharacters ? text : text.slice(0, text.lastIndexOf('\n', limitCharacters - 1) + 1);
  return { paths: list.sort(), diff: cut };
}

/** The commit's parents as they are stored, which a shallow clone's other commands deny. Empty for a root or an unknown commit. */
export async function parentsOf(run: GitRun, sha: string): Promise<readonly string[]> {
  const { stdout } = await run(['cat-file', '--batch'], { input: `${sha}^{commit}\n` });
  const text = stdout.toString('latin1');
  const header = /^[0-9a-f]+ commit \d+\n/.exec(text);
  if (header === null) return [];
  const lines = text.slice(header[0].length).split('\n').slice(1);
  const end = lines.findIndex((line) => !line.startsWith('parent '));
  return lines.slice(0, end).map((line) => line.slice('parent '.length));
}

/** Paths of the files below a folder at a commit; empty when there is none. Names that are no UTF-8 are left out. */
export async function filesBelow(run: GitRun, sha: string, folder: string): Promise<readonly string[]> {
  return (await entriesOf(run, sha, [folder])).map(({ path }) => path.toString('utf8'));
}
