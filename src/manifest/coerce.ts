import type { TomlNode } from './locate.ts';
import { nearest } from './nearest.ts';
import { shownText, shownValue } from './shown.ts';

/** Why a value can't be taken, as the rest of a sentence about its key. */
export class Refusal {
  readonly message: string;
  readonly hint: string | null;
  /** The element that is wrong, when the value is a list. */
  readonly index: number | null;
  /** One per wrong element of a list; it then stands for these and says nothing itself. */
  readonly parts: readonly Refusal[];

  constructor(
    message: string,
    hint: string | null = null,
    index: number | null = null,
    parts: readonly Refusal[] = [],
  ) {
    this.message = message;
    this.hint = hint;
    this.index = index;
    this.parts = parts;
  }
}

/** What a shell takes for the name of a variable. */
export const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

const pythonSpace = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*';
const digits = '\\d+(?:_\\d+)*';
const integerText = new RegExp(`^${pythonSpace}([+-]?${digits})${pythonSpace}$`);
const floatText = new RegExp(
  `^${pythonSpace}([+-]?(?:${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:[eE][+-]?${digits})?)${pythonSpace}$`,
);

/** Returns what Python's `int()` makes of the value (`"2"` is 2, 2.9 is 2, true is 1), if it is a safe integer. */
export function toInteger(node: TomlNode): number | Refusal {
  const value = integerOf(node);
  if (value === null) return new Refusal(`must be a whole number, got ${shownValue(node)}`);
  if (Number.isSafeInteger(value)) return value;
  return new Refusal(`must be a whole number between -(2^53 - 1) and 2^53 - 1, got ${shownValue(node)}`);
}

function integerOf(node: TomlNode): number | null {
  switch (node.kind) {
    case 'integer':
      return Number(node.value);
    case 'boolean':
      return node.value ? 1 : 0;
    case 'float':
      return Number.isFinite(node.value) ? Math.trunc(node.value) + 0 : null;
    case 'string': {
      const text = integerText.exec(node.value)?.[1];
      return text === undefined ? null : Number(text.replaceAll('_', '')) + 0;
    }
    default:
      return null;
  }
}

/** Returns what Python's `float()` makes of the value (`" 1.5 "` is 1.5, true is 1), if it is finite. */
export function toFloat(node: TomlNode): number | Refusal {
  const value = floatOf(node);
  if (value === null) return new Refusal(`must be a number, got ${shownValue(node)}`);
  return Number.isFinite(value) ? value : new Refusal(`must be a finite number, got ${shownValue(node)}`);
}

function floatOf(node: TomlNode): number | null {
  switch (node.kind) {
    case 'integer':
    case 'float':
      return Number(node.value);
    case 'boolean':
      return node.value ? 1 : 0;
    case 'string': {
      const text = floatText.exec(node.value)?.[1];
      return text === undefined ? null : Number(text.replaceAll('_', ''));
    }
    default:
      return null;
  }
}

/** Returns Python's truth of the value: false for false, zero and whatever is empty. The text "no" is true. */
export function toTruth(node: TomlNode): boolean {
  switch (node.kind) {
    case 'boolean':
      return node.value;
    case 'integer':
      return node.value !== 0n;
    case 'float':
      return node.value !== 0;
    case 'string':
      return node.value !== '';
    case 'array':
      return node.items.length > 0;
    case 'table':
      return node.entries.size > 0;
    case 'date':
      return true;
  }
}

/** Returns a list of safe integers; as in Python a boolean is an integer and `1.0` is not. */
export function toSeeds(node: TomlNode): number[] | Refusal {
  return listOf('integers', node, (item) => {
    if (item.kind === 'integer' || item.kind === 'boolean') return toInteger(item);
    return new Refusal(`must be an integer, got ${shownValue(item)}`);
  });
}

/** Returns the text of a string; nothing else is taken. */
export function exactText(node: TomlNode): string | Refusal {
  return node.kind === 'string' ? node.value : new Refusal(`must be a string, got ${shownValue(node)}`);
}

/** Returns the strings of a list; nothing else is taken. */
export function exactTexts(node: TomlNode): string[] | Refusal {
  return listOf('strings', node, exactText);
}

/** Returns the names of environment variables in a list. */
export function variableNames(node: TomlNode): string[] | Refusal {
  return listOf('strings', node, (item) => {
    if (item.kind === 'string' && !variableName.test(item.value)) {
      return new Refusal(`must be the name of a variable, got ${shownValue(item)}`);
    }
    return exactText(item);
  });
}

function listOf<T>(what: string, node: TomlNode, read: (item: TomlNode) => T | Refusal): T[] | Refusal {
  if (node.kind !== 'array') return new Refusal(`must be a list of ${what}, got ${shownValue(node)}`);
  const values: T[] = [];
  const refusals: Refusal[] = [];
  for (const [index, item] of node.items.entries()) {
    const value = read(item);
    if (value instanceof Refusal) refusals.push(new Refusal(value.message, value.hint, index));
    else values.push(value);
  }
  return refusals.length === 0 ? values : new Refusal('', null, null, refusals);
}

/** Returns the boolean; anything else is refused. */
export function exactTruth(node: TomlNode): boolean | Refusal {
  return node.kind === 'boolean' ? node.value : new Refusal(`must be true or false, got ${shownValue(node)}`);
}

/** Returns a finite number written as one. */
export function exactNumber(node: TomlNode): number | Refusal {
  if (node.kind === 'integer' || node.kind === 'float') return toFloat(node);
  return new Refusal(`must be a number, got ${shownValue(node)}`);
}

/** Returns a safe integer written as one. */
export function exactInteger(node: TomlNode): number | Refusal {
  return node.kind === 'integer' ? toInteger(node) : new Refusal(`must be an integer, got ${shownValue(node)}`);
}

/** Returns the reader of a string that must be one of `choices`; a refusal names the nearest. */
export function oneOf<const T extends string>(choices: readonly T[]): (node: TomlNode) => T | Refusal {
  return (node) => {
    const chosen = node.kind === 'string' ? choices.find((choice) => choice === node.value) : undefined;
    if (chosen !== undefined) return chosen;
    const meant = node.kind === 'string' ? nearest(node.value, choices) : null;
    const list = choices.map((choice) => shownText(choice)).join(', ');
    return new Refusal(
      `must be one of ${list}; got ${shownValue(node)}`,
      meant === null ? null : `Did you mean ${shownText(meant)}?`,
    );
  };
}
