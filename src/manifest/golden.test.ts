import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Benchmark } from './manifest.ts';
import { readManifest } from './read.ts';
import { manifestShapes } from './schema.ts';

/** What benchstone 0.2.0 made of a manifest (shared/golden/benchstone.json); non-finite numbers are strings. */
interface GoldenCase {
  readonly name: string;
  readonly toml: string;
  readonly ok: boolean;
  readonly error?: string;
  readonly error_type?: string;
  readonly warnings: readonly string[];
  readonly project?: { readonly name: string; readonly language: string; readonly invocation: string };
  readonly benchmarks?: readonly GoldenBenchmark[];
}

interface GoldenBenchmark {
  readonly name: string;
  readonly entry_point: string;
  readonly tier: string;
  readonly deterministic: boolean;
  readonly metric_direction: string | null;
  readonly expected_runtime_seconds: number | null;
  readonly threads: number;
  readonly gpu: string;
  readonly background_required: boolean;
  readonly repetitions: number;
  readonly baseline_seeds: readonly (number | boolean)[];
  readonly promotion_sigma: number | string | null;
  readonly promotion_z: number | string | null;
  readonly corpus_path: unknown;
  readonly corpus_hash: unknown;
  readonly corpus_type: string | null;
  readonly reference_policy: unknown;
  readonly gate_policy: string;
}

const goldenFile = new URL('../../../shared/golden/benchstone.json', import.meta.url);
const present = existsSync(goldenFile);
const mustRun = process.env['BENCHGATE_REQUIRE_ALL'] === '1';
const cases: readonly GoldenCase[] = present ? JSON.parse(readFileSync(goldenFile, 'utf8')).manifest : [];

describe('readManifest() against benchstone 0.2.0', () => {
  it.skipIf(!present && !mustRun)(
    present
      ? 'finds the golden cases'
      : `finds the golden cases (${goldenFile.pathname} is absent; BENCHGATE_REQUIRE_ALL=1 makes that fail)`,
    () => {
      expect(cases.length).toBeGreaterThan(0);
    },
  );

  it.each(cases.map((golden) => [golden.name, golden] as const))('answers like benchstone: %s', (_, golden) => {
    const reading = readManifest(golden.toml, 'manifest.toml');
    const stricter = golden.ok ? stricterBecause(golden) : null;
    if (golden.ok && stricter === null) {
      if (!reading.ok) expect(reading.problems).toEqual([]);
      else {
        expect(reading.manifest.project).toMatchObject(golden.project ?? {});
        expect(reading.manifest.benchmarks.map(asGolden)).toEqual((golden.benchmarks ?? []).map(comparable));
        expect(warningKeys(reading.warnings)).toEqual(expectedWarnings(golden, reading.manifest.benchmarks));
      }
      return;
    }
    const wider = widerAt(golden);
    if (wider === null) expect(reading.ok, stricter ?? golden.error).toBe(false);
    else if (!reading.ok) expect(reading.problems.map(({ path }) => path)).not.toContain(wider);
  });
});

/** Returns why Benchgate refuses on purpose what benchstone accepts, else null. */
function stricterBecause({ warnings, project, benchmarks = [] }: GoldenCase): string | null {
  const unknown = warnings.flatMap((warning) => /unknown field\(s\) in (.*?): \[(.*)\]/.exec(warning)?.slice(1) ?? []);
  if (unknown.length > 0) return 'unknown keys are errors';
  if ([project, ...benchmarks].some((named) => named !== undefined && !usableName(named.name))) {
    return 'names are parts of paths and of reports: not empty, no path, no control characters, at most 200 characters';
  }
  for (const benchmark of benchmarks) {
    const numbers = [benchmark.promotion_sigma, benchmark.promotion_z];
    if (numbers.some((number) => typeof number === 'string')) return 'a threshold must be finite';
    const { threads, repetitions, expected_runtime_seconds: seconds, baseline_seeds: seeds } = benchmark;
    if (![threads, repetitions, seconds ?? 0, ...seeds.map(Number)].every(Number.isSafeInteger)) {
      return 'an integer must survive JSON and JavaScript';
    }
  }
  return null;
}

function usableName(name: string): boolean {
  const plain = name.trim() !== '' && name !== '.' && name !== '..' && !/[/\\]/.test(name);
  return plain && name.length <= 200 && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(name);
}

