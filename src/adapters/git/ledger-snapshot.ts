import type { LedgerFile, LedgerSnapshot } from '../../ports/ledger-store.ts';
import { createReadAhead } from './ledger-ahead.ts';
import type { CommitObject, ObjectReader } from './ledger-objects.ts';
import { compareText, createLedgerTree, strictUtf8 } from './ledger-tree.ts';

/** Opens one commit for reading; closing the snapshot closes the reader. Reads throw LEDGER_CORRUPT for damage. */
export function openSnapshot(
  reader: ObjectReader,
  commit: CommitObject | null,
  requireAdditions: (tip: string) => Promise<void>,
): LedgerSnapshot {
  if (commit === null) {
    return {
      tip: null,
      list: async () => [],
      read: async () => [],
      bytes: async () => null,
      requireAdditions: async () => undefined,
      close: reader.close,
    };
  }
  const tree = createLedgerTree(reader, commit);
  const ahead = createReadAhead(tree);
  return {
    tip: commit.oid,
    list: async (folder) => (await tree.children(withoutSlash(folder))).map((entry) => entry.name),
    read: async (folders) => {
      const found = await Promise.all(folders.map((folder) => tree.filesBelow(withoutSlash(folder))));
      const byPath = new Map(found.flat().map((file) => [file.path, file]));
      const files = [...byPath.values()].sort((one, other) => compareText(one.path, other.path));
      const contents = await tree.contents(files, () => ahead.ofFolders(folders));
      return contents.map((bytes, index): LedgerFile => {
        const path = files[index]?.path ?? '';
        return { path, text: strictUtf8(bytes, path) };
      });
    },
    bytes: async (path) => {
      const file = await tree.occupant(path);
      if (file?.path !== path || !file.mode.startsWith('100')) return null;
      return (await tree.contents([file], () => ahead.ofFile(file)))[0] ?? null;
    },
    requireAdditions: () => requireAdditions(commit.oid),
    close: reader.close,
  };
}

function withoutSlash(folder: string): string {
  return folder.replace(/\/+$/, '');
}
