import type { LedgerFile, LedgerSnapshot } from '../../ports/ledger-store.ts';
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
  return {
    tip: commit.oid,
    list: async (folder) => (await tree.children(withoutSlash(folder))).map((entry) => entry.name),
    read: async (folders) => {
      const found = await Promise.all(folders.map((folder) => tree.filesBelow(withoutSlash(folder))));
      const byPath = new Map(found.flat().map((file) => [file.path, file]));
      const files = [...byPath.values()].sort((one, other) => compareText(one.path, other.path));
      return Promise.all(
        files.map(
          async (file): Promise<LedgerFile> => ({
            path: file.path,
            text: strictUtf8(await tree.bytes(file), file.path),
          }),
        ),
      );
    },
    bytes: async (path) => {
      const file = await tree.occupant(path);
      return file?.path === path && file.mode.startsWith('100') ? tree.bytes(file) : null;
    },
    requireAdditions: () => requireAdditions(commit.oid),
    close: reader.close,
  };
}

function withoutSlash(folder: string): string {
  return folder.replace(/\/+$/, '');
}
