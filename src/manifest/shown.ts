import type { TomlNode } from './locate.ts';
import { pythonFloatText } from './python-text.ts';

const longest = 60;

/** Returns a text in quotes for a message: cut to 60 characters, and with nothing in it that a terminal would obey. */
export function shownText(text: string): string {
  const characters = Array.from(text);
  const cut = characters.length > longest ? `${characters.slice(0, longest).join('')}…` : text;
  return JSON.stringify(cut).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Returns a value for a message, as it would stand in the file; lists, tables and dates are only named. */
export function shownValue(node: TomlNode): string {
  switch (node.kind) {
    case 'string':
      return shownText(node.value);
    case 'boolean':
    case 'integer': {
      const text = String(node.value);
      return text.length > longest ? `${text.slice(0, longest)}…` : text;
    }
    case 'float':
      return pythonFloatText(node.value);
    case 'date':
      return 'a date or time';
    case 'array':
      return 'a list';
    case 'table':
      return 'a table';
  }
}

/** Returns `path` extended by a key, quoted where TOML needs it, or by a list index. */
export function keyPath(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  const name = String(key);
  const shown = /^[\w-]{1,60}$/.test(name) ? name : shownText(name);
  return path === '' ? shown : `${path}.${shown}`;
}
