import { expect } from 'vitest';
import { settings } from '../../fixtures/gate-settings.ts';
import { failed, ok } from '../../fixtures/observations.ts';
import { type GoldenNumber, golden, isNear, itGolden } from '../../fixtures/shared-data.ts';
import { exitCodeOf } from '../domain/exit-code.ts';
import type { VerdictKind } from '../domain/verdict.ts';
import { mannWhitneyGate } from './mann-whitney.ts';
import { referenceGate } from './reference.ts';
import { sigmaGate } from './sigma.ts';

type Row = GoldenNumber | null | { readonly status: string; readonly metric: number | null };

interface GateVector {
  readonly id: string;
  readonly gate_kind: 'sigma' | 'mann_whitney';
  readonly direction: 'minimize' | 'maximize';
  readonly manifest: {
    readonly promotion_sigma: GoldenNumber;
    readonly promotion_z: GoldenNumber | null;
    readonly repetitions: number;
    readonly baseline_seeds_count: number;
  };
  readonly has_baseline: boolean;
  readonly baseline: readonly Row[];
  readonly candidate: readonly Row[];
  readonly verdict: VerdictKind;
  readonly z: GoldenNumber | null;
  readonly effective_threshold: GoldenNumber | null;
  readonly baseline_mean: GoldenNumber | null;
  readonly baseline_se: GoldenNumber | null;
  readonly candidate_mean: GoldenNumber | null;
  readonly candidate_se: GoldenNumber | null;
  readonly exit_code: number;
  readonly error?: string;
  readonly flags?: readonly string[];
  readonly via_store?: { readonly verdict: VerdictKind; readonly z: GoldenNumber | null };
}

/** What reaches a gate: successful rows with a number; NaN is null in benchstone's store. */
function usable(rows: readonly Row[]): number[] {
  return rows.flatMap((row) => {
    if (row === null || row === 'NaN') return [];
    if (typeof row !== 'object') return [Number(row)];
    return row.status === 'ok' && row.metric !== null ? [row.metric] : [];
  });
}

function decide(vector: GateVector) {
  const { manifest, gate_kind: policy, direction } = vector;
  const gate = policy === 'sigma' ? sigmaGate : mannWhitneyGate;
  return gate.decide(
    usable(vector.baseline),
    usable(vector.candidate),
    settings({
      direction,
      goal: 'improvement',
      promotionSigma: Number(manifest.promotion_sigma),
      promotionZ: manifest.promotion_z === null ? null : Number(manifest.promotion_z),
      requiredBaseline: Math.max(manifest.baseline_seeds_count, 2),
      requiredCandidate: Math.max(manifest.repetitions, 2),
    }),
  );
}

const gateVectors = () => golden<GateVector>('gate', 200).filter((vector) => vector.has_baseline);

itGolden('sigmaGate and mannWhitneyGate reproduce every golden gate without flags', () => {
  for (const vector of gateVectors()) {
    if (vector.error !== undefined || vector.flags !== undefined) continue;
    const decision = decide(vector);
    const { evidence, baseline, candidate } = decision;
    const judged = evidence !== null;
    expect(decision.kind, vector.id).toBe(vector.verdict);
    expect(exitCodeOf(decision.kind), vector.id).toBe(vector.exit_code);
    for (const [name, found, wanted] of [
      ['statistic', evidence?.value ?? null, vector.z],
      ['threshold', evidence?.threshold ?? null, vector.effective_threshold],
      ['baseline mean', judged ? baseline?.mean : null, vector.baseline_mean],
      ['baseline error', judged ? baseline?.standardError : null, vector.baseline_se],
      ['candidate mean', judged ? candidate?.mean : null, vector.candidate_mean],
      ['candidate error', judged ? candidate?.standardError : null, vector.candidate_se],
    ] as const) {
      expect(isNear(found, wanted), `${vector.id} ${name}: ${found} instead of ${wanted}`).toBe(true);
    }
  }
});

itGolden('the group gates differ on purpose: equal samples are z = 0, NaN is dropped, an overflow throws', () => {
  const seen = new Set<string>();
  for (const vector of gateVectors()) {
    if (vector.error !== undefined) {
      seen.add('error');
      expect(() => decide(vector), vector.id).toThrow(RangeError);
    } else if (vector.flags?.includes('rounding-artefact') === true) {
      seen.add('rounding-artefact');
      const decision = decide(vector);
      expect([decision.kind, decision.evidence?.value], vector.id).toEqual(['REJECT', 0]);
    } else if (vector.flags?.includes('nan') === true) {
      seen.add('nan');
      const decision = decide(vector);
      expect(decision.kind, vector.id).toBe(vector.via_store?.verdict);
      expect(isNear(decision.evidence?.value ?? null, vector.via_store?.z), vector.id).toBe(true);
    } else expect(vector.flags, vector.id).toBeUndefined();
  }
  expect([...seen].sort()).toEqual(['error', 'nan', 'rounding-artefact']);
});

interface CorrectnessVector {
  readonly id: string;
  readonly reference: string | null;
  readonly candidate_runs: readonly { readonly status?: string; readonly artifact_hash: string | null }[];
  readonly verdict: VerdictKind;
}

/** Where we decide otherwise: benchstone compares the last successful artifact only, we take every repetition. */
const decidedOtherwise: Readonly<Record<string, { readonly kind: VerdictKind; readonly why: string }>> = {
  c008: { kind: 'FAIL', why: 'an earlier artifact differs' },
  c010: { kind: 'FAIL', why: 'a failed repetition left a differing artifact' },
  c011: { kind: 'FAIL', why: 'a repetition failed' },
};

itGolden('referenceGate reproduces every golden correctness verdict, but looks at every artifact', () => {
  const vectors = golden<CorrectnessVector>('correctness', 10);
  for (const { id, reference, candidate_runs: runs, verdict } of vectors) {
    const observations = runs.map(({ status, artifact_hash: hash }) =>
      status === undefined || status === 'ok' ? ok(1, { artifactHash: hash }) : failed('reported_error', hash),
    );
    expect(referenceGate.decide(reference, observations, 1).kind, id).toBe(decidedOtherwise[id]?.kind ?? verdict);
  }
  expect(vectors.filter(({ id }) => id in decidedOtherwise)).toHaveLength(3);
});
