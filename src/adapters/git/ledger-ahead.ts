import { parseNumberedName } from './ledger-paths.ts';
import type { LedgerTree, TreeEntry } from './ledger-tree.ts';

/** What to bring together with contents that the remote has to be asked for, as each question takes as long as many files. */
export interface ReadAhead {
  readonly ofFolders: (folders: readonly string[]) => Promise<readonly TreeEntry[]>;
  readonly ofFile: (file: TreeEntry) => Promise<readonly TreeEntry[]>;
}

/**
 * All events, once some are wanted: they are few and small, and read folder by folder. Of single files that are asked
 * for one after the other, the ones that come next, more with every question: runs from the newest, others by path.
 */
export function createReadAhead(tree: LedgerTree): ReadAhead {
  let questions = 0;
  return {
    ofFolders: async (folders) =>
      folders.some((folder) => folder.startsWith('events/')) ? tree.filesBelow('events') : [],
    ofFile: async (file) => {
      const count = 4 ** questions - 1;
      questions += 1;
      if (count === 0 || !file.path.includes('/')) return [];
      const files = [...(await tree.filesBelow(scopeOf(file.path)))].sort(later);
      const position = files.findIndex(({ path }) => path === file.path);
      return files.slice(position + 1, position + 1 + count);
    },
  };
}

/** `runs/<month>` of a run, the first folder of other files. */
function scopeOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('runs/') ? 2 : 1)
    .join('/');
}

function later(one: TreeEntry, other: TreeEntry): number {
  const [first, second] = [one, other].map(({ name }) => parseNumberedName(name)?.sequence ?? 0);
  if (first !== second) return (second ?? 0) - (first ?? 0);
  return one.path < other.path ? -1 : 1;
}
