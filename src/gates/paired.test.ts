import fc from 'fast-check';
import { expect, it } from 'vitest';
import { settings } from '../../fixtures/gate-settings.ts';
import { failed, ok, pairs } from '../../fixtures/observations.ts';
import type { GateSettings } from '../contracts.ts';
import { pairedGate } from './paired.ts';
import { foldPaired, pairedVerdict, startPaired, stepPaired, strictThreshold } from './paired-state.ts';

/** `count` pairs whose candidate takes `factor` times as long, with a wobble of 0.1 % that keeps magnitudes distinct. */
function changed(factor: number, count: number): (readonly [number, number])[] {
  return Array.from({ length: count }, (_, index) => [100, 100 * factor * (1 + 0.001 * ((index * 7) % 11))] as const);
}

const slower = pairs(changed(1.2, 30));
const faster = pairs(changed(0.8, 30));
const same = pairs(changed(0.999, 30));

it.each([
  ['FAIL', 'candidate slower than the tolerance', slower, {}],
  ['PASS', 'candidate as fast', same, {}],
  ['PASS', 'candidate faster', faster, {}],
  ['FAIL', 'candidate has less of what should be maximal', faster, { direction: 'maximize' }],
  ['PASS', 'candidate has more of what should be maximal', slower, { direction: 'maximize' }],
  ['PROMOTE', 'improvement shown', faster, { goal: 'improvement' }],
  ['REJECT', 'improvement refuted', slower, { goal: 'improvement' }],
  ['REJECT', 'improvement smaller than the tolerance', pairs(changed(0.99, 30)), { goal: 'improvement' }],
  ['NEEDS_MORE_DATA', 'slower, but within the tolerance', pairs(changed(1.03, 12)), { alphaPass: 1e-9 }],
  ['NEEDS_MORE_DATA', 'no pair', [], {}],
] as const)('pairedGate.decide() says %s when %s', (kind, _when, evidence, change) => {
  expect(pairedGate.decide(evidence, settings(change)).kind).toBe(kind);
});

it('pairedGate.decide() says nothing before min_pairs', () => {
  const extreme = pairs(changed(3, 30));
  for (const minPairs of [6, 9, 30]) {
    const first = extreme.findIndex(
      (_, index) => pairedGate.decide(extreme.slice(0, index + 1), settings({ minPairs })).kind !== 'NEEDS_MORE_DATA',
    );
    expect(first + 1).toBe(Math.max(minPairs, 9));
  }
});

it.each([
  ['FAIL', { baseline: ok(1), candidate: failed('timed_out') }, 'timed_out'],
  ['NO_BASELINE', { baseline: failed('exit_code'), candidate: ok(1) }, 'exit_code'],
  ['INVALID', { baseline: failed('signal'), candidate: failed('exit_code') }, 'signal'],
] as const)('pairedGate.decide() says %s when more than one trial in twenty crashed', (kind, crash, shown) => {
  const decision = pairedGate.decide([...same.slice(0, 18), crash], settings());
  expect(decision).toMatchObject({ kind, label: 'crash' });
  expect(decision.reason).toContain(shown);
});

it('pairedGate.decide() leaves out one crash in twenty with a warning', () => {
  const crash = { baseline: ok(1), candidate: failed('timed_out') };
  const decision = pairedGate.decide([...same.slice(0, 19), crash], settings());
  expect(decision).toMatchObject({ kind: 'PASS', baseline: { count: 19 } });
  expect(decision.warnings).toEqual(['1 of 40 trials failed; their pairs are left out']);
});

it('pairedGate.decide() says what it would take when it needs more data', () => {
  const few = pairedGate.decide(
    pairs([
      [100, 103],
      [100, 101],
      [100, 106],
    ]),
    settings({ familySize: 4 }),
  );
  expect(few.kind).toBe('NEEDS_MORE_DATA');
  expect(few.reason).toMatch(/3 pairs, measured \+3\.\d %/);
  expect(few.reason).toMatch(/tolerance \+5\.0 %/);
  expect(few.reason).toMatch(/below the 100 .*at least 8 pairs are required/);
  expect(few.reason).toMatch(/3 pairs detect about \d+\.\d %; about \d+ pairs would detect the tolerance/);
  expect(few.reason).toMatch(/run it again to append up to 30 more/);
  expect(pairedGate.decide([], settings()).reason).toContain('run it again');
});

it('pairedGate.decide() raises the threshold of FAIL with the family, never the one of PASS', () => {
  expect([1, 5, 6, 100].map((familySize) => strictThreshold(settings({ familySize })))).toEqual([100, 100, 120, 2000]);
  const evidence = pairs(changed(1.2, 9));
  expect(pairedGate.decide(evidence, settings()).kind).toBe('FAIL');
  expect(pairedGate.decide(evidence, settings({ familySize: 100 })).kind).toBe('NEEDS_MORE_DATA');
  expect(pairedGate.decide(same, settings({ familySize: 100 })).kind).toBe('PASS');
});

