import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runReport, verdict } from '../../fixtures/run-reports.ts';
import type { Estimate } from '../domain/verdict.ts';
import { renderTerminal } from './terminal.ts';
import type { RunReport } from './view.ts';

const anytime = { scale: 'ratio', confidence: 0.95, validity: 'anytime' } as const;
const ratio: Estimate = { ...anytime, value: 0.123, low: 0.08, high: 0.17 };

const everyKind = runReport(
  [
    verdict({
      baseline: { count: 12, mean: 0.0123, standardError: 0.0001 },
      candidate: { count: 12, mean: 0.0124, standardError: 0.0001 },
      estimate: { ...ratio, value: 0.008, low: Number.NEGATIVE_INFINITY, high: 0.03 },
      evidence: { name: 'e_value', value: 41.678, threshold: 20, attainable: 1500 },
    }),
    verdict({
      experiment: 'parse',
      kind: 'FAIL',
      label: 'confirmed_same_job',
      reason: 'worse: +12.3 %',
      baseline: { count: 12, mean: 2, standardError: 0.1 },
      candidate: { count: 12, mean: 2.25, standardError: 0.1 },
      estimate: ratio,
      evidence: { name: 'e_value', value: 123456, threshold: 100, attainable: 200000 },
      warnings: ['evidence from 2 classes of machines is pooled'],
    }),
    verdict({
      experiment: 'render/größe',
      policy: 'reference',
      tier: 'correctness',
      kind: 'FAIL',
      unit: null,
      reason: '1 of 3 artifacts differ from the reference',
      evidence: { name: 'artifacts', value: 2, threshold: 3, attainable: 3 },
    }),
    verdict({
      experiment: 'instructions',
      policy: 'exact',
      unit: null,
      reason: 'identical: 1234567',
      baseline: { count: 2, mean: 1234567, standardError: 0 },
      candidate: { count: 2, mean: 1234567, standardError: 0 },
      estimate: { ...ratio, value: 0, low: 0, high: 0, validity: 'exact' },
      evidence: { name: 'exact_difference', value: 0, threshold: 0, attainable: null },
    }),
    verdict({
      experiment: 'memory',
      policy: 'sigma',
      kind: 'REJECT',
      unit: 'B',
      reason: 'improvement not shown: sigma −0.500 is below 2',
      baseline: { count: 5, mean: 52_428_800, standardError: 1000 },
      candidate: { count: 5, mean: 53_000_000, standardError: 1000 },
      estimate: { ...ratio, scale: 'difference', value: 571_200, low: -1, high: Number.POSITIVE_INFINITY },
      evidence: { name: 'sigma', value: Number.NEGATIVE_INFINITY, threshold: 2, attainable: null },
    }),
    verdict({ experiment: 'waiting', kind: 'NEEDS_MORE_DATA', reason: 'no pair was measured; run it again' }),
    verdict({
      experiment: 'ranks',
      policy: 'mann_whitney',
      kind: 'PROMOTE',
      reason: 'better: Mann–Whitney z 2.611 reaches 2',
      evidence: { name: 'mann_whitney_z', value: 2.6111648, threshold: 2, attainable: 2.6111648 },
    }),
    verdict({ experiment: 'broken', kind: 'INVALID', label: 'crash', reason: 'both sides failed' }),
  ],
  {
    dirty: ['src/a.ts', 'src/b.ts'],
    isolation: 'secrets isolated: own process and mount namespace (bubblewrap 0.8.0)',
    withheld: Array.from({ length: 22 }, (_, index) => `SECRET_${index}`),
    failures: ['broken candidate 1: exit_code: exit status 1'],
    differences: { 'render/größe': 'first difference at byte 3, line 1 (both 6 bytes)\n- abc\n+ abd' },
    warnings: ['bench/manifest.toml:7: benchmarks[0].threads: is more than this machine has'],
    ledger: {
      location: '/data/ledger.git',
      remote: 'git@example.org:a/b.git',
      sequence: 12,
      push: 'offline',
      commit: 'd'.repeat(40),
    },
    elapsedSeconds: 12.345,
    exitCode: 65,
  },
);

const nothing = runReport([], { base: null });

/** A name that would clear a terminal, reverse what follows, add lines, and speak to GitHub's runner. */
const hostile = '::error::x\u001b[2J\r\n::set-output name=a::b\u202egnp.\u0007\u009b1m\u2028##[group]y\u200b\t\ufeff';
const attacked = runReport(
  [
    verdict({
      experiment: hostile,
      unit: hostile,
      kind: 'FAIL',
      reason: hostile,
      warnings: [hostile],
      estimate: ratio,
    }),
    verdict({ experiment: 'constructor', baseline: { count: 1, mean: 1, standardError: null }, unit: hostile }),
    verdict({ experiment: '__proto__' }),
  ],
  {
    project: hostile,
    dirty: [hostile],
    failures: [hostile],
    withheld: [hostile],
    warnings: [hostile],
    isolation: hostile,
    differences: { [hostile]: hostile },
    ledger: { location: hostile, remote: hostile, sequence: 1, push: 'pushed', commit: 'd'.repeat(40) },
  },
);

it.each([
  ['every-kind', everyKind],
  ['nothing', nothing],
  ['hostile-names', attacked],
] as const)('renderTerminal() renders %s as recorded', async (name, report: RunReport) => {
  await expect(renderTerminal(report)).toMatchFileSnapshot(`../../fixtures/reports/${name}.txt`);
});

it('renderTerminal() puts failures first and keeps the order otherwise', () => {
  const table = renderTerminal(everyKind).split('\n').slice(3, 11);
  expect(table.map((line) => line.split(' ')[0])).toEqual([
    'FAIL',
    'FAIL',
    'REJECT',
    'INVALID',
    'NEEDS_MORE_DATA',
    'PASS',
    'PASS',
    'PROMOTE',
  ]);
});

it('renderTerminal() shows nothing from outside that a terminal or a job’s log would obey', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc
      .array(fc.constantFrom('\n', '\r', '\u001b[', '::', '##[', ' ', '\u202e', '\u2029', 'a', '\t'))
      .map((all) => all.join('')),
  );
  fc.assert(
    fc.property(texts, texts, (name, other) => {
      const report = runReport([verdict({ experiment: name, reason: other, warnings: [other], unit: other })], {
        project: name,
        failures: [other],
        differences: Object.fromEntries([[name, other]]),
        isolation: other,
      });
      const text = renderTerminal(report);
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/);
      expect(text).not.toMatch(/^\s*::/m);
      expect(text).not.toContain('##[');
    }),
    { numRuns: 300 },
  );
});

it('renderTerminal() has as many lines for hostile names as for harmless ones', () => {
  const lines = (name: string) =>
    renderTerminal(runReport([verdict({ experiment: name, reason: name })])).split('\n').length;
  expect(lines(hostile)).toBe(lines('harmless'));
});
