import type { Conclusion, Verdict } from '../domain/verdict.ts';

/** A change that edits how it is judged: manifest, harness, corpus or a workflow that uses the gate. */
export interface GateChange {
  /** `base`: judged by the rules from before the change; `head`: a maintainer approved the new ones, by `approval`. */
  readonly judgedBy: 'base' | 'head';
  readonly approval: string | null;
  /** How to have the new rules used, for whoever may; null when the policy allows none. */
  readonly howToApprove: string | null;
  /** Repository paths, sorted. */
  readonly paths: readonly string[];
  /** What it means for single benchmarks, one sentence each. */
  readonly notes: readonly string[];
  /** Unified diff of those paths, bounded; hostile text. */
  readonly diff: string;
}

/** Who measured. `claimed`: the numbers come from a job that ran a stranger's code, and are shown as that person's claims. */
export type Origin = 'trusted' | 'claimed';

/** What the check itself cost; null where it is not known. Calls and dollars stay null until there are model calls. */
export interface CheckCost {
  readonly measuredSeconds: number | null;
  readonly trials: number;
  readonly calls: number | null;
  readonly costUsd: number | null;
}

/** Everything any rendering of a run shows; each renderer is a pure function of this. */
export interface RunReport {
  readonly schema: 1;
  readonly tool: { readonly name: 'benchgate'; readonly version: string };
  readonly project: string;
  readonly head: string;
  readonly base: string | null;
  /** How the base was chosen; null when none was needed. */
  readonly baseChoice: string | null;
  readonly dirty: readonly string[];
  readonly verdicts: readonly Verdict[];
  /** Null when nothing was run (evaluate). */
  readonly isolation: string | null;
  /** Names of environment variables that measured code did not get, when one of its trials failed. */
  readonly withheld: readonly string[];
  readonly ledger: {
    readonly location: string;
    readonly remote: string | null;
    /** Null when nothing was written. */
    readonly sequence: number | null;
    readonly push: string | null;
    /** Commit that holds the records; null when nothing was written. */
    readonly commit: string | null;
  };
  readonly failures: readonly string[];
  /** Where failed correctness artifacts differ, by experiment; bounded. */
  readonly differences: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly elapsedSeconds: number | null;
  readonly exitCode: number;
  readonly conclusion: Conclusion;
  readonly origin: Origin;
  readonly gateChange: GateChange | null;
  /** Benchmarks that the head's manifest has and the base's has not, and the other way round. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Earlier means of the default branch, oldest first, by experiment; at most 20 each. */
  readonly trends: Readonly<Record<string, readonly number[]>>;
  /** Where an experiment is declared: path relative to the repository's top and line from 1. */
  readonly places: Readonly<Record<string, { readonly path: string; readonly line: number }>>;
  readonly cost: CheckCost;
  /** Command that repeats the measurement on a person's machine. */
  readonly reproduce: string;
  /** Of the CI run; null elsewhere. */
  readonly runUrl: string | null;
}
