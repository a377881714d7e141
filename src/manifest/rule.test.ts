import { expect, it } from 'vitest';
import { sha256 } from '../../fixtures/ledger-lines.ts';
import { benchmark, manifest } from '../../fixtures/manifests.ts';
import type { Benchmark } from './manifest.ts';
import { confirmationSettings, gateSettings, ruleDigest } from './rule.ts';

const one = benchmark();
const digest = (change: Partial<Benchmark> = {}) => ruleDigest({ ...one, ...change }, manifest([one]), sha256);

/** Every key of a benchmark with another value than `one` has; the compiler asks for each. */
const others: Required<Benchmark> = {
  name: 'other',
  tier: 'quality',
  runner: { kind: 'command', command: 'x', metric: 'wall_seconds' },
  policy: 'exact',
  goal: 'improvement',
  direction: 'maximize',
  deterministic: true,
  unit: 's',
  threads: 2,
  gpu: 'direct',
  backgroundRequired: true,
  expectedRuntimeSeconds: 5,
  repetitions: 4,
  baselineSeeds: [1],
  promotionSigma: 2,
  promotionZ: 2,
  tolerance: 0.06,
  alphaFail: 0.02,
  alphaPass: 0.06,
  minPairs: 7,
  maxPairs: 31,
  timeoutSeconds: 601,
  env: ['A'],
  corpus: { path: 'c', hash: null, type: 'bytes' },
  referencePolicy: 'byte_equivalence',
  line: 6,
};

/** What says nothing about how a benchmark is measured or judged. */
const indifferent: ReadonlySet<string> = new Set(['line', 'backgroundRequired', 'expectedRuntimeSeconds']);

it.each(Object.keys(others))('ruleDigest() notices a change of %s exactly when it is part of the rule', (key) => {
  const change = Object.fromEntries(Object.entries(others).filter(([name]) => name === key));
  expect(digest(change) === digest()).toBe(indifferent.has(key));
});

it('ruleDigest() depends on the harness paths and on nothing else of the project', () => {
  const of = (project: Parameters<typeof manifest>[1], rest: readonly Benchmark[] = [one]) =>
    ruleDigest(one, manifest(rest, project), sha256);
  expect(digest()).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(of({ name: 'x', invocation: 'y', setup: 'z', writablePaths: ['~/.cache'] }, [])).toBe(digest());
  expect(of({ harnessPaths: ['bench/', 'tools/'] })).not.toBe(digest());
});

it('ruleDigest() does not depend on the order of keys, and tells values apart that JSON does not', () => {
  const reversed = Object.fromEntries(Object.entries(one).reverse()) as unknown as Benchmark;
  expect(ruleDigest(reversed, manifest([one]), sha256)).toBe(digest());
  const thresholds = [null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  expect(new Set(thresholds.map((promotionSigma) => digest({ promotionSigma }))).size).toBe(4);
});

it('gateSettings() asks for two runs at least and knows a direction', () => {
  const settings = gateSettings(benchmark({ direction: null, repetitions: 1, baselineSeeds: [1] }), 3);
  expect(settings).toMatchObject({ direction: 'minimize', requiredBaseline: 2, requiredCandidate: 2, familySize: 3 });
  const more = gateSettings(benchmark({ repetitions: 5, baselineSeeds: [1, 2, 3] }), 1);
  expect(more).toMatchObject({ requiredBaseline: 3, requiredCandidate: 5 });
});

it('confirmationSettings() judge one benchmark by itself at 5 %', () => {
  const settings = gateSettings(one, 7);
  expect(confirmationSettings(settings)).toEqual({ ...settings, alphaFail: 0.05, familySize: 1 });
});
