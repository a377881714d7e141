import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Text } from './workflow.ts';

export interface Entry {
  readonly key: string;
  readonly line: number;
  readonly value: Tree;
}

/** A YAML node whose parts are asked for by shape; what has another shape is empty. */
export interface Tree {
  readonly line: number;
  readonly kind: 'map' | 'list' | 'scalar' | 'nothing';
  readonly entries: () => readonly Entry[];
  readonly items: () => readonly Tree[];
  readonly get: (key: string) => Tree | null;
  /** Null unless it is a scalar other than null. */
  readonly text: () => Text | null;
}

export interface YamlProblem {
  readonly line: number;
  readonly message: string;
}

/** The tree of a YAML text (1.2, as GitHub reads it: `on` is a word), or everything that is wrong with it. */
export function readYaml(text: string): { readonly tree: Tree } | { readonly problems: readonly YamlProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map(({ message, pos }) => ({ line: lines.linePos(pos[0]).line, message })),
    };
  }
  const wrap = (given: unknown, parentLine: number): Tree => {
    const node = isAlias(given) ? given.resolve(document) : (given as Node | null | undefined);
    const offset = (given as Node | null | undefined)?.range?.[0];
    const line = offset === undefined ? parentLine : lines.linePos(offset).line;
    const entries = (): readonly Entry[] =>
      isMap(node)
        ? node.items.map(({ key, value }) => {
            const name = wrap(key, line);
            return { key: name.text()?.text ?? '', line: name.line, value: wrap(value, name.line) };
          })
        : [];
    return {
      line,
      kind: isMap(node) ? 'map' : isSeq(node) ? 'list' : isScalar(node) && node.value !== null ? 'scalar' : 'nothing',
      entries,
      items: () => (isSeq(node) ? node.items.map((item) => wrap(item, line)) : []),
      get: (key) => entries().find((entry) => entry.key === key)?.value ?? null,
      text: () => {
        const text = isScalar(node) ? scalarText(node.value) : null;
        return text === null ? null : { text, line };
      },
    };
  };
  return { tree: wrap(document.contents, 1) };
}

/** A scalar's value as GitHub passes it on; null for null and for what is no text, number or truth value. */
function scalarText(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return null;
  }
}
