import type { TomlTable } from './locate.ts';
import type { ManifestReading, Problem } from './manifest.ts';
import { normalise, normaliseBenchmark } from './normalise.ts';
import { parseManifest } from './parse.ts';
import { bracketsHint, reservedBenchmarkKey, reservedPolicyKey, reservedTable } from './reserved.ts';
import { type BenchmarkEntry, checkBenchmark, checkProject, checkUnique } from './rules.ts';
import { manifestShapes } from './schema.ts';
import { keyPath, shownValue } from './shown.ts';
import { type Report, readTable, reportUnknown, type Shape, type Values } from './table.ts';
import { warningsOf } from './warnings.ts';

const nothingReserved = (): null => null;

/**
 * Returns the manifest that `text` declares, or every problem with its key path and line, in the order of lines.
 * Never throws. `fileName` only appears in messages.
 */
export function readManifest(text: string, fileName: string): ManifestReading {
  const parsed = parseManifest(text, fileName);
  if (!parsed.ok) return { ok: false, problems: [parsed.problem], warnings: [] };
  const root = parsed.table;
  const problems: Problem[] = [];
  const report: Report = (problem) => void problems.push(problem);
  const shapes = manifestShapes();

  const top = { path: '', label: 'the manifest', reserved: reservedTable, home: homeOf };
  reportUnknown(root, ['project', 'benchmarks', 'ledger', 'policy'], top, report);
  if (!root.entries.has('project')) {
    report({ path: 'project', line: 1, message: 'is required', hint: 'Write a `[project]` table with a name.' });
  }
  const projectTable = tableAt(root, 'project', report);
  const project = readSection(projectTable, 'project', shapes.project, nothingReserved, report);
  const entries = readBenchmarks(root, report);
  const ledger = readSection(tableAt(root, 'ledger', report), 'ledger', shapes.ledger, nothingReserved, report);
  const policy = readSection(tableAt(root, 'policy', report), 'policy', shapes.policy, reservedPolicyKey, report);
  if (projectTable !== null) checkProject(projectTable, entries, report);
  for (const entry of entries) checkBenchmark(entry, report);
  checkUnique(entries, report);

  const written = entries.flatMap(({ path, table, values }) => {
    const benchmark = normaliseBenchmark(values, table.line);
    return benchmark === null ? [] : [{ path, table, benchmark }];
  });
  const benchmarks = written.map(({ benchmark }) => benchmark);
  const manifest = normalise(project, benchmarks, ledger, policy);
  if (problems.length > 0 || manifest === null) return { ok: false, problems: byLine(problems), warnings: [] };
  return { ok: true, manifest, warnings: byLine(warningsOf(written)) };
}

function readBenchmarks(root: TomlTable, report: Report): BenchmarkEntry[] {
  const entry = root.entries.get('benchmarks');
  if (entry === undefined || (entry.value.kind === 'array' && entry.value.items.length === 0)) {
    const line = entry?.line ?? root.line;
    report({ path: 'benchmarks', line, message: 'at least one `[[benchmarks]]` entry is required', hint: null });
    return [];
  }
  if (entry.value.kind !== 'array') {
    const message = `must be an array of tables, got ${shownValue(entry.value)}`;
    report({ path: 'benchmarks', line: entry.line, message, hint: bracketsHint('benchmarks', 'list', entry.value) });
    return [];
  }
  const { benchmark: shape } = manifestShapes();
  return entry.value.items.flatMap((table, index) => {
    const path = keyPath('benchmarks', index);
    if (table.kind !== 'table') {
      report({ path, line: table.line, message: `must be a table, got ${shownValue(table)}`, hint: null });
      return [];
    }
    const rules = { path, label: '`[[benchmarks]]`', reserved: reservedBenchmarkKey, home: homeOf };
    reportUnknown(table, Object.keys(shape), rules, report);
    return [{ path, table, values: readTable(table, path, shape, report) }];
  });
}

function readSection<S extends Shape>(
  table: TomlTable | null,
  key: string,
  shape: S,
  reserved: (key: string) => string | null,
  report: Report,
): Values<S> {
  if (table === null) return {};
  reportUnknown(table, Object.keys(shape), { path: key, label: `\`[${key}]\``, reserved, home: homeOf }, report);
  return readTable(table, key, shape, report);
}

function tableAt(root: TomlTable, key: string, report: Report): TomlTable | null {
  const entry = root.entries.get(key);
  if (entry === undefined) return null;
  if (entry.value.kind === 'table') return entry.value;
  const message = `must be a table, got ${shownValue(entry.value)}`;
  report({ path: key, line: entry.line, message, hint: bracketsHint(key, 'table', entry.value) });
  return null;
}

/** Returns the header of the table that knows `key`, for a key that stands in the wrong one. */
function homeOf(key: string): string | null {
  const shapes = manifestShapes();
  if (Object.hasOwn(shapes.project, key)) return '[project]';
  if (Object.hasOwn(shapes.benchmark, key)) return '[[benchmarks]]';
  if (Object.hasOwn(shapes.ledger, key)) return '[ledger]';
  return Object.hasOwn(shapes.policy, key) ? '[policy]' : null;
}

function byLine(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((left, right) => left.line - right.line);
}
