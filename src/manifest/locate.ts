import type { AST } from 'toml-eslint-parser';

/** A TOML value that still knows its line and whether a number was written as an integer or as a float. */
export type TomlNode =
  | { readonly kind: 'string'; readonly value: string; readonly line: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly line: number }
  | { readonly kind: 'integer'; readonly value: bigint; readonly line: number }
  | { readonly kind: 'float'; readonly value: number; readonly line: number }
  | { readonly kind: 'date'; readonly text: string; readonly line: number }
  | TomlArray
  | TomlTable;

export interface TomlArray {
  readonly kind: 'array';
  readonly items: TomlNode[];
  readonly line: number;
}

export interface TomlTable {
  readonly kind: 'table';
  /** A map, not an object: keys such as `__proto__` are keys like any other. */
  readonly entries: Map<string, TomlEntry>;
  /** Line of the header; without one, of the first key that made the table. */
  line: number;
}

export interface TomlEntry {
  /** Line of the key. */
  readonly line: number;
  readonly value: TomlNode;
}

/** The text is TOML but not a tree that can be built from it. */
export class Unlocatable extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.name = 'Unlocatable';
    this.line = line;
  }
}

const deepest = 64;

/**
 * Returns the tree of tables and values with the line of each. `getStaticTOMLValue` is not used: it writes through
 * `__proto__` and loses lines and the difference between `1` and `1.0`.
 * Throws Unlocatable for nesting deeper than 64 and for a key that is a value and a table at once.
 */
export function locate(program: AST.TOMLProgram): TomlTable {
  const root = emptyTable(1);
  for (const node of program.body[0].body) {
    if (node.type === 'TOMLKeyValue') assign(root, node, 0);
    else for (const pair of openTable(root, node).body) assign(openedBy(root, node), pair, node.key.keys.length);
  }
  return root;
}

/** Returns the line of `key`; of the table itself when the key is missing. */
export function lineOf(table: TomlTable, key: string): number {
  const entry = table.entries.get(key);
  if (entry === undefined) return table.line;
  return entry.value.kind === 'table' ? entry.value.line : entry.line;
}

/** Returns the value reached by list indexes below `node`, or the nearest value on the way. */
export function nodeAt(node: TomlNode, path: readonly PropertyKey[]): TomlNode {
  let current = node;
  for (const step of path) {
    const next = current.kind === 'array' && typeof step === 'number' ? current.items[step] : undefined;
    if (next === undefined) break;
    current = next;
  }
  return current;
}

function openTable(root: TomlTable, node: AST.TOMLTable): AST.TOMLTable {
  const line = node.loc.start.line;
  const names = node.key.keys.map(nameOf);
  const last = names.pop();
  if (last === undefined) return node;
  const parent = descend(root, names, line, 0);
  const entry = parent.entries.get(last);
  if (node.kind === 'array') {
    if (entry === undefined) {
      parent.entries.set(last, { line, value: { kind: 'array', items: [emptyTable(line)], line } });
    } else if (entry.value.kind === 'array') {
      entry.value.items.push(emptyTable(line));
    } else {
      throw new Unlocatable('a key is defined twice', line);
    }
  } else if (entry?.value.kind === 'table') {
    entry.value.line = line;
  } else if (entry === undefined) {
    parent.entries.set(last, { line, value: emptyTable(line) });
  } else {
    throw new Unlocatable('a key is defined twice', line);
  }
  return node;
}

function openedBy(root: TomlTable, node: AST.TOMLTable): TomlTable {
  return descend(root, node.key.keys.map(nameOf), node.loc.start.line, 0);
}

function assign(table: TomlTable, pair: AST.TOMLKeyValue, depth: number): void {
  const names = pair.key.keys.map(nameOf);
  const line = pair.key.loc.start.line;
  const last = names.pop();
  if (last === undefined) return;
  const parent = descend(table, names, line, depth);
  if (parent.entries.has(last)) throw new Unlocatable('a key is defined twice', line);
  parent.entries.set(last, { line, value: valueOf(pair.value, depth + names.length + 1) });
}

/** Follows keys from `table`, creating what is missing; the last element stands for an array of tables. */
function descend(table: TomlTable, names: readonly string[], line: number, depth: number): TomlTable {
  if (depth + names.length > deepest) throw new Unlocatable('keys and values are nested too deeply', line);
  let current = table;
  for (const name of names) {
    let entry = current.entries.get(name);
    if (entry === undefined) {
      entry = { line, value: emptyTable(line) };
      current.entries.set(name, entry);
    }
    const next = entry.value.kind === 'array' ? entry.value.items.at(-1) : entry.value;
    if (next?.kind !== 'table') throw new Unlocatable('a key is defined twice', line);
    current = next;
  }
  return current;
}

function valueOf(node: AST.TOMLContentNode, depth: number): TomlNode {
  const line = node.loc.start.line;
  if (depth > deepest) throw new Unlocatable('keys and values are nested too deeply', line);
  if (node.type === 'TOMLArray') {
    return { kind: 'array', items: node.elements.map((element) => valueOf(element, depth + 1)), line };
  }
  if (node.type === 'TOMLInlineTable') {
    const table = emptyTable(line);
    for (const pair of node.body) assign(table, pair, depth);
    return table;
  }
  switch (node.kind) {
    case 'string':
      return { kind: 'string', value: node.value, line };
    case 'boolean':
      return { kind: 'boolean', value: node.value, line };
    case 'integer':
      return { kind: 'integer', value: node.bigint, line };
    case 'float':
      return { kind: 'float', value: node.value, line };
    case 'offset-date-time':
    case 'local-date-time':
    case 'local-date':
    case 'local-time':
      return { kind: 'date', text: node.datetime, line };
  }
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}

function emptyTable(line: number): TomlTable {
  return { kind: 'table', entries: new Map(), line };
}
