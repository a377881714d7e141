import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostileText } from '../../fixtures/hostile-text.ts';
import { eventfulReport, runReport, saturatedReport, verdict } from '../../fixtures/run-reports.ts';
import { annotationsOf } from './annotations.ts';
import { byteLength } from './byte-budget.ts';

it('annotationsOf() has failures as errors, open verdicts as warnings, improvements as notices, where they are declared', () => {
  const found = annotationsOf(eventfulReport());
  expect(found.map(({ level, title, line }) => `${level} ${title} ${line}`)).toEqual([
    'error INVALID: broken 50',
    'error FAIL: parse 14',
    'error FAIL: render/größe 23',
    'warning NEEDS_MORE_DATA: waiting 32',
    'warning NO_BASELINE: fresh 41',
    'notice PASS: search 5',
    'notice PROMOTE: ranks 59',
  ]);
  expect(new Set(found.map(({ path }) => path))).toEqual(new Set(['bench/manifest.toml']));
  expect(found[1]?.message).toBe(
    [
      'worse: +12.3 %, at least +8.0 %, where +5.0 % is tolerated [confirmed same job]',
      'change: +12.3 % [+8.0 % … +17.0 %]',
      'warning: evidence from 2 classes of machines is pooled',
    ].join('\n'),
  );
});

it('annotationsOf() names no place that is not the benchmark’s own, and says nothing of a plain pass', () => {
  const report = runReport([verdict({ experiment: 'constructor', kind: 'FAIL' }), verdict({ experiment: 'toString' })]);
  expect(annotationsOf(report)).toMatchObject([{ title: 'FAIL: constructor', path: null, line: null }]);
});

it.each([9, 10, 11, 250])(
  'annotationsOf() of %i failures has at most ten, and the tenth says what is missing',
  (amount) => {
    const names = Array.from({ length: amount }, (_, index) => `benchmark ${index}`);
    const places = Object.fromEntries(names.map((name, index) => [name, { path: 'm.toml', line: index + 1 }]));
    const found = annotationsOf(
      runReport(
        names.map((experiment) => verdict({ experiment, kind: 'FAIL' })),
        { places },
      ),
    );
    expect(found).toHaveLength(Math.min(amount, 10));
    if (amount <= 10) expect(found.at(-1)?.title).toBe(`FAIL: benchmark ${amount - 1}`);
    else {
      expect(found.at(-1)).toMatchObject({ title: `${amount - 9} more failed`, path: 'm.toml', line: 10 });
      expect(found.at(-1)?.message).toContain(': benchmark 9, benchmark 10');
    }
  },
);

it('annotationsOf() says of claims that they are claims', () => {
  const found = annotationsOf(eventfulReport({ origin: 'claimed' }));
  expect(found.every(({ title }) => title.includes('claimed, not measured by us'))).toBe(true);
});

it('annotationsOf() keeps its bounds and shows nothing invisible with any text from outside', () => {
  fc.assert(
    fc.property(hostileText, fc.constantFrom(1, 1000), (text, times) => {
      for (const { title, message } of annotationsOf(saturatedReport(text.repeat(times)))) {
        expect(title.length).toBeLessThanOrEqual(200);
        expect(message.length).toBeLessThanOrEqual(4096);
        expect(byteLength(message)).toBeLessThanOrEqual(4096);
        expect(title + message).not.toMatch(
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\ufeff]/,
        );
        expect(title).not.toContain('\n');
      }
    }),
    { numRuns: 40 },
  );
});
