import { IntegrityError } from '../../domain/errors.ts';
import type { CommitObject, GitObject, ObjectReader } from './ledger-objects.ts';

export interface TreeEntry {
  /** Path from the root of the branch. */
  readonly path: string;
  readonly name: string;
  /** Git's file mode in octal: 40000 a folder, 100644 a file. */
  readonly mode: string;
  readonly oid: string;
}

/** The files of one commit; folders are read when they are asked for, once. */
export interface LedgerTree {
  /** Entries directly below a folder ('' is the root) by name; empty when there is no such folder. */
  readonly children: (folder: string) => Promise<readonly TreeEntry[]>;
  /** What is at the path, or the file that stands where the path needs a folder; null when the path is free. */
  readonly occupant: (path: string) => Promise<TreeEntry | null>;
  /** Every file below a folder, in no particular order. Throws LEDGER_FOREIGN_FILE for links and submodules. */
  readonly filesBelow: (folder: string) => Promise<readonly TreeEntry[]>;
  readonly bytes: (file: TreeEntry) => Promise<Buffer>;
  /** The same for many; `ahead` names what else to bring when the remote has to be asked. Throws LEDGER_UNREACHABLE. */
  readonly contents: (
    files: readonly TreeEntry[],
    ahead?: () => Promise<readonly TreeEntry[]>,
  ) => Promise<readonly Buffer[]>;
}

const folderMode = '40000';
const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Walks a commit's trees through the reader. Throws LEDGER_CORRUPT for missing or damaged objects. */
export function createLedgerTree(reader: ObjectReader, commit: CommitObject): LedgerTree {
  const read = new Map<string, Promise<Buffer>>();
  const oidBytes = commit.tree.length / 2;

  const treeAt = (oid: string, path: string): Promise<Buffer> => {
    const known = read.get(path);
    if (known !== undefined) return known;
    const bytes = reader.read(oid).then((object) => requireObject(object, oid, 'tree', path));
    read.set(path, bytes);
    return bytes;
  };

  const folderAt = async (oid: string, path: string): Promise<readonly TreeEntry[]> =>
    parseTree(await treeAt(oid, path), oidBytes, path);

  const occupant = async (path: string): Promise<TreeEntry | null> => {
    let tree = await treeAt(commit.tree, '');
    let found: TreeEntry | null = null;
    for (const name of path.split('/')) {
      if (found !== null) {
        if (found.mode !== folderMode) return found;
        tree = await treeAt(found.oid, found.path);
      }
      found = findEntry(tree, oidBytes, found?.path ?? '', name);
      if (found === null) return null;
    }
    return found;
  };

  const children = async (folder: string): Promise<readonly TreeEntry[]> => {
    if (folder === '') return folderAt(commit.tree, '');
    const found = await occupant(folder);
    return found === null || found.mode !== folderMode ? [] : folderAt(found.oid, found.path);
  };

  const filesBelow = async (folder: string): Promise<readonly TreeEntry[]> => {
    const nested = (await children(folder)).map(async (entry) => {
      if (entry.mode === folderMode) return filesBelow(entry.path);
      if (entry.mode.startsWith('100')) return [entry];
      throw new IntegrityError('LEDGER_FOREIGN_FILE', `The ledger holds something that is no file: ${entry.path}`, {
        place: entry.path,
        nextStep: 'Run `benchgate ledger verify` to see the commit that added it.',
      });
    });
    return (await Promise.all(nested)).flat();
  };

  const contents = async (
    files: readonly TreeEntry[],
    ahead?: () => Promise<readonly TreeEntry[]>,
  ): Promise<readonly Buffer[]> => {
    const objects = await reader.readFiles(files, ahead);
    return files.map(({ oid, path }, index) => requireObject(objects[index] ?? null, oid, 'blob', path));
  };

  const bytes = async (file: TreeEntry): Promise<Buffer> =>
    requireObject((await reader.readFiles([file]))[0] ?? null, file.oid, 'blob', file.path);

  return { children, occupant, filesBelow, bytes, contents };
}

/** The bytes as text. Throws LEDGER_CORRUPT with the path when they are not UTF-8: nothing is replaced silently. */
export function strictUtf8(bytes: Uint8Array, path: string): string {
  try {
    return strictText.decode(bytes);
  } catch (cause) {
    throw new IntegrityError('LEDGER_CORRUPT', `Not valid UTF-8: ${path}`, {
      place: path,
      nextStep: 'Run `benchgate ledger verify` to see the commit that added it.',
      cause,
    });
  }
}

function requireObject(object: GitObject | null, oid: string, type: string, path: string): Buffer {
  if (object?.type === type) return object.bytes;
  throw new IntegrityError('LEDGER_CORRUPT', `The ledger lacks the ${type} ${oid} of '${path}'`, {
    place: path,
    nextStep: 'Remove the local copy and read the remote one again; without a remote, restore a backup.',
  });
}

/** One entry of a tree without reading the others: a month's tree grows with everything measured in it. */
function findEntry(bytes: Buffer, oidBytes: number, folder: string, name: string): TreeEntry | null {
  const wanted = Buffer.from(name);
  for (let position = 0; position < bytes.length; ) {
    const space = bytes.indexOf(0x20, position);
    const end = bytes.indexOf(0, space);
    const next = end + 1 + oidBytes;
    if (end - space - 1 === wanted.length && bytes.compare(wanted, 0, wanted.length, space + 1, end) === 0) {
      const mode = bytes.toString('latin1', position, space);
      const path = folder === '' ? name : `${folder}/${name}`;
      return { path, name, mode, oid: bytes.toString('hex', end + 1, next) };
    }
    position = next;
  }
  return null;
}

/** A tree is a run of `<mode> <name>\0<oid>` with the id as raw bytes. */
function parseTree(bytes: Buffer, oidBytes: number, folder: string): TreeEntry[] {
  const entries: TreeEntry[] = [];
  let position = 0;
  while (position < bytes.length) {
    const space = bytes.indexOf(0x20, position);
    const end = bytes.indexOf(0, space);
    const mode = bytes.toString('latin1', position, space);
    const parent = folder === '' ? '' : `${folder}/`;
    const name = strictUtf8(bytes.subarray(space + 1, end), `${parent}${bytes.toString('latin1', space + 1, end)}`);
    position = end + 1 + oidBytes;
    entries.push({ path: parent + name, name, mode, oid: bytes.toString('hex', end + 1, position) });
  }
  return entries.sort((one, other) => compareText(one.name, other.name));
}

/** Order of UTF-16 code units, the same everywhere. */
export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
