import * as z from 'zod/mini';
import type { Direction, GatePolicy, Goal, Tier } from '../domain/verdict.ts';
import {
  exactInteger,
  exactNumber,
  toFloat,
  toInteger,
  toSeeds,
  toTruth,
  variableName,
  variableNames,
} from './coerce.ts';
import { defaults } from './defaults.ts';
import { choice, filledText, name, optional, plain, text } from './fields.ts';
import type { Corpus, Gpu, HarnessMetric } from './manifest.ts';

const tiers = ['correctness', 'performance', 'quality'] as const satisfies readonly Tier[];
const directions = ['minimize', 'maximize'] as const satisfies readonly Direction[];
const policies = ['paired', 'exact', 'sigma', 'mann_whitney'] as const satisfies readonly GatePolicy[];
const goals = ['no_regression', 'improvement'] as const satisfies readonly Goal[];
const gpus = ['none', 'direct', 'ollama'] as const satisfies readonly Gpu[];
const metrics = ['wall_seconds', 'cpu_seconds', 'max_rss_bytes'] as const satisfies readonly HarnessMetric[];
const corpusTypes = ['bytes', 'spec', 'tree'] as const satisfies readonly Corpus['type'][];

/** Returns the keys of a `[[benchmarks]]` entry. */
export function benchmarkShape() {
  const alpha = () => z.number().check(z.gt(0, 'must be greater than 0'), z.maximum(0.5, 'must be at most 0.5'));
  const atLeastOne = () => z.int().check(z.minimum(1, 'must be at least 1'));
  // Beyond these a plan would not fit into memory, whoever wrote the manifest.
  const upTo = (most: number) => () =>
    z.int().check(z.minimum(1, 'must be at least 1'), z.maximum(most, `must be at most ${most}`));
  return {
    name: name({ title: 'Benchmark name', description: 'Unique in this file.' }),
    entry_point: text({
      title: 'Entry point',
      description: "What the project's runner is asked to run. Required unless `command` is given.",
    }),
    command: filledText({
      title: 'Command',
      description: 'Shortest form: a shell command that Benchgate times itself, in place of `entry_point`.',
    }),
    metric: choice(metrics, {
      title: 'Metric of the command',
      description: 'What Benchgate measures of `command`.',
      default: 'wall_seconds',
    }),
    tier: choice(tiers, {
      title: 'Tier',
      description:
        'correctness compares bytes with a frozen reference; performance and quality compare a metric. Required ' +
        'unless `command` is given, which means performance.',
    }),
    deterministic: plain(toTruth, () => z.boolean(), {
      title: 'Deterministic',
      description: 'The metric has no noise. Default: true for correctness, else false.',
    }),
    metric_direction: choice(directions, {
      title: 'Direction',
      description: 'Which way is better. Required unless the tier is correctness; minimize for `command`.',
    }),
    unit: filledText({ title: 'Unit', description: 'Shown behind the metric. Default for `command`: s or B.' }),
    threads: optional(toInteger, atLeastOne, {
      title: 'Threads',
      description: 'Threads that the benchmark uses; the machine is not shared beyond them.',
      default: defaults.threads,
    }),
    gpu: choice(gpus, { title: 'GPU', description: 'Which kind of GPU work the benchmark does.', default: 'none' }),
    background_required: plain(toTruth, () => z.boolean(), {
      title: 'Background',
      description: 'The benchmark is long; benchstone refuses to run it in the foreground.',
      default: false,
    }),
    expected_runtime_seconds: plain(toInteger, () => z.int(), {
      title: 'Expected run time',
      description: 'Seconds of one repetition; plans only, limits nothing (see `timeout_seconds`).',
    }),
    repetitions: optional(toInteger, upTo(100_000), {
      title: 'Repetitions',
      description: 'Candidate runs of the sigma, mann_whitney and correctness gates.',
      default: defaults.repetitions,
    }),
    baseline_seeds: plain(toSeeds, () => z.array(z.int()), {
      title: 'Baseline seeds',
      description: 'One baseline run per seed for the sigma and mann_whitney gates.',
      default: [],
    }),
    gate_policy: choice(policies, {
      title: 'Gate',
      description:
        'How a performance or quality benchmark is decided. Default: exact when `deterministic`, sigma when ' +
        '`promotion_sigma` is given, else paired. A correctness benchmark ignores it.',
    }),
    promotion_sigma: plain(toFloat, () => z.number(), {
      title: 'Promotion threshold (sigma)',
      description: 'Standard errors of improvement that the sigma gate asks for.',
    }),
    promotion_z: plain(toFloat, () => z.number(), {
      title: 'Promotion threshold (Mann-Whitney)',
      description: 'z that the mann_whitney gate asks for; without it `promotion_sigma` is used.',
    }),
    goal: choice(goals, {
      title: 'Goal',
      description: 'What has to be shown. Default: improvement for sigma and mann_whitney, else no_regression.',
    }),
    tolerance: optional(exactNumber, () => z.number().check(z.minimum(0, 'must be at least 0')), {
      title: 'Tolerance',
      description: 'Change for the worse that is accepted; 0.05 is 5 %. Default: 0.05, for the exact gate 0.',
    }),
    alpha_fail: optional(exactNumber, alpha, {
      title: 'Error rate of FAIL',
      description: 'How often at most a benchmark within tolerance fails.',
      default: defaults.alphaFail,
    }),
    alpha_pass: optional(exactNumber, alpha, {
      title: 'Error rate of PASS',
      description: 'How often at most a benchmark beyond tolerance passes.',
      default: defaults.alphaPass,
    }),
    min_pairs: optional(exactInteger, upTo(1000), {
      title: 'Fewest pairs',
      description: 'Pairs measured before the paired gate may decide.',
      default: defaults.minPairs,
    }),
    max_pairs: optional(exactInteger, upTo(1000), {
      title: 'Most pairs',
      description: 'Pairs after which the paired gate stops undecided.',
      default: defaults.maxPairs,
    }),
    timeout_seconds: optional(exactNumber, () => z.number().check(z.gt(0, 'must be greater than 0')), {
      title: 'Timeout',
      description: 'Seconds after which one repetition is killed.',
      default: defaults.timeoutSeconds,
    }),
    env: plain(variableNames, () => z.array(z.string().check(z.regex(variableName))), {
      title: 'Environment',
      description: 'Names of the environment variables that the benchmark gets to see.',
      default: [],
    }),
    corpus_path: text({ title: 'Corpus', description: 'Input data, relative to the project folder.' }),
    corpus_hash: text({ title: 'Hash of the corpus', description: 'sha256:<64 hex digits>, checked before a run.' }),
    corpus_type: choice(corpusTypes, {
      title: 'Kind of corpus',
      description:
        'bytes: one file. spec: a folder whose corpus_spec.toml is hashed. tree: a folder with all its files.',
      default: 'bytes',
    }),
    reference_policy: text({ title: 'Reference policy', description: 'Accepted and not used: byte_equivalence.' }),
  };
}
