/** Every answer Benchgate can give, and what each means for a caller. */

export const verdictKinds = [
  'PASS',
  'PROMOTE',
  'FAIL',
  'REJECT',
  'NEEDS_MORE_DATA',
  'NO_BASELINE',
  'NO_REFERENCE',
  'SKIPPED',
  'INVALID',
] as const;

export type VerdictKind = (typeof verdictKinds)[number];
export type Conclusion = 'success' | 'failure' | 'neutral';
export type Direction = 'minimize' | 'maximize';
export type Tier = 'correctness' | 'performance' | 'quality';
export type GatePolicy = 'reference' | 'exact' | 'sigma' | 'mann_whitney' | 'paired';
export type Goal = 'no_regression' | 'improvement';

/** How the numbers of an estimate are to be read. `ratio`: 0.05 is 5 % more; `difference`: in the metric's unit. */
export type Scale = 'ratio' | 'difference';

/** Change of the candidate against the baseline. Positive means a larger metric, whatever the direction. */
export interface Estimate {
  readonly scale: Scale;
  readonly value: number;
  /** Bounds may be infinite: the data could not exclude anything on that side. */
  readonly low: number;
  readonly high: number;
  /** Coverage of [low, high], 0 to 1. */
  readonly confidence: number;
  /** `anytime`: valid at whatever moment sampling stopped. `fixed`: valid for a sample size fixed beforehand. */
  readonly validity: 'anytime' | 'fixed' | 'exact';
}

/** How strongly the data speak, and the most that this amount of data could have said. */
export interface Evidence {
  readonly name: 'e_value' | 'sigma' | 'mann_whitney_z' | 'artifacts' | 'exact_difference';
  readonly value: number;
  readonly threshold: number;
  /** The largest value that this many observations could have reached; null where there is no bound. */
  readonly attainable: number | null;
}

export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Null when fewer than two values were measured. */
  readonly standardError: number | null;
}

export interface Verdict {
  readonly experiment: string;
  readonly tier: Tier;
  readonly policy: GatePolicy;
  readonly kind: VerdictKind;
  readonly conclusion: Conclusion;
  /** One sentence for a person: what was seen, and for an open verdict what it would take. */
  readonly reason: string;
  /** The taken-over systems' own word, or how a FAIL was confirmed. */
  readonly label: string | null;
  readonly direction: Direction | null;
  readonly unit: string | null;
  readonly baseline: Summary | null;
  readonly candidate: Summary | null;
  readonly estimate: Estimate | null;
  readonly evidence: Evidence | null;
  readonly tolerance: number | null;
  readonly warnings: readonly string[];
  readonly referenceHash: string | null;
  readonly candidateHash: string | null;
}

/** The conclusion that a verdict kind has before any policy hardens it (DESIGN §5). */
export function conclusionOf(kind: VerdictKind): Conclusion {
  switch (kind) {
    case 'PASS':
    case 'PROMOTE':
      return 'success';
    case 'FAIL':
    case 'REJECT':
    case 'INVALID':
      return 'failure';
    case 'NEEDS_MORE_DATA':
    case 'NO_BASELINE':
    case 'NO_REFERENCE':
    case 'SKIPPED':
      return 'neutral';
  }
}

/** True when `text` is one of the verdict kinds. */
export function isVerdictKind(text: string): text is VerdictKind {
  return (verdictKinds as readonly string[]).includes(text);
}

/** The conclusion of a run with several verdicts: one failure makes a failure, then one open answer makes it neutral. None at all is neutral: nothing was shown. */
export function worstConclusion(conclusions: readonly Conclusion[]): Conclusion {
  if (conclusions.includes('failure')) return 'failure';
  return conclusions.length === 0 || conclusions.includes('neutral') ? 'neutral' : 'success';
}
