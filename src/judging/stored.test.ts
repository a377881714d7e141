import { expect, it } from 'vitest';
import {
  base,
  baselineSet,
  digestOf,
  hashOf,
  head,
  headTree,
  record,
  referenceFrozen,
  rule,
  runKey,
  stopped,
} from '../../fixtures/ledger-lines.ts';
import { benchmark } from '../../fixtures/manifests.ts';
import { failed, ok } from '../../fixtures/observations.ts';
import type { FailureReason, Observation } from '../domain/observation.ts';
import type { LedgerRecord, RunLine } from '../ledger/record.ts';
import { judge } from './judge.ts';
import type { JudgeInput, Subject } from './judge-input.ts';

const subject: Subject = { head, tree: headTree, diff: null, base: null, metaSeed: null };
const sigma = benchmark({ policy: 'sigma', goal: 'improvement', promotionSigma: 2, baselineSeeds: [1, 2, 3] });
const bytes = benchmark({ tier: 'correctness', policy: 'reference', direction: null, repetitions: 2 });
const reference = digestOf('bytes');

function verdictOf(lines: readonly RunLine[], change: Partial<JudgeInput> = {}) {
  return judge({ benchmark: sigma, rule, familySize: 1, lines, events: [baselineSet()], subject, ...change });
}

type Change = Parameters<typeof record>[1];

/** One run without a base; `number` makes it another run. */
function run(number: number, observations: readonly Observation[], change: Change = {}): LedgerRecord[] {
  const provenance = { base: null, baseTree: null, runKey: runKey(number), ...change.provenance };
  const plannedBlocks = observations.length;
  return observations.map((observation, block) =>
    record(observation, { purpose: 'fresh', block, plannedBlocks, ...change, provenance }),
  );
}

const metrics = (values: readonly number[]) => values.map((value) => ok(value));
const atBase = { purpose: 'baseline', metaSeed: null, provenance: { head: base } } as const;
const stored = run(1, metrics([10, 11, 12]), atBase);
const better = run(2, metrics([1, 2, 3]));

it('judge() compares the latest group at the head with the stored baseline', () => {
  expect(verdictOf([...stored, ...better])).toMatchObject({ kind: 'PROMOTE', policy: 'sigma', tolerance: null });
  expect(verdictOf([...stored, ...run(2, metrics([10, 11, 12]))]).kind).toBe('REJECT');
  expect(verdictOf([...stored, ...better], { events: [] }).kind).toBe('NO_BASELINE');
  expect(verdictOf([...stored]).kind).toBe('NEEDS_MORE_DATA');
  expect(verdictOf([...better]).kind).toBe('NEEDS_MORE_DATA');
});

it('judge() judges the group of an explicit meta seed', () => {
  const lines = [...stored, ...better, ...run(3, metrics([10, 11, 12]), { metaSeed: '43' })];
  expect(verdictOf(lines).kind).toBe('REJECT');
  expect(verdictOf(lines, { subject: { ...subject, metaSeed: '42' } }).kind).toBe('PROMOTE');
  expect(verdictOf(lines, { subject: { ...subject, metaSeed: '44' } }).kind).toBe('NEEDS_MORE_DATA');
});

it('judge() never lets dirty rows into a baseline, nor clean rows judge a dirty tree', () => {
  const dirt = { provenance: { head: base, diff: digestOf('dirt'), dirty: true } };
  const dirty = run(3, metrics([100, 100, 101]), { ...atBase, ...dirt });
  expect(verdictOf([...dirty, ...better]).kind).toBe('NEEDS_MORE_DATA');
  expect(verdictOf([...stored, ...dirty, ...better]).baseline).toMatchObject({ count: 3, mean: 11 });
  const lines = [...stored, ...better];
  expect(verdictOf(lines, { subject: { ...subject, diff: digestOf('dirt') } }).kind).toBe('NEEDS_MORE_DATA');
});

it('judge() reads the purposes that benchstone knows, and this benchmark only', () => {
  for (const change of [{ purpose: 'paired' }, { purpose: 'calibration' }, { experiment: 'other' }] as const) {
    expect(verdictOf([...stored, ...run(2, metrics([1, 2, 3]), change)]).kind).toBe('NEEDS_MORE_DATA');
  }
});

