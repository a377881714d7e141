import type { Direction, GatePolicy, Goal, Tier, VerdictKind } from '../domain/verdict.ts';

export type Gpu = 'none' | 'direct' | 'ollama';
export type HarnessMetric = 'wall_seconds' | 'cpu_seconds' | 'max_rss_bytes';

/** `protocol`: benchstone's runner through the project's invocation. `command`: timed by the harness. */
export type Runner =
  | { readonly kind: 'protocol'; readonly entryPoint: string }
  | { readonly kind: 'command'; readonly command: string; readonly metric: HarnessMetric };

export interface Corpus {
  /** As declared; relative to the project folder. Null when a hash is declared without a path (an error when run). */
  readonly path: string | null;
  /** `sha256:<hex>` as declared, compared as an exact string; null means nothing is verified. */
  readonly hash: string | null;
  readonly type: 'bytes' | 'spec' | 'tree';
}

export interface Benchmark {
  readonly name: string;
  readonly tier: Tier;
  readonly runner: Runner;
  readonly policy: GatePolicy;
  readonly goal: Goal;
  /** Null for correctness benchmarks without one. */
  readonly direction: Direction | null;
  readonly deterministic: boolean;
  readonly unit: string | null;
  readonly threads: number;
  readonly gpu: Gpu;
  readonly backgroundRequired: boolean;
  readonly expectedRuntimeSeconds: number | null;
  readonly repetitions: number;
  readonly baselineSeeds: readonly number[];
  readonly promotionSigma: number | null;
  readonly promotionZ: number | null;
  readonly tolerance: number;
  readonly alphaFail: number;
  readonly alphaPass: number;
  readonly minPairs: number;
  readonly maxPairs: number;
  readonly timeoutSeconds: number;
  /** Names of environment variables let through to the benchmark. */
  readonly env: readonly string[];
  readonly corpus: Corpus | null;
  readonly referencePolicy: string | null;
  /** Line of the `[[benchmarks]]` header, from 1. */
  readonly line: number;
}

/** How open answers, forks and edits of the gate itself are treated. */
export interface Policy {
  readonly timeBudgetMinutes: number | null;
  /** Conclusion of each verdict that is no answer; `failure` blocks. */
  readonly conclusions: Readonly<Record<OpenKind, 'neutral' | 'failure'>>;
  readonly forks: 'claimed' | 'trusted';
  /** Label that approves the head's rules; null when none does. */
  readonly gateChangeLabel: string | null;
  readonly autoPromote: boolean;
}

export type OpenKind = Extract<VerdictKind, 'NEEDS_MORE_DATA' | 'NO_BASELINE' | 'NO_REFERENCE' | 'SKIPPED'>;

export interface Manifest {
  readonly project: {
    readonly name: string;
    readonly language: string | null;
    readonly invocation: string | null;
    readonly setup: string | null;
    readonly allowDirtyPaths: readonly string[];
    readonly harnessPaths: readonly string[];
    /** Paths outside the work tree that measured code may write (caches); `~` is the home folder. */
    readonly writablePaths: readonly string[];
  };
  readonly benchmarks: readonly Benchmark[];
  readonly ledger: { readonly branch: string | null; readonly remote: string | null };
  readonly policy: Policy;
}

export interface Problem {
  /** Dotted key path such as `benchmarks[1].tier`; empty for the file as a whole. */
  readonly path: string;
  /** From 1; the nearest existing parent's line when the key is missing. */
  readonly line: number;
  readonly message: string;
  /** What to write instead, when it can be told. */
  readonly hint: string | null;
}

export type ManifestReading =
  | { readonly ok: true; readonly manifest: Manifest; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };
