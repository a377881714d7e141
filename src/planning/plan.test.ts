import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from '../../fixtures/ledger-lines.ts';
import { benchmark, manifest } from '../../fixtures/manifests.ts';
import { golden, itGolden } from '../../fixtures/shared-data.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { drawPairs, type PlanRequest, planRun } from './plan.ts';

const paired = benchmark({ name: 'paired' });
const exact = benchmark({ name: 'exact', policy: 'exact', deterministic: true });
const sigma = benchmark({
  name: 'sigma',
  policy: 'sigma',
  promotionSigma: 2,
  repetitions: 5,
  baselineSeeds: [7, 8, 9],
});
const bytes = benchmark({ name: 'bytes', tier: 'correctness', policy: 'reference', direction: null });
const all = [paired, exact, sigma, bytes];

function plan(benchmarks: readonly Benchmark[], change: Partial<PlanRequest> = {}) {
  const request = { manifest: manifest(all), benchmarks, seedSet: 'fresh', metaSeed: 42n, repetitions: null } as const;
  return planRun({ ...request, ...change }, sha256);
}

function scheduleOf(one: Benchmark, change: Partial<PlanRequest> = {}) {
  return plan([one], change).experiments[0]?.schedule;
}

function seedsOf(one: Benchmark, change: Partial<PlanRequest> = {}): number[] {
  const schedule = scheduleOf(one, change);
  return schedule?.kind === 'fixed' ? schedule.trials.map(({ seed }) => seed) : [];
}

itGolden('planRun() gives candidates the seeds that benchstone derives', () => {
  for (const { meta_seed: metaSeed, seeds } of golden<{ meta_seed: string; seeds: number[] }>('seeds', 20)) {
    expect(seedsOf(sigma, { metaSeed: BigInt(metaSeed), repetitions: seeds.length })).toEqual(seeds);
  }
});

it('planRun() gives every gate its schedule', () => {
  expect(scheduleOf(paired)).toEqual({ kind: 'sequential', warmUpPairs: 1, minPairs: 6, maxPairs: 30 });
  expect(scheduleOf(sigma)).toMatchObject({
    kind: 'fixed',
    trials: [0, 1, 2, 3, 4].map((block) => ({ arm: 'candidate', block })),
  });
  expect(seedsOf(sigma).slice(0, 3)).toEqual([478163327, 107420369, 1181241943]);
  expect(scheduleOf(exact)).toMatchObject({
    trials: [0, 1, 2].flatMap((block) => ['baseline', 'candidate'].map((arm) => ({ arm, block }))),
  });
  // Of the rule, not of the run: a re-run of a deterministic benchmark must repeat it.
  expect(new Set([...seedsOf(exact), ...seedsOf(exact, { metaSeed: 7n })]).size).toBe(1);
  expect(plan(all).experiments.map(({ purpose, needsBase }) => [purpose, needsBase])).toEqual([
    ['paired', true],
    ['fresh', true],
    ['fresh', false],
    ['fresh', false],
  ]);
});

it('planRun() takes the manifest’s seeds for a baseline, and at most as many as there are', () => {
  expect(seedsOf(sigma, { seedSet: 'baseline' })).toEqual([7, 8, 9]);
  expect(seedsOf(sigma, { seedSet: 'baseline', repetitions: 2 })).toEqual([7, 8]);
  expect(plan([sigma], { seedSet: 'baseline' }).experiments[0]).toMatchObject({
    purpose: 'baseline',
    needsBase: false,
  });
  for (const [one, repetitions] of [
    [sigma, 4],
    [bytes, null],
    [sigma, 0],
  ] as const) {
    expect(() => plan([one], { seedSet: 'baseline', repetitions })).toThrow(expect.objectContaining({ exitCode: 64 }));
  }
});

it('planRun() lets --repetitions override the manifest, but measures exact twice at least', () => {
  expect(seedsOf(sigma, { repetitions: 2 })).toHaveLength(2);
  expect(seedsOf(bytes, { repetitions: 1 })).toHaveLength(1);
  expect(seedsOf(exact, { repetitions: 1 })).toHaveLength(4);
  expect(scheduleOf(paired, { repetitions: 50 })).toMatchObject({ minPairs: 6, maxPairs: 50 });
  expect(scheduleOf(paired, { repetitions: 3 })).toMatchObject({ minPairs: 3, maxPairs: 3 });
  for (const repetitions of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
    expect(() => plan([sigma], { repetitions })).toThrow(expect.objectContaining({ name: 'UsageError' }));
  }
});

it('planRun() counts the paired benchmarks of the run as one family', () => {
  expect(plan(all).familySize).toBe(1);
  expect(plan([paired, { ...paired, name: 'second' }, exact]).familySize).toBe(2);
  expect(plan([sigma]).familySize).toBe(0);
});

it('planRun() is the same for the same request, and another digest for any other', () => {
  expect(plan(all)).toEqual(plan(all));
  const others = [
    plan(all),
    plan(all, { metaSeed: 43n }),
    plan(all, { metaSeed: 42n + 2n ** 62n }),
    plan(all, { repetitions: 7 }),
    plan([sigma]),
    plan([sigma], { seedSet: 'baseline' }),
    plan([paired, exact]),
    plan([exact, paired]),
    plan([{ ...paired, tolerance: 0.06 }, exact, sigma, bytes]),
    plan([{ ...paired, name: 'other' }, exact, sigma, bytes]),
  ];
  expect(new Set(others.map(({ digest }) => digest)).size).toBe(others.length);
  for (const { digest } of others) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
});

function draws(metaSeed: bigint, name = 'b', stream: 'paired' | 'confirm' = 'paired', count = 2000) {
  const generator = drawPairs(metaSeed, name, stream, sha256);
  return Array.from({ length: count }, () => generator.next().value);
}

it('drawPairs() is a function of meta seed, benchmark and stage, and of nothing else', () => {
  expect(draws(42n, 'b', 'paired', 50)).toEqual(draws(42n, 'b', 'paired', 50));
  const streams = [draws(42n), draws(43n), draws(42n, 'c'), draws(42n, 'b', 'confirm'), draws(-42n)];
  expect(new Set(streams.map((stream) => JSON.stringify(stream))).size).toBe(streams.length);
});

it('drawPairs() tosses a fair coin that knows neither the seed nor the toss before', () => {
  for (const metaSeed of [0n, 1n, 42n, 2n ** 63n - 1n]) {
    const all = draws(metaSeed);
    const heads = all.map(({ first }) => first === 'baseline');
    const share = (chosen: readonly boolean[]) => chosen.filter(Boolean).length / chosen.length;
    // Five standard deviations of a fair coin: 0.5 / √n each.
    expect(Math.abs(share(heads) - 0.5)).toBeLessThan(2.5 / Math.sqrt(2000));
    const repeated = heads.slice(1).map((head, index) => head === heads[index]);
    expect(Math.abs(share(repeated) - 0.5)).toBeLessThan(2.5 / Math.sqrt(1999));
    for (const bit of [0, 1, 15, 30]) {
      const agrees = all.map(({ seed, first }) => ((seed >>> bit) & 1) === (first === 'baseline' ? 1 : 0));
      expect(Math.abs(share(agrees) - 0.5)).toBeLessThan(2.5 / Math.sqrt(2000));
    }
  }
});

it('drawPairs() gives seeds that benchstone’s config can carry', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.string(), (metaSeed, name) => {
      for (const { seed } of draws(metaSeed, name, 'confirm', 5)) {
        expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31).toBe(true);
      }
    }),
    { numRuns: 30 },
  );
});
