import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CorpusReader, CorpusReading, CorpusType } from '../../ports/workspace.ts';
import { isAbsent, systemCode } from './file-errors.ts';
import { resolvedPath } from './resolved-path.ts';
import { hashFile, hashTree, UnusableTree } from './tree-hash.ts';

const pointerDetail =
  'it is a git-lfs pointer, not the content: run `git lfs pull` (in a workflow: actions/checkout with `lfs: true`)';

type Kind = 'file' | 'folder' | 'other' | 'absent';

async function kindOf(path: string): Promise<Kind> {
  try {
    const status = await stat(path);
    return status.isFile() ? 'file' : status.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (isAbsent(error)) return 'absent';
    throw error;
  }
}

async function hashOneFile(path: string, shown: string): Promise<CorpusReading> {
  const hash = await hashFile(path);
  if (hash === null) return { status: 'missing', path: shown, detail: `corpus_path does not exist at ${path}` };
  if (hash === 'lfs_pointer') return { status: 'unusable', path: shown, detail: `${path}: ${pointerDetail}` };
  return { status: 'hashed', path: shown, hash: `sha256:${hash.digest.toString('hex')}` };
}

async function readSpec(root: string, kind: Kind): Promise<CorpusReading> {
  const wanted = "corpus_type='spec' requires";
  if (kind !== 'folder') {
    const detail = `${wanted} corpus_path to be a directory containing corpus_spec.toml, but ${root} is a file.`;
    return { status: 'unusable', path: root, detail };
  }
  const spec = await resolvedPath(root, 'corpus_spec.toml');
  if (spec === null || (await kindOf(spec)) !== 'file') {
    return { status: 'unusable', path: root, detail: `${wanted} corpus_spec.toml inside ${root}; not found` };
  }
  return hashOneFile(spec, root);
}

async function readBytes(root: string, kind: Kind): Promise<CorpusReading> {
  if (kind === 'file') return hashOneFile(root, root);
  const detail =
    kind === 'folder'
      ? `corpus_type='bytes' requires corpus_path to be a single file, but ${root} is a directory. ` +
        `Set corpus_type='spec' if the directory contains a corpus_spec.toml, or 'tree' to hash everything in it.`
      : `corpus_type='bytes' requires corpus_path to be a regular file, but ${root} is none.`;
  return { status: 'unusable', path: root, detail };
}

async function readTree(root: string, kind: Kind): Promise<CorpusReading> {
  if (kind !== 'folder') {
    const detail = `corpus_type='tree' requires corpus_path to be a directory, but ${root} is a file.`;
    return { status: 'unusable', path: root, detail };
  }
  try {
    return { status: 'hashed', path: root, hash: `sha256:${await hashTree(root)}` };
  } catch (error) {
    if (!(error instanceof UnusableTree)) throw error;
    return { status: 'unusable', path: root, detail: `${join(root, '/')}: ${error.message}` };
  }
}

const readers: Readonly<Record<CorpusType, (root: string, kind: Kind) => Promise<CorpusReading>>> = {
  bytes: readBytes,
  spec: readSpec,
  tree: readTree,
};

/**
 * Hashes a corpus as it is on disk, whatever git says. `bytes` and `spec` follow benchstone's rule to the byte; `tree`
 * is described in tree-hash.ts. `path` of the answer has its symbolic links resolved. Content that can't be read
 * (permission) is unusable; reading never throws.
 */
export const corpusReader: CorpusReader = {
  read: async (projectDirectory, corpusPath, type) => {
    if (corpusPath.includes('\0')) {
      return { status: 'unusable', path: corpusPath, detail: 'corpus_path contains a NUL character' };
    }
    const root = await resolvedPath(projectDirectory, corpusPath);
    if (root === null) {
      const path = join(projectDirectory, corpusPath);
      return { status: 'unusable', path, detail: `${path} is part of a loop of symbolic links` };
    }
    try {
      const kind = await kindOf(root);
      if (kind === 'absent') return { status: 'missing', path: root, detail: `corpus_path does not exist at ${root}` };
      return await readers[type](root, kind);
    } catch (error) {
      const code = systemCode(error);
      if (code === null) throw error;
      return { status: 'unusable', path: root, detail: `${root} cannot be read (${code})` };
    }
  },
};
