import { expect } from 'vitest';
import { baselineSet, headTree, record, rule } from '../../fixtures/ledger-lines.ts';
import { benchmark } from '../../fixtures/manifests.ts';
import { failed, ok } from '../../fixtures/observations.ts';
import { metaSeedText, type SelectionVector, selectionVectors } from '../../fixtures/selection-vectors.ts';
import { isNear, itGolden } from '../../fixtures/shared-data.ts';
import type { LedgerEvent, RunLine } from '../ledger/record.ts';
import { judge } from './judge.ts';
import type { JudgeInput } from './judge-input.ts';

/** benchstone's log as ledger lines: one run with one repetition per row. An error row is a reported error, not a crash. */
function caseOf({ manifest, events, current_sha: head }: SelectionVector): JudgeInput {
  const lines: RunLine[] = [];
  const pointers: LedgerEvent[] = [];
  const { gate_policy: policy, direction } = manifest;
  for (const event of events) {
    const metaSeed = metaSeedText(event.meta_seed);
    if (event.event === 'set_baseline') pointers.push(baselineSet({ head: event.git_sha, metaSeed }));
    else {
      const observation = event.status === 'ok' ? ok(event.metric) : failed('reported_error');
      const purpose = metaSeed === null ? 'baseline' : 'fresh';
      const runKey = event.id.toString(16).padStart(32, '0');
      const provenance = { head: event.git_sha, base: null, baseTree: null, runKey };
      lines.push(record(observation, { policy, purpose, metaSeed, provenance }));
    }
  }
  return {
    benchmark: benchmark({
      policy,
      direction,
      goal: 'improvement',
      promotionSigma: manifest.promotion_sigma,
      promotionZ: manifest.promotion_z,
      repetitions: manifest.repetitions,
      baselineSeeds: Array.from({ length: manifest.baseline_seeds_count }, (_, index) => index),
    }),
    rule,
    familySize: 1,
    lines,
    events: pointers,
    subject: { head, tree: headTree, diff: null, base: null, metaSeed: null },
  };
}

itGolden('judge() gives the verdict and statistic that benchstone gives for every random log', () => {
  for (const vector of selectionVectors()) {
    const verdict = judge(caseOf(vector));
    expect(verdict.kind, vector.id).toBe(vector.verdict);
    const statistic = verdict.evidence?.value ?? null;
    expect(isNear(statistic, vector.z), `${vector.id}: ${statistic} instead of ${vector.z}`).toBe(true);
  }
});
