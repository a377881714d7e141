import type { GateSettings } from '../contracts.ts';
import { canonicalJson, type Sha256 } from '../domain/canonical-json.ts';
import type { Benchmark, Manifest } from './manifest.ts';

/**
 * Digest of everything that decides how a benchmark is measured and judged: `sha256:<hex>`. Evidence of interleaved
 * gates recorded under another rule never counts towards this one; the gates with a stored baseline warn. The invocation
 * and the code belong to the revision, not to the rule. `measuredTree` is the tree that was measured in place of the
 * candidate's own (its code with the base's harness), null when it was its own.
 */
export function ruleDigest(
  benchmark: Benchmark,
  manifest: Manifest,
  sha256: Sha256,
  measuredTree: string | null = null,
): string {
  const { line: _line, backgroundRequired: _background, expectedRuntimeSeconds: _runtime, ...rule } = benchmark;
  const measured = measuredTree === null ? {} : { measuredTree };
  const text = canonicalJson({ ...rule, harnessPaths: manifest.project.harnessPaths, ...measured });
  return `sha256:${sha256(text)}`;
}

/** What the gates are told about a benchmark. `familySize` counts the paired benchmarks of the run. */
export function gateSettings(benchmark: Benchmark, familySize: number): GateSettings {
  return {
    direction: benchmark.direction ?? 'minimize',
    goal: benchmark.goal,
    tolerance: benchmark.tolerance,
    alphaFail: benchmark.alphaFail,
    alphaPass: benchmark.alphaPass,
    minPairs: benchmark.minPairs,
    maxPairs: benchmark.maxPairs,
    promotionSigma: benchmark.promotionSigma,
    promotionZ: benchmark.promotionZ,
    requiredBaseline: Math.max(benchmark.baselineSeeds.length, 2),
    requiredCandidate: Math.max(benchmark.repetitions, 2),
    familySize,
  };
}

/** Settings of the second stage after a FAIL: one benchmark by itself at 5 % (E ≥ 20). */
export function confirmationSettings(settings: GateSettings): GateSettings {
  return { ...settings, alphaFail: 0.05, familySize: 1 };
}
