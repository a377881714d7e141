import { expect, it } from 'vitest';
import { runReport, verdict } from '../../fixtures/run-reports.ts';
import type { Verdict } from '../domain/verdict.ts';
import { improvementsOf, isImprovement, regressionsOf, worstFirst } from './findings.ts';

const estimate = { scale: 'ratio', value: 0, low: -0.1, high: 0.1, confidence: 0.95, validity: 'anytime' } as const;

it('worstFirst() puts broken evidence before failures, keeps ties, and follows the conclusion, not the kind', () => {
  const verdicts = [
    verdict({ experiment: 'a' }),
    verdict({ experiment: 'b', kind: 'FAIL' }),
    verdict({ experiment: 'c', kind: 'NEEDS_MORE_DATA' }),
    verdict({ experiment: 'd', kind: 'INVALID' }),
    verdict({ experiment: 'e', kind: 'REJECT' }),
    verdict({ experiment: 'f', kind: 'NO_BASELINE', conclusion: 'failure' }),
    verdict({ experiment: 'g', kind: 'PROMOTE' }),
  ];
  expect(
    worstFirst(verdicts)
      .map(({ experiment }) => experiment)
      .join(''),
  ).toBe('dbefcag');
});

it('regressionsOf() names failures of kind FAIL and REJECT only', () => {
  const report = runReport([
    verdict({ experiment: 'fail', kind: 'FAIL' }),
    verdict({ experiment: 'reject', kind: 'REJECT' }),
    verdict({ experiment: 'invalid', kind: 'INVALID' }),
    verdict({ experiment: 'open', kind: 'NEEDS_MORE_DATA', conclusion: 'failure' }),
    verdict({ experiment: 'softened', kind: 'FAIL', conclusion: 'neutral' }),
    verdict({ experiment: 'pass' }),
  ]);
  expect(regressionsOf(report)).toEqual(['fail', 'reject']);
});

it.each<[string, Partial<Verdict>, boolean]>([
  ['PROMOTE', { kind: 'PROMOTE' }, true],
  ['PASS without an estimate', {}, false],
  ['less of what should be small', { estimate: { ...estimate, high: -0.01 } }, true],
  ['an interval that reaches 0', { estimate: { ...estimate, high: 0 } }, false],
  ['less of what should be large', { direction: 'maximize', estimate: { ...estimate, high: -0.01 } }, false],
  ['more of what should be large', { direction: 'maximize', estimate: { ...estimate, low: 0.01 } }, true],
  ['no direction', { direction: null, estimate: { ...estimate, low: 0.01, high: 0.02 } }, false],
  ['not a number', { estimate: { ...estimate, low: Number.NaN, high: Number.NaN } }, false],
  ['an open verdict', { kind: 'NEEDS_MORE_DATA', estimate: { ...estimate, high: -0.01 } }, false],
])('isImprovement() of %s: %j', (_, change, expected) => {
  expect(isImprovement(verdict(change))).toBe(expected);
  expect(improvementsOf(runReport([verdict(change)]))).toEqual(expected ? ['search'] : []);
});
