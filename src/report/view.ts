import type { Verdict } from '../domain/verdict.ts';

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
  };
  readonly failures: readonly string[];
  /** Where failed correctness artifacts differ, by experiment; bounded. */
  readonly differences: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly elapsedSeconds: number | null;
  readonly exitCode: number;
}
