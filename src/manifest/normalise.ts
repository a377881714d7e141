import type { GatePolicy, Goal, Tier } from '../domain/verdict.ts';
import { defaults } from './defaults.ts';
import type { Benchmark, Corpus, Manifest, Runner } from './manifest.ts';
import type { ManifestShapes } from './schema.ts';
import type { Values } from './table.ts';

export type BenchmarkValues = Values<ManifestShapes['benchmark']>;
export type ProjectValues = Values<ManifestShapes['project']>;
export type LedgerValues = Values<ManifestShapes['ledger']>;
export type PolicyValues = Values<ManifestShapes['policy']>;

/** Returns the tier; a timed command is a performance benchmark. Undefined when it is missing. */
export function tierOf(values: BenchmarkValues): Tier | undefined {
  return values.tier ?? (values.command === undefined ? undefined : 'performance');
}

/** Returns the rule that decides: by tier, else as declared, else by what the declared keys can only mean. */
export function policyOf(values: BenchmarkValues): GatePolicy {
  if (tierOf(values) === 'correctness') return 'reference';
  if (values.gate_policy !== undefined) return values.gate_policy;
  if (values.deterministic === true) return 'exact';
  return values.promotion_sigma === undefined ? 'paired' : 'sigma';
}

/** Returns the fewest and the most pairs; the default of the latter gives way to a larger `min_pairs`. */
export function pairsOf(values: BenchmarkValues): { readonly min: number; readonly max: number } {
  const min = values.min_pairs ?? defaults.minPairs;
  return { min, max: values.max_pairs ?? Math.max(defaults.maxPairs, min) };
}

/** Returns the benchmark with every default filled in, or null when a key that it needs is missing. */
export function normaliseBenchmark(values: BenchmarkValues, line: number): Benchmark | null {
  const { name } = values;
  const tier = tierOf(values);
  const runner = runnerOf(values);
  if (name === undefined || tier === undefined || runner === null) return null;
  const policy = policyOf(values);
  const pairs = pairsOf(values);
  return {
    name,
    tier,
    runner,
    policy,
    goal: values.goal ?? goalOf(policy),
    direction: values.metric_direction ?? (runner.kind === 'command' ? 'minimize' : null),
    deterministic: values.deterministic ?? tier === 'correctness',
    unit: values.unit ?? unitOf(runner),
    threads: values.threads ?? defaults.threads,
    gpu: values.gpu ?? 'none',
    backgroundRequired: values.background_required ?? false,
    expectedRuntimeSeconds: values.expected_runtime_seconds ?? null,
    repetitions: values.repetitions ?? defaults.repetitions,
    baselineSeeds: values.baseline_seeds ?? [],
    promotionSigma: values.promotion_sigma ?? null,
    promotionZ: values.promotion_z ?? null,
    tolerance: values.tolerance ?? (policy === 'exact' ? 0 : defaults.tolerance),
    alphaFail: values.alpha_fail ?? defaults.alphaFail,
    alphaPass: values.alpha_pass ?? defaults.alphaPass,
    minPairs: pairs.min,
    maxPairs: pairs.max,
    timeoutSeconds: values.timeout_seconds ?? defaults.timeoutSeconds,
    env: values.env ?? [],
    corpus: corpusOf(values),
    referencePolicy: values.reference_policy ?? null,
    line,
  };
}

/** Returns the manifest with every default filled in, or null when the project has no name. */
export function normalise(
  project: ProjectValues,
  benchmarks: readonly Benchmark[],
  ledger: LedgerValues,
  policy: PolicyValues,
): Manifest | null {
  if (project.name === undefined) return null;
  return {
    project: {
      name: project.name,
      language: project.language ?? null,
      invocation: project.invocation ?? null,
      setup: project.setup ?? null,
      allowDirtyPaths: project.allow_dirty_paths ?? [],
      harnessPaths: project.harness_paths ?? defaults.harnessPaths,
      writablePaths: project.writable_paths ?? [],
    },
    benchmarks,
    ledger: { branch: ledger.branch ?? null, remote: ledger.remote ?? null },
    policy: {
      timeBudgetMinutes: policy.time_budget_minutes ?? null,
      conclusions: {
        NEEDS_MORE_DATA: policy.needs_more_data ?? 'neutral',
        NO_BASELINE: policy.no_baseline ?? 'neutral',
        NO_REFERENCE: policy.no_reference ?? 'neutral',
        SKIPPED: policy.skipped ?? 'neutral',
      },
      forks: policy.forks ?? 'claimed',
      gateChangeLabel: policy.gate_change?.replace(/^label:/, '') ?? null,
      autoPromote: policy.auto_promote ?? false,
    },
  };
}

function runnerOf(values: BenchmarkValues): Runner | null {
  if (values.command !== undefined) {
    return { kind: 'command', command: values.command, metric: values.metric ?? 'wall_seconds' };
  }
  return values.entry_point === undefined ? null : { kind: 'protocol', entryPoint: values.entry_point };
}

function goalOf(policy: GatePolicy): Goal {
  return policy === 'sigma' || policy === 'mann_whitney' ? 'improvement' : 'no_regression';
}

function unitOf(runner: Runner): string | null {
  if (runner.kind === 'protocol') return null;
  return runner.metric === 'max_rss_bytes' ? 'B' : 's';
}

function corpusOf(values: BenchmarkValues): Corpus | null {
  const path = values.corpus_path ?? null;
  const hash = values.corpus_hash ?? null;
  return path === null && hash === null ? null : { path, hash, type: values.corpus_type ?? 'bytes' };
}
