import { ParseError, parseTOML } from 'toml-eslint-parser';
import { locate, type TomlTable, Unlocatable } from './locate.ts';
import type { Problem } from './manifest.ts';

export type Parsed =
  | { readonly ok: true; readonly table: TomlTable }
  | { readonly ok: false; readonly problem: Problem };

/** Returns the tree of a TOML 1.0 text, or the one problem that keeps it from being read. Never throws. */
export function parseManifest(text: string, fileName: string): Parsed {
  if (text.startsWith('\uFEFF')) {
    return unreadable(fileName, 'the file starts with a byte order mark', 1, 'Save it as UTF-8 without BOM.');
  }
  const bareReturn = /\r(?!\n)/.exec(text);
  if (bareReturn !== null) {
    // The parser ends a comment at a bare carriage return where TOML doesn't: a way to hide keys from a reader.
    const line = text.slice(0, bareReturn.index).split('\n').length;
    return unreadable(fileName, 'a carriage return without a line feed', line, 'End lines with LF or CRLF.');
  }
  try {
    return { ok: true, table: locate(parseTOML(text, { tomlVersion: '1.0' })) };
  } catch (error) {
    if (error instanceof ParseError) return unreadable(fileName, error.message, error.lineNumber, null);
    if (error instanceof Unlocatable) return unreadable(fileName, error.message, error.line, null);
    // The parser recurses and spreads: a stack overflow is its answer to absurd nesting or to a huge string.
    return unreadable(fileName, 'it is nested too deeply or holds a value that is too long', 1, null);
  }
}

function unreadable(fileName: string, detail: string, line: number, hint: string | null): Parsed {
  return { ok: false, problem: { path: '', line, message: `${fileName} is not valid TOML: ${detail}`, hint } };
}
