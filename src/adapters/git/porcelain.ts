/**
 * Parsers of git's NUL-separated output. Names are bytes there: they are kept as byte strings, one character per byte
 * (latin1), which loses nothing; `shown` makes readable text of them.
 */

export interface StatusEntry {
  readonly kind: 'ordinary' | 'conflicted' | 'untracked';
  /** Something differs between head and index. */
  readonly staged: boolean;
  /** Something differs between index and disk. */
  readonly changed: boolean;
  /** The entry is a submodule; `commit` when another commit is checked out there than recorded. */
  readonly submodule: { readonly commit: boolean } | null;
  readonly path: string;
}

export interface Status {
  /** Null before the first commit. */
  readonly sha: string | null;
  /** Null when the head is detached. */
  readonly branch: string | null;
  readonly entries: readonly StatusEntry[];
}

/** A byte string as text; bytes that are not UTF-8 become U+FFFD. */
export function shown(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Index just behind the n-th space: where a record's path begins (paths may hold spaces themselves). */
function afterSpaces(record: string, count: number): number {
  let at = 0;
  for (let seen = 0; seen < count; seen++) at = record.indexOf(' ', at) + 1;
  return at;
}

const leadingFields: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10 };

function parseTracked(record: string): StatusEntry {
  const submodule = record.slice(5, 9);
  return {
    kind: record.startsWith('u') ? 'conflicted' : 'ordinary',
    staged: record[2] !== '.',
    changed: record[3] !== '.',
    submodule: submodule.startsWith('S') ? { commit: submodule[1] === 'C' } : null,
    path: record.slice(afterSpaces(record, leadingFields[record.charAt(0)] ?? 0)),
  };
}

/** Reads `git status --porcelain=v2 -z --branch`. Unknown header lines and ignored entries (`!`) are passed over. */
export function parseStatus(output: Buffer): Status {
  let sha: string | null = null;
  let branch: string | null = null;
  const entries: StatusEntry[] = [];
  const records = output.toString('latin1').split('\0');
  for (let at = 0; at < records.length; at++) {
    const record = records[at] ?? '';
    if (record.startsWith('# branch.oid ')) sha = /^[0-9a-f]+$/.exec(record.slice(13))?.[0] ?? null;
    else if (record.startsWith('# branch.head ')) {
      branch = record.slice(14) === '(detached)' ? null : shown(record.slice(14));
    } else if (/^[12u] /.test(record)) {
      entries.push(parseTracked(record));
      if (record.startsWith('2')) at++; // the name before the renaming is a record of its own
    } else if (record.startsWith('? ')) {
      entries.push({ kind: 'untracked', staged: false, changed: true, submodule: null, path: record.slice(2) });
    }
  }
  return { sha, branch, entries };
}

export interface IndexEntry {
  readonly mode: string;
  readonly sha: string;
  readonly path: string;
  /** What git was told: not to look for changes, or not to expect the file on disk. */
  readonly flag: 'none' | 'assume_unchanged' | 'skip_worktree';
}

export interface Listing {
  /** Files with a flag. */
  readonly flagged: readonly IndexEntry[];
  readonly submodules: readonly IndexEntry[];
  /** Not in the index and not ignored by a .gitignore. */
  readonly untracked: readonly string[];
}

function flagOf(tag: string): IndexEntry['flag'] {
  if (tag === 'S' || tag === 's') return 'skip_worktree';
  return tag === tag.toLowerCase() ? 'assume_unchanged' : 'none';
}

/**
 * Reads `git ls-files -v --stage --cached --others -z`: `H 100644 <sha> 0<tab>path` and `? path`. Ordinary entries,
 * which are nearly all of them, are passed over without being taken apart.
 */
export function parseListing(output: Buffer): Listing {
  const flagged: IndexEntry[] = [];
  const submodules: IndexEntry[] = [];
  const untracked: string[] = [];
  for (const record of output.toString('latin1').split('\0')) {
    if (record === '') continue;
    if (record.startsWith('? ')) {
      untracked.push(record.slice(2));
      continue;
    }
    const isSubmodule = record.startsWith('160000', 2);
    const flag = flagOf(record.charAt(0));
    if (flag === 'none' && !isSubmodule) continue;
    const tab = record.indexOf('\t');
    const [, mode = '', sha = ''] = record.slice(0, tab).split(' ');
    (isSubmodule ? submodules : flagged).push({ mode, sha, path: record.slice(tab + 1), flag });
  }
  return { flagged, submodules, untracked };
}
