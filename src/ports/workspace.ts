import type { Host } from '../domain/provenance.ts';

/** Files that Benchgate itself reads and writes. Paths are absolute. */
export interface Files {
  readonly readText: (path: string) => Promise<string | null>;
  /** Null when absent or not a regular file (links are not followed); throws RangeError over the limit. */
  readonly readBytes: (path: string, limitBytes: number) => Promise<Uint8Array | null>;
  readonly exists: (path: string) => Promise<boolean>;
  /**
   * For files that live only as long as a trial: no parents, no synchronisation with the disk. Replaces what is there and
   * follows no symbolic link.
   */
  readonly writeScratch: (path: string, content: string) => Promise<void>;
  /** Creates parents. Mode is octal permission bits; content is complete or absent (temporary file, then rename). */
  readonly write: (path: string, content: Uint8Array | string, mode: number) => Promise<void>;
  /** Creates the folder and its parents, mode 0700; nothing when it is there. */
  readonly ensureFolder: (path: string) => Promise<void>;
  /** Removes everything inside but keeps the folder itself: it may be mounted in a sandbox. Follows no symbolic link. */
  readonly emptyFolder: (path: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  /** A new folder below the system's temporary one, mode 0700, symbolic links resolved. */
  readonly temporaryFolder: (prefix: string) => Promise<string>;
  /** Paths, relative with `/`, of the regular files below a folder, sorted; links are neither followed nor listed. Empty when it is not there. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  readonly copyTree: (from: string, to: string) => Promise<void>;
}

export type CorpusType = 'bytes' | 'spec' | 'tree';

export type CorpusReading =
  | { readonly status: 'hashed'; readonly hash: string; readonly path: string }
  | { readonly status: 'missing'; readonly path: string; readonly detail: string }
  /** The path is there but has the wrong shape: a folder for `bytes`, no corpus_spec.toml for `spec`, an LFS pointer. */
  | { readonly status: 'unusable'; readonly path: string; readonly detail: string };

export interface CorpusReader {
  readonly read: (projectDirectory: string, corpusPath: string, type: CorpusType) => Promise<CorpusReading>;
}

/** Content-addressed bytes of artifacts on this machine, outside anything measured code can see. */
export interface ArtifactStore {
  readonly folder: string;
  /** Stores the file's bytes; returns `sha256:<hex>`. Null when there is no such file; throws RangeError over the limit. */
  readonly keep: (path: string, limitBytes: number) => Promise<string | null>;
  readonly bytes: (hash: string) => Promise<Uint8Array | null>;
}

export interface Machine {
  readonly host: Host;
  /** The environment Benchgate was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}
