import type { Decision } from '../contracts.ts';
import { count } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { confirmationSettings, gateSettings } from '../manifest/rule.ts';
import { gates } from '../registry.ts';
import type { Case } from './case.ts';
import { type EvidenceKey, gapReason, gaps, pairsOf, recordsOf, underKey } from './evidence.ts';
import { bareDecision, toVerdict } from './verdict.ts';

/** Verdict of a benchmark whose base was measured in the same runs as its head. */
export function judgeAgainstBase(input: Case): Verdict {
  const { benchmark, subject } = input;
  if (subject.base === null) {
    return toVerdict(
      benchmark,
      bareDecision('NO_BASELINE', 'there is no base revision to compare with: the head has no parent'),
    );
  }
  const key: EvidenceKey = { ...subject, experiment: benchmark.name, rule: input.rule };
  const lines = underKey(input.lines, key, ['paired', 'fresh', 'confirm']);
  if (lines.length === 0) {
    const what = `nothing was measured for ${subject.head.slice(0, 10)} against ${subject.base.slice(0, 10)} under the present rule`;
    return toVerdict(benchmark, bareDecision('NEEDS_MORE_DATA', `${what}; run \`benchgate run ${benchmark.name}\``));
  }
  const [gap] = gaps(lines);
  if (gap !== undefined) return toVerdict(benchmark, bareDecision('INVALID', gapReason(gap, 'block')));
  const classes = new Set(lines.map((line) => line.provenance.host.class));
  const isolation = lines.some((line) => line.provenance.isolation.level === 'none');
  const warnings = [
    ...(classes.size > 1
      ? [
          `evidence from ${count(classes.size, 'class', 'classes')} of machines is pooled; each pair was measured on one`,
        ]
      : []),
    ...(isolation ? ['some of it was measured without isolation'] : []),
  ];
  const decision = benchmark.policy === 'exact' ? decideSides(input, key) : decidePairs(input, key);
  return toVerdict(benchmark, decision, { warnings });
}

function decideSides(input: Case, key: EvidenceKey): Decision {
  const records = recordsOf(underKey(input.lines, key, ['fresh']));
  const side = (arm: 'baseline' | 'candidate') =>
    records.filter((record) => record.arm === arm).map((record) => record.observation);
  return gates.exact.decide(side('baseline'), side('candidate'), gateSettings(input.benchmark, 1));
}

/** First stage, then the confirmation of a FAIL by pairs measured afresh (DESIGN §10, confirm on red). */
function decidePairs(input: Case, key: EvidenceKey): Decision {
  const first = underKey(input.lines, key, ['paired']);
  const familySize = Math.max(input.familySize, ...first.map((line) => line.provenance.familySize), 1);
  const settings = gateSettings(input.benchmark, familySize);
  const decision = gates.paired.decide(pairsOf(first), settings);
  if (decision.kind !== 'FAIL' || decision.label === 'crash') return decision;
  const confirmation = pairsOf(underKey(input.lines, key, ['confirm']));
  if (confirmation.length === 0) return { ...decision, label: 'unconfirmed' };
  const again = gates.paired.decide(confirmation, confirmationSettings(settings));
  switch (again.kind) {
    case 'FAIL':
      return {
        ...decision,
        label: 'confirmed_same_job',
        reason: `${decision.reason}; confirmed by ${count(confirmation.length, 'fresh pair')} in the same job`,
      };
    case 'PASS':
      return {
        ...again,
        label: 'not_confirmed',
        reason: `looked worse at first (${decision.reason}), not in ${count(confirmation.length, 'fresh pair')}: ${again.reason}`,
      };
    case 'INVALID':
      return { ...again, reason: `the confirmation of a FAIL is broken: ${again.reason}` };
    default:
      return {
        ...decision,
        kind: 'NEEDS_MORE_DATA',
        label: 'not_confirmed',
        reason: `looked worse (${decision.reason}), but ${count(confirmation.length, 'fresh pair')} neither confirm nor refute it. ${again.reason}`,
      };
  }
}
