import { expect, it } from 'vitest';
import { settings } from '../../fixtures/gate-settings.ts';
import { failed, ok } from '../../fixtures/observations.ts';
import { exactGate } from './exact.ts';

const twice = (metric: number) => [ok(metric), ok(metric)];

it.each([
  ['PASS', 'nothing changed', 100, 100, {}],
  ['FAIL', 'one instruction more and no tolerance', 1e9, 1e9 + 1, {}],
  ['PASS', 'the change equals the tolerance', 100, 105, { tolerance: 0.05 }],
  ['FAIL', 'the change is over the tolerance', 100, 105.001, { tolerance: 0.05 }],
  ['PASS', 'it got better', 100, 1, {}],
  ['FAIL', 'there is less of what should be maximal', 100, 99, { direction: 'maximize' }],
  ['PASS', 'there is more of what should be maximal', 100, 101, { direction: 'maximize' }],
  ['FAIL', 'a zero became positive', 0, 1, { tolerance: 0.5 }],
  ['PASS', 'a zero became positive within an absolute tolerance', 0, 1, { tolerance: 1 }],
  ['FAIL', 'a negative metric rose', -100, -90, { tolerance: 0.05 }],
  ['PASS', 'a negative metric fell', -100, -110, { tolerance: 0.05 }],
  ['FAIL', 'the change has no double', -Number.MAX_VALUE, Number.MAX_VALUE, { tolerance: 0.05 }],
  ['PROMOTE', 'improvement is asked for and shown', 100, 99, { goal: 'improvement' }],
  ['REJECT', 'improvement is asked for and nothing changed', 100, 100, { goal: 'improvement' }],
  ['REJECT', 'the improvement only equals the tolerance', 100, 95, { goal: 'improvement', tolerance: 0.05 }],
] as const)('exactGate.decide() says %s when %s', (kind, _when, before, after, change) => {
  const decision = exactGate.decide(twice(before), twice(after), settings({ tolerance: 0, ...change }));
  expect(decision.kind).toBe(kind);
  expect(decision.estimate).toMatchObject({ validity: 'exact', scale: before === 0 ? 'difference' : 'ratio' });
});

it('exactGate.decide() says INVALID when a side varies, and shows by how little', () => {
  const decision = exactGate.decide(twice(1), [ok(1.0000001), ok(1.0000002)], settings());
  expect(decision).toMatchObject({ kind: 'INVALID', estimate: null });
  expect(decision.reason).toMatch(/candidate gave 1\.0000001 and 1\.0000002.*paired/);
  expect(exactGate.decide([ok(1), ok(2)], twice(1), settings()).kind).toBe('INVALID');
});

it('exactGate.decide() says NEEDS_MORE_DATA with fewer than two trials of a side', () => {
  expect(exactGate.decide([], [], settings()).kind).toBe('NEEDS_MORE_DATA');
  expect(exactGate.decide(twice(1), [ok(1)], settings()).kind).toBe('NEEDS_MORE_DATA');
  expect(exactGate.decide([ok(1), ok(null)], twice(1), settings()).kind).toBe('NEEDS_MORE_DATA');
});

it.each([
  ['FAIL', [ok(1), ok(1)], [ok(1), failed()]],
  ['NO_BASELINE', [failed(), ok(1)], [ok(1), ok(1)]],
  ['INVALID', [failed(), ok(1)], [failed(), ok(1)]],
] as const)('exactGate.decide() says %s for a crash', (kind, before, after) => {
  expect(exactGate.decide(before, after, settings())).toMatchObject({ kind, label: 'crash' });
});