it.each(['exit_code', 'signal', 'timed_out', 'output_too_large', 'spawn_failed'] as const)(
  'judge() says FAIL when every repetition ends in %s while the baseline ran',
  (reason: FailureReason) => {
    const crashed = run(2, [failed(reason), failed(reason)]);
    expect(verdictOf([...stored, ...crashed])).toMatchObject({ kind: 'FAIL', label: 'crash' });
    expect(verdictOf(crashed).kind).toBe('NEEDS_MORE_DATA');
    expect(verdictOf([...stored, ...run(2, [failed(reason), ok(1)])]).kind).toBe('NEEDS_MORE_DATA');
    expect(verdictOf([...stored, ...run(2, [failed(reason), failed('reported_error')])]).kind).toBe('NEEDS_MORE_DATA');
  },
);

it('judge() says INVALID when repetitions are missing on either side without a stopped line', () => {
  const cut = better.slice(0, 2);
  expect(verdictOf([...stored, ...cut]).reason).toMatch(/planned 3 repetitions and holds 2/);
  expect(verdictOf([...stored.slice(1), ...better]).kind).toBe('INVALID');
  const why = stopped(2, { purpose: 'fresh', because: 'time_budget', provenance: { runKey: runKey(2), base: null } });
  expect(verdictOf([...stored, ...cut, why]).kind).toBe('NEEDS_MORE_DATA');
});

it('judge() says INVALID of metrics that are too large to compute with', () => {
  const verdict = verdictOf([...stored, ...run(2, metrics([1e200, 2e200, 3e200]))]);
  expect(verdict).toMatchObject({ kind: 'INVALID', conclusion: 'failure' });
  expect(verdict.reason).toContain('too large');
});

it('judge() warns of failures, other machines, other times and other settings', () => {
  const warnings = (change: Change) =>
    verdictOf([...stored, ...run(2, metrics([1, 2, 3]), change)]).warnings.join('\n');
  expect(warnings({})).toContain('different times');
  expect(warnings({ provenance: { host: { class: 'other' } } })).toContain('2 classes of machines');
  expect(warnings({ rule: digestOf('other') })).toContain('other settings');
  const flaky = [ok(1), ok(2), ok(3), failed('reported_error')];
  expect(verdictOf([...stored, ...run(2, flaky)]).warnings.join()).toContain('1 of 4 candidate repetitions failed');
});

function artifacts(lines: readonly RunLine[], change: Partial<JudgeInput> = {}) {
  return verdictOf(lines, { benchmark: bytes, events: [referenceFrozen(reference)], ...change });
}

const same = ok(null, { artifactHash: reference });
const other = ok(null, { artifactHash: digestOf('other bytes') });

it.each([
  ['PASS', run(1, [same, same])],
  ['FAIL', run(1, [same, other])],
  ['FAIL', run(1, [same, failed()])],
  ['FAIL', run(1, [failed(), failed('timed_out')])],
  ['NEEDS_MORE_DATA', run(1, [failed('reported_error'), failed('reported_error')])],
  ['NEEDS_MORE_DATA', run(1, [same])],
  ['NEEDS_MORE_DATA', []],
  ['NEEDS_MORE_DATA', run(1, [same, same], { purpose: 'baseline', metaSeed: null })],
  ['NEEDS_MORE_DATA', run(1, [same, same], { provenance: { head: hashOf('9') } })],
  ['INVALID', run(1, [same, same, same]).slice(1)],
] as const)('judge() says %s of artifacts', (kind, lines) => {
  expect(artifacts(lines)).toMatchObject({ kind, referenceHash: reference });
});

it('judge() shows the artifact that differs, and warns of one in an earlier group', () => {
  const verdict = artifacts(run(1, [same, other]));
  expect(verdict).toMatchObject({ candidateHash: digestOf('other bytes'), warnings: [] });
  const later = artifacts([...run(1, [same, other]), ...run(2, [same, same], { metaSeed: '43' })]);
  expect(later).toMatchObject({ kind: 'PASS', candidateHash: reference });
  expect(later.warnings.join()).toContain('may not be deterministic');
});

it('judge() says NO_REFERENCE before one is frozen, and judges by the last one', () => {
  expect(artifacts(run(1, [same]), { events: [] })).toMatchObject({ kind: 'NO_REFERENCE', referenceHash: null });
  const events = [referenceFrozen(reference), referenceFrozen(digestOf('other bytes'))];
  expect(artifacts(run(1, [same, same]), { events }).kind).toBe('FAIL');
  expect(artifacts(run(1, [other, other]), { events }).kind).toBe('PASS');
});
