import { expect, it } from 'vitest';
import {
  base,
  digestOf,
  hashOf,
  head,
  headTree,
  pairRecords,
  record,
  rule,
  runKey,
  stopped,
} from '../../fixtures/ledger-lines.ts';
import { benchmark } from '../../fixtures/manifests.ts';
import { failed, ok, pairs } from '../../fixtures/observations.ts';
import type { RunLine } from '../ledger/record.ts';
import { judge } from './judge.ts';
import type { JudgeInput, Subject } from './judge-input.ts';

const subject: Subject = { head, tree: headTree, diff: null, base, metaSeed: null };

function verdictOf(lines: readonly RunLine[], change: Partial<JudgeInput> = {}) {
  return judge({ benchmark: benchmark(), rule, familySize: 1, lines, events: [], subject, ...change });
}

/** Pairs whose candidate takes `factor` times as long, with a wobble of 0.1 %. */
function measured(factor: number, count: number) {
  return pairs(
    Array.from({ length: count }, (_, index) => [100, 100 * factor * (1 + 0.001 * ((index * 7) % 11))] as const),
  );
}

const slow = pairRecords(measured(1.3, 12));
const fine = pairRecords(measured(0.999, 20));
const confirming = (factor: number, count = 12) =>
  pairRecords(measured(factor, count), { purpose: 'confirm', plannedBlocks: count });

it('judge() says NO_BASELINE without a base, and NEEDS_MORE_DATA without evidence', () => {
  expect(verdictOf(slow, { subject: { ...subject, base: null } })).toMatchObject({
    kind: 'NO_BASELINE',
    estimate: null,
  });
  expect(verdictOf([]).kind).toBe('NEEDS_MORE_DATA');
  expect(verdictOf([]).reason).toContain('benchgate run search');
});

it.each([
  ['another base', { subject: { ...subject, base: hashOf('9') } }],
  ['another tree', { subject: { ...subject, tree: hashOf('9') } }],
  ['a dirty tree', { subject: { ...subject, diff: digestOf('dirt') } }],
  ['another rule', { rule: digestOf('other') }],
  ['another benchmark', { benchmark: benchmark({ name: 'other' }) }],
] as const)('judge() does not use evidence of %s', (_what, change) => {
  expect(verdictOf(fine, change)).toMatchObject({ kind: 'NEEDS_MORE_DATA', evidence: null });
});

it('judge() uses evidence of an amended commit: the tree counts, not the commit', () => {
  expect(verdictOf(fine, { subject: { ...subject, head: hashOf('9') } }).kind).toBe('PASS');
});

it('judge() judges re-runs together, in the order they were appended', () => {
  const [first, second] = [measured(1.3, 5), measured(1.3, 5)];
  const again = pairRecords(second, { provenance: { runKey: runKey(2) } });
  const all = [...pairRecords(first), ...again];
  expect(verdictOf(pairRecords(first)).kind).toBe('NEEDS_MORE_DATA');
  expect(verdictOf(all)).toMatchObject({ kind: 'FAIL', baseline: { count: 10 } });
  const grown = [
    ...pairRecords(measured(1.01, 3)),
    ...pairRecords(measured(1.4, 3), { provenance: { runKey: runKey(2) } }),
  ];
  const shrunk = [...grown.slice(6), ...grown.slice(0, 6)];
  expect(verdictOf(grown).evidence?.value).toBeGreaterThan(verdictOf(shrunk).evidence?.value ?? Number.NaN);
});

it('judge() says INVALID of missing blocks, and not when a stopped line says why', () => {
  const cut = pairRecords(measured(0.999, 20), { plannedBlocks: 30 });
  expect(verdictOf(cut)).toMatchObject({ kind: 'INVALID', conclusion: 'failure' });
  expect(verdictOf(cut).reason).toMatch(/run 00000000 planned 30 blocks and holds 20/);
  expect(verdictOf([...cut, stopped(20, { plannedBlocks: 30 })]).kind).toBe('PASS');
  expect(verdictOf([...cut, stopped(21, { plannedBlocks: 30 })]).kind).toBe('INVALID');
  const foreign = pairRecords(measured(1, 1), { plannedBlocks: 3, rule: digestOf('other') });
  expect(verdictOf([...fine, ...foreign]).kind).toBe('PASS');
});

