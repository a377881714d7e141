import { expect, it } from 'vitest';
import { runReport, verdict } from '../../fixtures/run-reports.ts';
import type { VerdictKind } from '../domain/verdict.ts';
import { countsOf, headline, verdictLine } from './verdict-line.ts';

it.each<[VerdictKind[], string]>([
  [[], 'nothing was judged'],
  [['PASS'], '1 passed'],
  [['PASS', 'PROMOTE'], 'all 2 passed'],
  [['PASS', 'FAIL', 'INVALID'], '2 of 3 failed'],
  [['PASS', 'FAIL', 'NO_BASELINE'], '1 of 3 failed, 1 not decided'],
  [['PASS', 'NO_REFERENCE'], '1 of 2 not decided'],
])('countsOf(%j) is %j', (kinds, expected) => {
  expect(
    countsOf(
      kinds.map((kind) => verdict({ kind })),
      false,
    ),
  ).toBe(expected);
});

it('countsOf() does not call a pass that counts as neutral undecided, nor passed', () => {
  const verdicts = [verdict({ conclusion: 'neutral' }), verdict()];
  expect(countsOf(verdicts, true)).toBe('1 of 2 only claimed to pass');
  expect(countsOf(verdicts, false)).toBe('1 of 2 neutral by policy');
});

it('headline() says the conclusion when the counts do not explain it', () => {
  expect(headline(runReport([verdict()], { conclusion: 'failure' }))).toBe('failed: 1 passed');
  expect(headline(runReport([verdict()], { conclusion: 'neutral' }))).toBe('not decided: 1 passed');
});

it('verdictLine() is one line with conclusion, project and what was compared', () => {
  const report = runReport([verdict({ kind: 'FAIL' })], { project: 'a|b\n@c', baseChoice: 'merge base of main' });
  expect(verdictLine(report, { heading: 'Nightly' })).toBe(
    '## ❌ Nightly: 1 of 1 failed · a&#124;b&#92;u000a@&#8203;c · `aaaaaaaaaa` against `cccccccccc` (merge base of main)',
  );
  expect(verdictLine(runReport([], { base: null }))).toContain('no base to compare with');
});
