import type { LedgerEvent, RunLine } from '../ledger/record.ts';
import type { Benchmark } from '../manifest/manifest.ts';

/** The revision under test and what it is compared with, as the ledger knows them. */
export interface Subject {
  readonly head: string;
  readonly tree: string;
  /** Digest of uncommitted changes; null for a clean tree. */
  readonly diff: string | null;
  /** Base commit for interleaved benchmarks; null when there is none (a root commit). */
  readonly base: string | null;
  /** Judge this candidate group instead of the latest; null for the latest. */
  readonly metaSeed: string | null;
}

export interface JudgeInput {
  readonly benchmark: Benchmark;
  readonly rule: string;
  /** Paired benchmarks of the run, at least; the records may say more. */
  readonly familySize: number;
  /** Lines of this experiment, in append order; others are ignored. */
  readonly lines: readonly RunLine[];
  /** Events of this experiment, in append order. */
  readonly events: readonly LedgerEvent[];
  readonly subject: Subject;
}
