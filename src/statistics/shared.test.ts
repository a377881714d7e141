import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mannWhitneyMinimumP, mannWhitneyZ, mannWhitneyZCeiling } from './mann-whitney.ts';
import { deriveSeeds } from './mersenne-twister.ts';
import { largestRankE, rankE } from './rank-e.ts';
import { signedRankMinimumP } from './signed-rank.ts';
import { directedZ, meanAndStandardError } from './welch.ts';

const SHARED = new URL('../../../shared/', import.meta.url);
const absent = !existsSync(SHARED) && process.env['BENCHGATE_REQUIRE_ALL'] !== '1';
const vectors = it.skipIf(absent);

interface GateVector {
  readonly id: string;
  readonly gate_kind: 'sigma' | 'mann_whitney';
  readonly direction: 'minimize' | 'maximize';
  readonly baseline: readonly (number | string | null | { readonly status: string; readonly metric: number | null })[];
  readonly candidate: GateVector['baseline'];
  readonly z?: number | string | null;
  readonly baseline_mean?: number | string | null;
  readonly baseline_se?: number | string | null;
  readonly candidate_mean?: number | string | null;
  readonly candidate_se?: number | string | null;
  readonly flags?: readonly string[];
  readonly error?: string;
}

interface Golden {
  readonly gate: readonly GateVector[];
  readonly seeds: readonly { readonly meta_seed: string; readonly seeds: readonly number[] }[];
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, SHARED), 'utf8'));
}

function measured(entries: GateVector['baseline']): number[] {
  const kept: number[] = [];
  for (const entry of entries) {
    if (typeof entry === 'object' && entry !== null) {
      if (entry.status === 'ok' && entry.metric !== null) kept.push(entry.metric);
    } else if (entry !== null) kept.push(Number(entry));
  }
  return kept;
}

function expectNear(actual: number, expected: number | string | null | undefined, what: string): void {
  const value = Number(expected);
  const close =
    Object.is(actual, value) ||
    actual === value ||
    Math.abs(actual - value) <= 1e-9 * Math.max(Math.abs(value), 1e-300);
  expect(close, `${what}: ${actual} instead of ${String(expected)}`).toBe(true);
}

describe('golden/benchstone.json (skipped without ../shared)', () => {
  vectors('deriveSeeds() reproduces every golden seed list', () => {
    const { seeds } = read('golden/benchstone.json') as Golden;
    expect(seeds.length).toBeGreaterThan(0);
    for (const golden of seeds)
      expect(deriveSeeds(BigInt(golden.meta_seed), golden.seeds.length)).toEqual(golden.seeds);
  });

  vectors('directedZ(), meanAndStandardError() and mannWhitneyZ() reproduce every golden gate', () => {
    const { gate } = read('golden/benchstone.json') as Golden;
    let compared = 0;
    for (const golden of gate) {
      if (golden.flags !== undefined || golden.error !== undefined || golden.z === null) continue;
      compared++;
      const { id, direction } = golden;
      const [baseline, candidate] = [measured(golden.baseline), measured(golden.candidate)];
      const [before, after] = [meanAndStandardError(baseline), meanAndStandardError(candidate)];
      expectNear(before.mean, golden.baseline_mean, `${id} baseline mean`);
      expectNear(before.standardError, golden.baseline_se, `${id} baseline standard error`);
      expectNear(after.mean, golden.candidate_mean, `${id} candidate mean`);
      expectNear(after.standardError, golden.candidate_se, `${id} candidate standard error`);
      const z =
        golden.gate_kind === 'sigma'
          ? directedZ(baseline, candidate, direction)
          : mannWhitneyZ(baseline, candidate) * (direction === 'minimize' ? 1 : -1);
      expectNear(z, golden.z, `${id} z`);
      if (z === 0) expect(Object.is(z, golden.z), `${id}: sign of zero`).toBe(true);
    }
    expect(compared).toBeGreaterThan(150);
  });

  vectors('meanAndStandardError() throws where benchstone overflows', () => {
    const { gate } = read('golden/benchstone.json') as Golden;
    const overflowing = gate.filter(({ error }) => error?.startsWith('OverflowError'));
    expect(overflowing.length).toBeGreaterThan(0);
    for (const golden of overflowing) expect(() => meanAndStandardError(measured(golden.baseline))).toThrow(RangeError);
  });
});

describe('perfsim/examples.json (skipped without ../shared)', () => {
  vectors('largestRankE(), rankE() and the minimum p-values reproduce the printed tables', () => {
    const examples = read('perfsim/examples.json') as Record<string, number | number[]>;
    const list = (key: string): number[] => [examples[key] ?? []].flat();
    const worked = 'E14 E for d=[.05,.04,.06,-.01,.05,.07,.03,.05,.06,.04]';
    const d = [0.05, 0.04, 0.06, -0.01, 0.05, 0.07, 0.03, 0.05, 0.06, 0.04];
    expect(d.map((_, k) => Number(rankE(d.slice(0, k + 1), 0, 'greater').e.toFixed(6)))).toEqual(list(worked));
    const rising = list('E14 all-positive increasing |d| 1..10');
    expect(rising.map((_, k) => Number(largestRankE(k + 1).toFixed(6)))).toEqual(rising);
    for (let n = 2; n <= 10; n++) {
      expectNear(mannWhitneyMinimumP(n, n), list(`E1 MW n=${n} v n=${n} min two-sided p`)[0], `minimum p at ${n}`);
      if (n > 2) {
        expect(list(`E1b signed-rank n=${n} min one-/two-sided p`)[0]).toBe(signedRankMinimumP(n));
      }
      if (n < 6) expectNear(mannWhitneyZCeiling(n, n), list(`E13 zmax n=${n}`)[0], `ceiling at ${n}`);
    }
  });
});