it('judge() leaves out half a pair of an interrupted run', () => {
  const half = record(failed('interrupted'), { arm: 'baseline', block: 20, plannedBlocks: 30 });
  const lines = [...pairRecords(measured(0.999, 20), { plannedBlocks: 30 }), half, stopped(20, { plannedBlocks: 30 })];
  expect(verdictOf(lines)).toEqual(verdictOf(fine));
});

it('judge() never pools two stages', () => {
  expect(verdictOf([...fine, ...confirming(3)])).toMatchObject({ kind: 'PASS', baseline: { count: 20 } });
});

it.each([
  ['FAIL', 'unconfirmed', []],
  ['FAIL', 'confirmed_same_job', confirming(1.3)],
  ['PASS', 'not_confirmed', confirming(0.999, 20)],
  ['NEEDS_MORE_DATA', 'not_confirmed', confirming(1.3, 3)],
  ['NEEDS_MORE_DATA', 'not_confirmed', [stopped(0, { purpose: 'confirm' }), ...confirming(1.02, 3)]],
] as const)('judge() says %s, %s after a first FAIL', (kind, label, confirmation) => {
  const verdict = verdictOf([...slow, ...confirmation]);
  expect(verdict).toMatchObject({ kind, label });
  expect(verdict.reason).toContain('worse');
});

it('judge() asks for no confirmation of a crash', () => {
  const crash = pairRecords([...measured(1.3, 2), { baseline: ok(1), candidate: failed('signal') }], {
    plannedBlocks: 30,
  });
  const verdict = verdictOf([...crash, stopped(3, { because: 'crash' })]);
  expect(verdict).toMatchObject({ kind: 'FAIL', label: 'crash', estimate: null });
});

it('judge() takes the family size from the records, never less than it is told', () => {
  const evidence = pairRecords(measured(1.3, 9));
  const family = (recorded: number, told: number) =>
    verdictOf(
      evidence.map((line) => ({ ...line, provenance: { ...line.provenance, familySize: recorded } })),
      { familySize: told },
    );
  expect(family(1, 1)).toMatchObject({ kind: 'FAIL', evidence: { threshold: 100 } });
  expect(family(50, 1)).toMatchObject({ kind: 'NEEDS_MORE_DATA', evidence: { threshold: 1000 } });
  expect(family(1, 50)).toMatchObject({ kind: 'NEEDS_MORE_DATA', evidence: { threshold: 1000 } });
  expect(family(0, 0)).toMatchObject({ evidence: { threshold: 100 } });
});

it('judge() warns of several classes of machines and of a lack of isolation', () => {
  expect(verdictOf(fine).warnings).toEqual([]);
  const elsewhere = pairRecords(measured(1, 2), {
    provenance: { runKey: runKey(2), host: { class: 'other' }, isolation: { level: 'none' } },
  });
  expect(verdictOf([...fine, ...elsewhere]).warnings).toEqual([
    expect.stringContaining('2 classes of machines'),
    expect.stringContaining('without isolation'),
  ]);
});

const exact = benchmark({ policy: 'exact', tolerance: 0 });
const sides = (before: readonly number[], after: readonly number[]) =>
  pairRecords(
    before.map((baseline, index) => ({ baseline: ok(baseline), candidate: ok(after[index] ?? baseline) })),
    { purpose: 'fresh', policy: 'exact' },
  );

it.each([
  ['PASS', sides([5, 5], [5, 5])],
  ['FAIL', sides([5, 5], [6, 6])],
  ['INVALID', sides([5, 5], [5, 6])],
  ['INVALID', sides([5, 5], [5, 5]).slice(1)],
  ['NEEDS_MORE_DATA', sides([5], [5])],
  [
    'NEEDS_MORE_DATA',
    pairRecords(
      pairs([
        [5, 5],
        [5, 5],
      ]),
    ),
  ],
] as const)('judge() says %s of deterministic metrics', (kind, lines) => {
  expect(verdictOf(lines, { benchmark: exact }).kind).toBe(kind);
});
