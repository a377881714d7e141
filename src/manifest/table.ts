import { Refusal } from './coerce.ts';
import type { Field } from './fields.ts';
import { lineOf, nodeAt, type TomlNode, type TomlTable } from './locate.ts';
import type { Problem } from './manifest.ts';
import { nearest } from './nearest.ts';
import { keyPath } from './shown.ts';

export type Shape = Readonly<Record<string, Field<unknown>>>;
export type Report = (problem: Problem) => void;

/** The values of a table's keys; undefined where a key is missing or was refused. */
export type Values<S extends Shape> = {
  readonly [Key in keyof S]?: (S[Key] extends Field<infer T> ? T : never) | undefined;
};

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
  for (const [key, field] of Object.entries(shape)) {
    const node = table.entries.get(key)?.value;
    if (node !== undefined) {
      const refuse: Refuse = (message, hint, inside) => {
        const line = inside.length > 0 ? nodeAt(node, inside).line : lineOf(table, key);
        report({ path: inside.reduce<string>(keyPath, keyPath(path, key)), line, message, hint });
      };
      values[key] = readValue(node, field, refuse);
    } else if (field.required) {
      report({ path: keyPath(path, key), line: lineOf(table, key), message: 'is required', hint: null });
    }
  }
  return values as Values<S>;
}

type Refuse = (message: string, hint: string | null, inside: readonly PropertyKey[]) => void;

function readValue(node: TomlNode, field: Field<unknown>, refuse: Refuse): unknown {
  const value = field.read(node);
  if (value instanceof Refusal) {
    for (const { message, hint, index } of value.parts.length === 0 ? [value] : value.parts) {
      refuse(message, hint, index === null ? [] : [index]);
    }
    return undefined;
  }
  if (field.plain) return value;
  const checked = field.schema().safeParse(value);
  if (checked.success) return checked.data;
  for (const issue of checked.error.issues) refuse(issue.message, null, issue.path);
  return undefined;
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
