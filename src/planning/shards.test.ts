import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashOf, sha256 } from '../../fixtures/ledger-lines.ts';
import { benchmark, manifest } from '../../fixtures/manifests.ts';
import { planRun, type RunPlan } from './plan.ts';
import { experimentsOfShard, parseShard, sharedMetaSeed } from './shards.ts';

/** A plan with one experiment for each declared runtime, named by position. */
function planOf(runtimes: readonly (number | null)[]): RunPlan {
  const benchmarks = runtimes.map((expectedRuntimeSeconds, index) =>
    benchmark({ name: `b${index}`, expectedRuntimeSeconds }),
  );
  const request = {
    manifest: manifest(benchmarks),
    benchmarks,
    seedSet: 'fresh',
    metaSeed: 42n,
    repetitions: null,
  } as const;
  return planRun(request, sha256);
}

const namesOf = (plan: RunPlan, index: number, count: number) =>
  experimentsOfShard(plan, { index, count }).map((experiment) => experiment.benchmark.name);
const divided = (plan: RunPlan, count: number) =>
  Array.from({ length: count }, (_, index) => namesOf(plan, index, count));

const runtime = fc.oneof(
  fc.constant(null),
  fc.double({ min: 0, max: 1e4, noNaN: true }),
  fc.constantFrom(0, 1, 1e308, Number.POSITIVE_INFINITY, Number.NaN, -1),
);
const plans = fc.array(runtime, { maxLength: 20 }).map(planOf);

it('parseShard() reads a part of the whole, counted from 1', () => {
  expect(parseShard('2/5')).toEqual({ index: 1, count: 5 });
  expect(parseShard('1/1')).toEqual({ index: 0, count: 1 });
  expect(parseShard('256/256')).toEqual({ index: 255, count: 256 });
});

const outOfRange = '0/5 6/5 1/0 0/0 1/257 257/257 999/999 1000/1000'.split(' ');
const garbage = '1 / 1/ /5 01/5 1/05 +1/5 -1/5 1.0/5 1e0/5 1/5/5 1\\5 ١/٥ auto'.split(' ');
const hidden = ['', ' 1/5', '1/5 ', '1/5\n', '\u202e1/5', '1 / 5'];
it.each([outOfRange, garbage, hidden].flat())('parseShard() refuses %j with exit code 64 and a next step', (text) => {
  expect(() => parseShard(text)).toThrow(
    expect.objectContaining({
      name: 'UsageError',
      exitCode: 64,
      place: '--shard',
      nextStep: expect.stringMatching(/--shard 1\/3/),
    }),
  );
});

it('parseShard() shows hostile text escaped and cut', () => {
  expect(() => parseShard(`\u001b[31m${'x'.repeat(1e6)}`)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/^[ -~]{1,120}$/) }),
  );
});

it('experimentsOfShard() puts every experiment into exactly one shard, whatever their number', () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 256 }), (plan, count) => {
      const names = plan.experiments.map((experiment) => experiment.benchmark.name);
      const shards = divided(plan, count);
      expect(shards.flat().sort()).toEqual([...names].sort());
      for (const shard of shards) expect(shard).toEqual(names.filter((name) => shard.includes(name)));
      expect(namesOf(plan, 0, 1)).toEqual(names);
    }),
    { numRuns: 50 },
  );
});

it('experimentsOfShard() leaves no shard idle while another has two', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 1e4, noNaN: true }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 25 }),
      (runtimes, count) => {
        const sizes = divided(planOf(runtimes), count).map((shard) => shard.length);
        if (Math.max(...sizes) > 1) expect(Math.min(...sizes)).toBeGreaterThan(0);
      },
    ),
    { numRuns: 50 },
  );
});

it('experimentsOfShard() gives no shard more than the mean and most of one experiment on top (Graham 1966)', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 6 }),
      (runtimes, count) => {
        const seconds = (name: string) => runtimes[Number(name.slice(1))] ?? 0;
        const loads = divided(planOf(runtimes), count).map((shard) =>
          shard.reduce((sum, name) => sum + seconds(name), 0),
        );
        const mean = runtimes.reduce((sum, one) => sum + one, 0) / count;
        // List scheduling: at most the mean, and (1 - 1/count) of one job on top.
        expect(Math.max(...loads)).toBeLessThanOrEqual(mean + (1 - 1 / count) * Math.max(...runtimes) + 1e-9);
      },
    ),
    { numRuns: 50 },
  );
});

it('experimentsOfShard() balances declared runtimes, takes the mean for others, and ties in plan order', () => {
  expect(divided(planOf([1, 8, 5, 4]), 2)).toEqual([
    ['b0', 'b1'],
    ['b2', 'b3'],
  ]);
  expect(divided(planOf([10, null, 2]), 2)).toEqual([['b0'], ['b1', 'b2']]);
  expect(divided(planOf([null, null, null, null, null]), 2)).toEqual([
    ['b0', 'b2', 'b4'],
    ['b1', 'b3'],
  ]);
  expect(divided(planOf([0, 0, 0]), 3)).toEqual([['b0'], ['b1'], ['b2']]);
  expect(divided(planOf([3, 3]), 4)).toEqual([['b0'], ['b1'], [], []]);
  expect(divided(planOf([]), 2)).toEqual([[], []]);
});

it('sharedMetaSeed() is below 2^63, the same for the same run and another for any other', () => {
  const [head, base] = [hashOf('a'), hashOf('b')];
  const seeds = [
    sharedMetaSeed('github 1', head, base, sha256),
    sharedMetaSeed('github 2', head, base, sha256),
    sharedMetaSeed('github 1', base, base, sha256),
    sharedMetaSeed('github 1', head, null, sha256),
    sharedMetaSeed(null, head, base, sha256),
  ];
  expect(sharedMetaSeed('github 1', head, base, sha256)).toBe(seeds[0]);
  expect(new Set(seeds).size).toBe(seeds.length);
  fc.assert(
    fc.property(fc.string(), (name) => {
      const seed = sharedMetaSeed(name, head, base, sha256);
      expect(seed >= 0n && seed < 2n ** 63n).toBe(true);
    }),
  );
});