/** Returns the key that benchstone refuses and Benchgate takes on purpose, else null. */
function widerAt({ ok, error = '', toml, warnings }: GoldenCase): string | null {
  const key = /^(?:benchmarks\[\d+\]|project)\.\w+/.exec(error)?.[0] ?? null;
  if (ok || key === null) {
    // Keys that are Benchgate's own: benchstone warns of them as unknown.
    const own = new Set([...Object.keys(manifestShapes().benchmark), ...Object.keys(manifestShapes().project)]);
    const named = warnings.flatMap((warning) => [...warning.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? ''));
    return named.length > 0 && named.every((name) => own.has(name)) ? 'any' : null;
  }
  if (key.endsWith('.promotion_sigma') && error.includes('is required')) {
    const entry = toml.split('[[benchmarks]]')[Number(/\d+/.exec(key)?.[0]) + 1] ?? '';
    return /^gate_policy\s*=\s*["']sigma["']/m.test(entry) ? null : key;
  }
  if (key.endsWith('.gate_policy')) return /got '(paired|exact)'/.test(error) ? key : null;
  if (key.endsWith('.corpus_type')) return /got 'tree'/.test(error) ? key : null;
  const short = /^command\s*=/m.test(toml) && error.includes('is required');
  return short && /\.(language|invocation|entry_point|tier|metric_direction)$/.test(key) ? key : null;
}

function asGolden(benchmark: Benchmark) {
  return {
    name: benchmark.name,
    entry_point: benchmark.runner.kind === 'protocol' ? benchmark.runner.entryPoint : null,
    tier: benchmark.tier,
    deterministic: benchmark.deterministic,
    metric_direction: benchmark.direction,
    expected_runtime_seconds: benchmark.expectedRuntimeSeconds,
    threads: benchmark.threads,
    gpu: benchmark.gpu,
    background_required: benchmark.backgroundRequired,
    repetitions: benchmark.repetitions,
    baseline_seeds: benchmark.baselineSeeds,
    promotion_sigma: benchmark.promotionSigma,
    promotion_z: benchmark.promotionZ,
    corpus: benchmark.corpus,
    reference_policy: benchmark.referencePolicy,
    policy: benchmark.policy,
  };
}

/** benchstone keeps paths and hashes as written, whatever their type; Benchgate keeps the text. */
function comparable(golden: GoldenBenchmark) {
  const { corpus_path: path, corpus_hash: hash, corpus_type: type, gate_policy: gatePolicy, ...same } = golden;
  const statistical = golden.deterministic && gatePolicy === 'sigma' ? 'exact' : gatePolicy;
  return {
    ...same,
    baseline_seeds: golden.baseline_seeds.map(Number),
    corpus: path === null && hash === null ? null : { path: asText(path), hash: asText(hash), type: type ?? 'bytes' },
    reference_policy: asText(golden.reference_policy),
    policy: golden.tier === 'correctness' ? 'reference' : expectExplicit(golden, statistical),
  };
}

/** An explicit `sigma` can't be told from the default in benchstone's answer: both are accepted for deterministic. */
function expectExplicit(golden: GoldenBenchmark, policy: string): unknown {
  return golden.deterministic && policy === 'exact' ? expect.stringMatching(/^(exact|sigma)$/) : policy;
}

function asText(value: unknown): unknown {
  return value === null || typeof value === 'string' ? value : expect.any(String);
}

/** Keys that warn, without those that only Benchgate warns of. */
function warningKeys(warnings: readonly { readonly path: string }[]): string[] {
  const own = /\.(max_pairs|promotion_sigma)$/;
  return warnings
    .map(({ path }) => path)
    .filter((path) => !own.test(path))
    .toSorted();
}

function expectedWarnings({ warnings }: GoldenCase, benchmarks: readonly Benchmark[]): string[] {
  const kinds: readonly (readonly [RegExp, string])[] = [
    [/sets repetitions=/, 'repetitions'],
    [/declares \d+ baseline_seed/, 'baseline_seeds'],
    [/sets corpus_hash without corpus_type/, 'corpus_hash'],
    [/without promotion_z/, 'promotion_z'],
    [/sets promotion_z=/, 'promotion_z'],
  ];
  return warnings
    .flatMap((warning) => {
      const index = Number(/benchmarks\[(\d+)\]/.exec(warning)?.[1]);
      const key = kinds.find(([pattern]) => pattern.test(warning))?.[1] ?? `unforeseen: ${warning}`;
      const policy = benchmarks[index]?.policy;
      const floors = policy === 'sigma' || policy === 'mann_whitney' || key === 'corpus_hash';
      return floors ? [`benchmarks[${index}].${key}`] : [];
    })
    .toSorted();
}
