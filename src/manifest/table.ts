import type * as z from 'zod';
import { lineOf, nodeAt, type TomlTable } from './locate.ts';
import type { Problem } from './manifest.ts';
import { nearest } from './nearest.ts';
import { keyPath } from './shown.ts';

export type Shape = Readonly<Record<string, z.ZodType>>;
export type Report = (problem: Problem) => void;

/** The values of a table's keys; undefined where a key is missing or was refused. */
export type Values<S extends Shape> = { readonly [Key in keyof S]?: z.output<S[Key]> | undefined };

/** Where a table stands and what its keys may be. */
export interface TableRules {
  /** Key path, empty for the whole file. */
  readonly path: string;
  /** As a message names it: `[project]`. */
  readonly label: string;
  /** Returns the message for a key that a later version will know, else null. */
  readonly reserved: (key: string) => string | null;
  /** Returns the table that a key unknown here belongs to, else null. */
  readonly home: (key: string) => string | null;
}

/** Returns the values of `table`, key by key so that one wrong key hides no other; reports each that is wrong. */
export function readTable<S extends Shape>(table: TomlTable, path: string, shape: S, report: Report): Values<S> {
  const values: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(shape)) {
    const node = table.entries.get(key)?.value;
    const parsed = schema.safeParse(node);
    if (parsed.success) {
      values[key] = parsed.data;
      continue;
    }
    for (const issue of parsed.error.issues) {
      const inside = node !== undefined && issue.path.length > 0;
      const line = inside ? nodeAt(node, issue.path).line : lineOf(table, key);
      const hint: unknown = issue.code === 'custom' ? issue.params?.['hint'] : null;
      report({
        path: issue.path.reduce<string>(keyPath, keyPath(path, key)),
        line,
        message: issue.message,
        hint: typeof hint === 'string' ? hint : null,
      });
    }
  }
  return values as Values<S>;
}

/** Reports every key of `table` that is not among `known`, naming the one that was probably meant. */
export function reportUnknown(table: TomlTable, known: readonly string[], rules: TableRules, report: Report): void {
  for (const key of table.entries.keys()) {
    if (known.includes(key)) continue;
    const place = { path: keyPath(rules.path, key), line: lineOf(table, key) };
    const reserved = rules.reserved(key);
    if (reserved !== null) {
      report({ ...place, message: reserved, hint: null });
      continue;
    }
    const home = rules.home(key);
    const meant = home === null ? nearest(key, known) : null;
    const hint = meant !== null ? `Did you mean \`${meant}\`?` : home === null ? null : `It belongs in \`${home}\`.`;
    report({ ...place, message: `is not a known key of ${rules.label}`, hint });
  }
}
