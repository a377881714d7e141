import type { ArtifactGate, Decision } from '../contracts.ts';
import { count } from '../domain/quantity.ts';

/**
 * Byte equality with a frozen reference. Every artifact counts, and so does every failed repetition once one has
 * produced an artifact; benchstone looked at the last successful one only.
 */
export const referenceGate: ArtifactGate = {
  takes: 'artifacts',
  policy: 'reference',
  decide(referenceHash, candidate, required) {
    const answer = (kind: Decision['kind'], reason: string, matching: number): Decision => ({
      kind,
      reason,
      label: null,
      estimate: null,
      evidence:
        referenceHash === null
          ? null
          : { name: 'artifacts', value: matching, threshold: candidate.length, attainable: candidate.length },
      baseline: null,
      candidate: null,
      warnings: [],
    });
    if (referenceHash === null)
      return answer(
        'NO_REFERENCE',
        'no reference is frozen; `benchgate run` and then `benchgate reference freeze NAME` make one',
        0,
      );
    const artifacts = candidate.filter((observation) => observation.artifactHash !== null);
    const usable = artifacts.filter((observation) => observation.status === 'ok');
    const matching = usable.filter((observation) => observation.artifactHash === referenceHash).length;
    if (usable.length === 0) {
      return answer(
        'NEEDS_MORE_DATA',
        candidate.length === 0
          ? 'nothing was measured at this commit; `benchgate run` does'
          : `none of ${count(candidate.length, 'repetition')} produced a usable artifact`,
        0,
      );
    }
    const differing = artifacts.find((observation) => observation.artifactHash !== referenceHash);
    if (differing !== undefined) {
      const wrong = artifacts.filter((observation) => observation.artifactHash !== referenceHash).length;
      return answer(
        'FAIL',
        `${wrong} of ${count(artifacts.length, 'artifact')} differ from the reference: ${short(differing.artifactHash)} instead of ${short(referenceHash)}`,
        matching,
      );
    }
    const failed = candidate.length - usable.length;
    if (failed > 0) {
      return answer(
        'FAIL',
        `${failed} of ${count(candidate.length, 'repetition')} failed although others matched`,
        matching,
      );
    }
    if (usable.length < required) {
      return answer(
        'NEEDS_MORE_DATA',
        `${count(usable.length, 'artifact')} matched and ${required} are needed`,
        matching,
      );
    }
    return answer('PASS', `${count(matching, 'artifact')} equal the reference ${short(referenceHash)}`, matching);
  },
};

function short(hash: string | null): string {
  return (hash ?? 'nothing').slice(0, 18);
}
