import type { Isolation } from '../domain/provenance.ts';

/** How one process ended. Exactly one of the flags tells why when it was not an ordinary exit. */
export interface ProcessEnding {
  /** Exit status of the shell; null when the process was killed by us or never started. */
  readonly exitCode: number | null;
  /** Signal name when the command died of one (shells report it as 128 + number), else null. */
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly outputTooLarge: boolean;
  readonly interrupted: boolean;
  /** Set when the process could not be started at all. */
  readonly spawnError: string | null;
  /** From the start of the shell to its end, measured outside the process. */
  readonly wallSeconds: number;
  /** Had to be killed with SIGKILL after SIGTERM went unheeded. */
  readonly forced: boolean;
}

export interface SessionOptions {
  /** Run by `/bin/sh -c`, the same text for every run of the session. */
  readonly command: string;
  /** Absolute path of the arm's project folder: working directory, writable. */
  readonly projectDirectory: string;
  /** Absolute path of the arm's work tree top; writable for measured code. */
  readonly treeDirectory: string;
  /** Absolute path of the scratch folder that both sides see at this same path; writable. */
  readonly scratchDirectory: string;
  /** The whole environment of the process; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute paths hidden from the process with everything below: ledger, references, credentials. */
  readonly hiddenPaths: readonly string[];
  /** Hidden likewise, except for a corpus below: the other arm's tree. */
  readonly coveredPaths?: readonly string[];
  /** Files seen with another one's content, such as a git configuration without its credentials. */
  readonly replacedFiles?: readonly { readonly path: string; readonly with: string }[];
  /** Absolute paths that the engine needs kept: readable although below a hidden one, read-only although below a writable one. */
  readonly readablePaths: readonly string[];
  /** Absolute path of the data that the command reads; shown below a covered path and never below a hidden one. */
  readonly corpusPath?: string | null;
  /** Absolute paths outside the tree that the manifest lets the process write; refused when they touch anything guarded. */
  readonly writablePaths: readonly string[];
  /** Build caches: writable too, and left out, not refused, where they touch anything guarded. */
  readonly cachePaths?: readonly string[];
  /** Devices such as /dev/nvidia0 are visible. */
  readonly devices: boolean;
  readonly timeoutSeconds: number;
  /** Limit for stdout and for stderr, each; reaching it kills the process. */
  readonly outputLimitBytes: number;
  readonly stdoutPath: string;
  readonly stderrPath: string;
}

export interface Session {
  readonly isolation: Isolation;
  /** Runs the command once, from a clean process table; resolves when every process it started is gone. Never rejects for what the command does. */
  readonly run: (signal: AbortSignal) => Promise<ProcessEnding>;
  readonly close: () => Promise<void>;
}

export interface Sandbox {
  /**
   * Opens a session; falls back to no isolation (and says why in `isolation`) where the machine has none.
   * Throws MANIFEST_INVALID (64) for a writable path and CORPUS_MISSING (65) for a corpus that measured code must not have.
   */
  readonly open: (options: SessionOptions) => Promise<Session>;
}
