import type { TomlNode } from './locate.ts';

const lists: ReadonlySet<string> = new Set(['pairs', 'replays', 'contracts', 'grids']);
const tables: ReadonlySet<string> = new Set(['providers', 'prices', 'tokenjam', 'guard']);
const benchmarkKeys: ReadonlySet<string> = new Set(['when', 'import']);
const policyKeys: ReadonlySet<string> = new Set(['conclusion', 'conclusions']);

/** Returns the message for a top-level table that a later version will read, else null. */
export function reservedTable(key: string): string | null {
  if (lists.has(key)) return unsupported(`[[${key}]]`);
  return tables.has(key) ? unsupported(`[${key}]`) : null;
}

/** Returns the message for a key of `[[benchmarks]]` that a later version will read, else null. */
export function reservedBenchmarkKey(key: string): string | null {
  return benchmarkKeys.has(key) ? unsupported(key) : null;
}

/** Returns the message for a key of `[policy]` that a later version will read, else null. */
export function reservedPolicyKey(key: string): string | null {
  return policyKeys.has(key) ? unsupported(key) : null;
}

/** Returns what to write when a table stands where a list of tables belongs or the other way round, else null. */
export function bracketsHint(key: string, expected: 'list' | 'table', found: TomlNode): string | null {
  if (expected === 'list' && found.kind === 'table') return `Write \`[[${key}]]\`, with two brackets.`;
  return expected === 'table' && found.kind === 'array' ? `Write \`[${key}]\`, with one bracket.` : null;
}

function unsupported(what: string): string {
  return `\`${what}\` is not supported by this version of benchgate`;
}
