import fc from 'fast-check';
import { expect, it } from 'vitest';
import { settings } from '../../fixtures/gate-settings.ts';
import { groupEstimate, summarise, summariseAnySize, thresholdVerdict } from './groups.ts';
import { mannWhitneyGate } from './mann-whitney.ts';
import { sigmaGate } from './sigma.ts';

const sigma = settings({ goal: 'improvement', promotionSigma: 2 });

it.each([
  ['NEEDS_MORE_DATA', [], [1, 2]],
  ['NEEDS_MORE_DATA', [1, 2], [1]],
  ['PROMOTE', [10, 11, 12], [1, 2, 3]],
  ['REJECT', [10, 11, 12], [10, 11, 12]],
  ['REJECT', [1, 2, 3], [10, 11, 12]],
] as const)('sigmaGate.decide() says %s for %j against %j', (kind, before, after) => {
  expect(sigmaGate.decide(before, after, sigma).kind).toBe(kind);
});

it('sigmaGate.decide() names the short side and what it needs, the baseline first', () => {
  const short = settings({ promotionSigma: 2, requiredBaseline: 5, requiredCandidate: 3 });
  expect(sigmaGate.decide([1], [], short).reason).toMatch(/^the baseline has 1 usable run and needs 5/);
  expect(sigmaGate.decide([1, 2, 3, 4, 5], [1, 2], short).reason).toMatch(
    /^the candidate has 2 usable runs and needs 3/,
  );
});

it('sigmaGate.decide() warns of a noisy baseline and of samples without any spread', () => {
  expect(sigmaGate.decide([1, 2, 3], [1, 2, 3], sigma).warnings.join()).toContain('standard error');
  expect(sigmaGate.decide([1, 1], [0.999, 0.999], sigma)).toMatchObject({
    kind: 'PROMOTE',
    evidence: { value: Number.POSITIVE_INFINITY },
    warnings: [expect.stringContaining('exact')],
  });
});

it('mannWhitneyGate.decide() says when no data could have reached the threshold', () => {
  const decision = mannWhitneyGate.decide([9, 8], [1, 2], settings({ goal: 'improvement', promotionZ: 2 }));
  expect(decision.kind).toBe('REJECT');
  expect(decision.warnings.join()).toContain('no data could have changed this verdict');
  expect(mannWhitneyGate.decide([9, 8], [1, 2], settings({ promotionZ: 1 })).warnings).toEqual([]);
});

it('mannWhitneyGate.decide() uses promotion_z before promotion_sigma', () => {
  const groups = [
    [10, 11, 12],
    [1, 2, 3],
  ] as const;
  const choose = (promotionZ: number | null) =>
    mannWhitneyGate.decide(...groups, settings({ goal: 'improvement', promotionSigma: 99, promotionZ })).kind;
  expect([choose(1.5), choose(null)]).toEqual(['PROMOTE', 'REJECT']);
});

it('thresholdVerdict() never lets a statistic that is not a number pass', () => {
  for (const [statistic, threshold] of [
    [Number.NaN, 2],
    [1, Number.NaN],
  ] as const) {
    expect(thresholdVerdict(statistic, threshold, settings(), 'sigma').kind).toBe('INVALID');
    expect(thresholdVerdict(statistic, threshold, settings({ goal: 'improvement' }), 'sigma').kind).toBe('REJECT');
  }
  const overflow = sigmaGate.decide([1.7e308, 1.6e308, 1.7e308], [1, 2], settings({ promotionSigma: 2 }));
  expect(overflow.kind).not.toBe('PASS');
});

it('thresholdVerdict() says FAIL at the threshold on the worse side, PASS above it', () => {
  const verdicts = [-3, -2, -1.999, 0, 5].map((z) => thresholdVerdict(z, 2, settings(), 'sigma').kind);
  expect(verdicts).toEqual(['FAIL', 'FAIL', 'PASS', 'PASS', 'PASS']);
});

it('the group gates mirror each other when direction and signs are reversed', () => {
  const group = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 8 });
  const mirror = (values: readonly number[]) => values.map((value) => -value);
  fc.assert(
    fc.property(group, group, (before, after) => {
      for (const gate of [sigmaGate, mannWhitneyGate]) {
        const least = gate.decide(before, after, sigma);
        const most = gate.decide(mirror(before), mirror(after), { ...sigma, direction: 'maximize' });
        expect(most.kind).toBe(least.kind);
        expect(most.evidence?.value).toBeCloseTo(least.evidence?.value ?? Number.NaN, 9);
      }
    }),
    { numRuns: 200 },
  );
});

it('groupEstimate() is a ratio of positive groups, else a difference, and null for infinite values', () => {
  expect(groupEstimate([100, 100], [110, 110])).toMatchObject({ scale: 'ratio', value: expect.closeTo(0.1, 12) });
  expect(groupEstimate([0, 0], [3, 3])).toMatchObject({ scale: 'difference', value: 3 });
  expect(groupEstimate([1, Number.POSITIVE_INFINITY], [1, 2])).toBeNull();
  expect(groupEstimate([-Number.MAX_VALUE, 0], [Number.MAX_VALUE, 0])).toBeNull();
});

it('summariseAnySize() agrees with summarise() and knows no overflow', () => {
  expect(summariseAnySize([1, 2, 4])).toEqual(summarise([1, 2, 4]));
  expect(summariseAnySize([])).toEqual({ count: 0, mean: Number.NaN, standardError: null });
  expect(() => summarise([1e200, 2e200])).toThrow(RangeError);
  expect(summariseAnySize([1e200, 3e200])).toEqual({
    count: 2,
    mean: 2e200,
    standardError: expect.closeTo(1e200, -190),
  });
  expect(summariseAnySize([Number.MAX_VALUE, Number.MAX_VALUE]).mean).toBe(Number.MAX_VALUE);
});
