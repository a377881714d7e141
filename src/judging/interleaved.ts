import type { Decision } from '../contracts.ts';
import { toleratedFailureShare } from '../domain/observation.ts';
import { count } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { RunLine } from '../ledger/record.ts';
import { confirmationSettings, gateSettings } from '../manifest/rule.ts';
import { gates } from '../registry.ts';
import { type EvidenceKey, gapReason, gaps, pairsOf, recordsOf, underKey } from './evidence.ts';
import type { JudgeInput } from './judge-input.ts';
import { bareDecision, toVerdict } from './verdict.ts';

/** Verdict of a benchmark whose base was measured in the same runs as its head. */
export function judgeAgainstBase(input: JudgeInput): Verdict {
  const { benchmark, subject } = input;
  if (subject.base === null) {
    return toVerdict(
      benchmark,
      bareDecision(
        'NO_BASELINE',
        'there is no base revision to compare with: the head has no parent. Commit a change and run again',
      ),
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
  const classes = new Set(recordsOf(lines).map((line) => line.provenance.host.class));
  const records = recordsOf(lines);
  const isolation = records.some((line) => line.provenance.isolation.level === 'none');
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

function decideSides(input: JudgeInput, key: EvidenceKey): Decision {
  const records = recordsOf(underKey(input.lines, key, ['fresh']));
  const side = (arm: 'baseline' | 'candidate') =>
    records.filter((record) => record.arm === arm).map((record) => record.observation);
  return gates.exact.decide(side('baseline'), side('candidate'), gateSettings(input.benchmark, 1));
}

/** First stage, then the confirmation of a FAIL by pairs measured afresh (DESIGN §10, confirm on red). */
function decidePairs(input: JudgeInput, key: EvidenceKey): Decision {
  const first = underKey(input.lines, key, ['paired']);
  const familySize = Math.max(input.familySize, ...first.map((line) => line.provenance.familySize), 1);
  const settings = gateSettings(input.benchmark, familySize);
  const decision = gates.paired.decide(pairsOf(first), settings);
  if (decision.kind !== 'FAIL') return decision;
  const lines = underKey(input.lines, key, ['confirm']);
  const pairs = pairsOf(lines);
  const unconfirmed: Decision = { ...decision, label: decision.label ?? 'unconfirmed' };
  if (pairs.length === 0) return unconfirmed;
  const again = gates.paired.decide(pairs, confirmationSettings(settings));
  const fresh = count(pairs.length, 'fresh pair');
  switch (again.kind) {
    case 'FAIL': {
      // Another job draws by itself, so its records carry another meta seed.
      const drawn = new Set(recordsOf(first).map((record) => record.metaSeed));
      const isSameJob = recordsOf(lines).some((record) => drawn.has(record.metaSeed));
      const reason = `${decision.reason}; confirmed by ${fresh} in ${isSameJob ? 'the same' : 'another'} job`;
      return {
        ...decision,
        label: decision.label ?? (isSameJob ? 'confirmed_same_job' : 'confirmed_fresh_job'),
        reason,
      };
    }
    case 'PASS':
      if (decision.label === 'crash') return notAgain(decision, fresh);
      return {
        ...again,
        label: 'not_confirmed',
        reason: `looked worse at first (${decision.reason}), not in ${fresh}: ${again.reason}`,
      };
    case 'INVALID':
      return { ...again, reason: `the confirmation of a FAIL is broken: ${again.reason}` };
    default:
      if (wasCutShort(lines)) return unconfirmed;
      if (decision.label === 'crash') return notAgain(decision, fresh);
      return {
        ...decision,
        kind: 'NEEDS_MORE_DATA',
        label: 'not_confirmed',
        reason: `looked worse (${decision.reason}), but ${fresh} neither confirm nor refute it. ${again.reason}`,
      };
  }
}

/** A failure that fresh pairs did not repeat: neither a regression nor nothing. */
function notAgain(decision: Decision, fresh: string): Decision {
  const share = `${toleratedFailureShare * 100} %`;
  return {
    ...decision,
    kind: 'NEEDS_MORE_DATA',
    label: 'not_confirmed',
    reason: `${decision.reason}, but not in ${fresh}. Run it again: failures of at most ${share} of the trials are left out`,
  };
}

/** Whether the last confirmation was ended by the time budget or from outside: a FAIL does not turn neutral by running out of time. */
function wasCutShort(lines: readonly RunLine[]): boolean {
  const last = lines.findLast((line) => line.kind === 'stopped');
  return last?.because === 'time_budget' || last?.because === 'interrupted';
}