it('pairedGate.decide() compares differences once a metric is zero or negative', () => {
  const evidence = pairs(Array.from({ length: 12 }, (_, index) => [index === 5 ? 0 : -1 - index, 4 + index] as const));
  const decision = pairedGate.decide(evidence, settings({ tolerance: 2 }));
  expect(decision).toMatchObject({ kind: 'FAIL', estimate: { scale: 'difference' } });
  expect(decision.warnings.join()).toContain('differences');
  const late = [...pairs(changed(1.2, 8)), ...pairs([[0, 1]])];
  const replayed = late.reduce(
    (state, pair) =>
      foldPaired([pair], settings()).values.reduce(
        (next, value) => stepPaired(next, value.baseline, value.candidate, settings()),
        state,
      ),
    startPaired(settings(), 'difference'),
  );
  expect(foldPaired(late, settings())).toEqual(replayed);
});

it('pairedGate.decide() answers for metrics at the ends of the number range', () => {
  const extremes = [5e-324, 1e-300, 1e200, Number.MAX_VALUE, 0, -Number.MAX_VALUE, -5e-324];
  for (const one of extremes) {
    for (const other of extremes) {
      for (const goal of ['no_regression', 'improvement'] as const) {
        const evidence = pairs(Array.from({ length: 12 }, (_, index) => [one, index % 2 === 0 ? other : one] as const));
        const decision = pairedGate.decide(evidence, settings({ goal }));
        expect(decision.reason, `${one} ${other}`).not.toMatch(/NaN|undefined|\bo bound/);
        expect(decision.baseline?.mean).toBeCloseTo(one);
      }
    }
  }
});

const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
const samples = fc.array(fc.tuple(positive, positive), { minLength: 1, maxLength: 14 });
const anySamples = fc.array(fc.tuple(fc.integer({ min: -5, max: 50 }), fc.integer({ min: -5, max: 50 })), {
  minLength: 1,
  maxLength: 14,
});
const anySettings: fc.Arbitrary<GateSettings> = fc
  .record({
    direction: fc.constantFrom('minimize' as const, 'maximize' as const),
    goal: fc.constantFrom('no_regression' as const, 'improvement' as const),
    tolerance: fc.constantFrom(0, 0.02, 0.05, 1),
    minPairs: fc.integer({ min: 1, max: 8 }),
    familySize: fc.integer({ min: 1, max: 30 }),
  })
  .map((change) => settings(change));

it('pairedGate.decide() gives what the incremental reducer gives at every prefix', () => {
  fc.assert(
    fc.property(fc.oneof(samples, anySamples), anySettings, (values, chosen) => {
      let state = startPaired(chosen);
      values.forEach(([baseline, candidate], index) => {
        state = stepPaired(state, baseline, candidate, chosen);
        const whole = pairedGate.decide(pairs(values.slice(0, index + 1)), chosen);
        expect(whole.kind).toBe(pairedVerdict(state, chosen) ?? 'NEEDS_MORE_DATA');
      });
    }),
    { numRuns: 60 },
  );
});

it('pairedGate.decide() has its estimate inside its interval', () => {
  fc.assert(
    fc.property(fc.oneof(samples, anySamples), anySettings, (values, chosen) => {
      const { estimate } = pairedGate.decide(pairs(values), chosen);
      expect(estimate?.value).toBeGreaterThanOrEqual(estimate?.low ?? Number.NaN);
      expect(estimate?.value).toBeLessThanOrEqual(estimate?.high ?? Number.NaN);
    }),
    { numRuns: 100 },
  );
});

it('pairedGate.decide() does not depend on the unit of the metric', () => {
  fc.assert(
    fc.property(samples, anySettings, fc.integer({ min: -20, max: 20 }), (values, chosen, exponent) => {
      const unit = 2 ** exponent;
      const scaled = values.map(([baseline, candidate]) => [baseline * unit, candidate * unit] as const);
      const [before, after] = [pairedGate.decide(pairs(values), chosen), pairedGate.decide(pairs(scaled), chosen)];
      expect(after).toMatchObject({ kind: before.kind, estimate: before.estimate, evidence: before.evidence });
    }),
    { numRuns: 100 },
  );
});

it('pairedGate.decide() treats maximize as minimize of the reciprocals', () => {
  const powers = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
    minLength: 1,
    maxLength: 14,
  });
  fc.assert(
    fc.property(powers, anySettings, (values, chosen) => {
      const direct = values.map(([baseline, candidate]) => [2 ** baseline, 2 ** candidate] as const);
      const inverse = direct.map(([baseline, candidate]) => [1 / baseline, 1 / candidate] as const);
      const least = pairedGate.decide(pairs(direct), { ...chosen, direction: 'minimize' });
      const most = pairedGate.decide(pairs(inverse), { ...chosen, direction: 'maximize' });
      expect(most.kind).toBe(least.kind);
      expect(most.evidence).toEqual(least.evidence);
    }),
    { numRuns: 100 },
  );
});
