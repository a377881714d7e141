import { type ExitCode, exitCodes } from './exit-code.ts';

/** Why Benchgate could not find out. A bad benchmark result is data and never one of these. */
export type ErrorCode =
  | 'USAGE'
  | 'MANIFEST_MISSING'
  | 'MANIFEST_INVALID'
  | 'UNKNOWN_BENCHMARK'
  | 'PROMOTE_REFUSED'
  | 'REFERENCE_REFUSED'
  | 'DIRTY_TREE'
  | 'CORPUS_DRIFT'
  | 'CORPUS_MISSING'
  | 'LEDGER_CORRUPT'
  | 'LEDGER_FOREIGN_FILE'
  | 'LEDGER_REWRITTEN'
  | 'BUNDLE_INVALID'
  | 'GIT_MISSING'
  | 'NOT_A_REPOSITORY'
  | 'NO_COMMIT'
  | 'REVISION_MISSING'
  | 'GIT_FAILED'
  | 'FORGE_REFUSED'
  | 'LEDGER_UNREACHABLE'
  | 'LEDGER_PUSH_REJECTED'
  | 'SETUP_FAILED'
  | 'TOOL_MISSING'
  | 'EVENT_UNREADABLE'
  | 'CAPACITY'
  | 'DISK_FULL'
  | 'INPUT_OUTPUT'
  | 'BUG'
  | 'INTERRUPTED';

export interface ErrorDetails {
  /** File with line, key path, command or revision: where to look. */
  readonly place?: string;
  /** What the person can do now. */
  readonly nextStep: string;
  readonly cause?: unknown;
}

export class BenchgateError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly place: string | null;
  readonly nextStep: string;

  constructor(code: ErrorCode, exitCode: ExitCode, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.exitCode = exitCode;
    this.place = details.place ?? null;
    this.nextStep = details.nextStep;
  }
}

/** The command line, the manifest or the request is wrong: exit 64. */
export class UsageError extends BenchgateError {
  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(code, exitCodes.usage, message, details);
    this.name = 'UsageError';
  }
}

/** What was to be measured or read is not what was declared or recorded: exit 65. */
export class IntegrityError extends BenchgateError {
  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(code, exitCodes.integrity, message, details);
    this.name = 'IntegrityError';
  }
}

/** Git, the disk, a tool or a peer is not there or refuses: exit 69. */
export class EnvironmentError extends BenchgateError {
  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(code, exitCodes.environment, message, details);
    this.name = 'EnvironmentError';
  }
}

/** Stopped by the person or by the job: exit 130. */
export class InterruptedError extends BenchgateError {
  constructor(message: string, details: ErrorDetails) {
    super('INTERRUPTED', exitCodes.interrupted, message, details);
    this.name = 'InterruptedError';
  }
}
