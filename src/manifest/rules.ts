import { lineOf, type TomlTable } from './locate.ts';
import { type BenchmarkValues, pairsOf, policyOf, tierOf } from './normalise.ts';
import { keyPath, shownText } from './shown.ts';
import type { Report } from './table.ts';

/** A `[[benchmarks]]` entry: as written, and what could be read of it. */
export interface BenchmarkEntry {
  readonly path: string;
  readonly table: TomlTable;
  readonly values: BenchmarkValues;
}

/** Reports what is wrong between the keys of one benchmark. A key that is wrong by itself is reported elsewhere. */
export function checkBenchmark({ path, table, values }: BenchmarkEntry, report: Report): void {
  const has = (key: string): boolean => table.entries.has(key);
  const at = (key: string, message: string, hint: string | null = null): void =>
    report({ path: keyPath(path, key), line: lineOf(table, key), message, hint });

  if (has('command')) {
    if (has('entry_point')) at('entry_point', 'must be absent when `command` is given', 'Remove one of the two.');
    if (values.tier === 'correctness') {
      at('tier', 'must not be "correctness" when `command` is given: a timed command leaves no artifact to compare');
    }
  } else {
    if (!has('entry_point')) at('entry_point', 'is required', 'Or give `command`, which Benchgate times itself.');
    if (!has('tier')) at('tier', 'is required');
    if (has('metric')) at('metric', 'is only for benchmarks with `command`');
  }

  const tier = tierOf(values);
  if (tier !== undefined && tier !== 'correctness') {
    if (!has('metric_direction') && !has('command')) at('metric_direction', `is required for tier "${tier}"`);
    const unsure = has('gate_policy') && values.gate_policy === undefined;
    const policy = unsure ? null : policyOf(values);
    if (policy === 'sigma' && !has('promotion_sigma')) {
      at(
        'promotion_sigma',
        'is required for gate_policy "sigma"',
        'Or leave out `gate_policy`: paired needs no threshold.',
      );
    }
    if (policy === 'mann_whitney' && !has('promotion_sigma') && !has('promotion_z')) {
      at('promotion_z', 'or promotion_sigma is required for gate_policy "mann_whitney"');
    }
  }

  const pairs = pairsOf(values);
  const known = values.max_pairs !== undefined && (values.min_pairs !== undefined || !has('min_pairs'));
  if (known && pairs.max < pairs.min) {
    at(
      'max_pairs',
      `must be at least min_pairs (${pairs.min}${has('min_pairs') ? '' : ' by default'}), got ${pairs.max}`,
    );
  }
}

/** Reports every name that an earlier benchmark has already. */
export function checkUnique(entries: readonly BenchmarkEntry[], report: Report): void {
  const lines = new Map<string, number>();
  for (const { path, table, values } of entries) {
    if (values.name === undefined) continue;
    const first = lines.get(values.name);
    const line = lineOf(table, 'name');
    if (first === undefined) lines.set(values.name, line);
    else {
      const message = `must be unique: ${shownText(values.name)} is the name of another benchmark (line ${first})`;
      report({ path: keyPath(path, 'name'), line, message, hint: null });
    }
  }
}

/** Reports keys of `[project]` that are missing although a benchmark runs through the project's invocation. */
export function checkProject(project: TomlTable, entries: readonly BenchmarkEntry[], report: Report): void {
  if (entries.length > 0 && entries.every(({ table }) => table.entries.has('command'))) return;
  for (const key of ['language', 'invocation']) {
    if (project.entries.has(key)) continue;
    const hint = key === 'invocation' ? 'Only where every benchmark has its own `command` it may be missing.' : null;
    report({ path: keyPath('project', key), line: project.line, message: 'is required', hint });
  }
}
