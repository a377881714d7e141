/** The place of a byte string's path (see porcelain.ts) below a folder, for system calls: names need not be UTF-8. */
export function placeOf(top: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${top}/`), Buffer.from(path, 'latin1')]);
}

/** The text of a byte string, or null when its bytes are not UTF-8: then it can't be a process's working folder. */
export function exactText(bytes: string): string | null {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return Buffer.from(text).toString('latin1') === bytes ? text : null;
}

/** Paths as git's commands read them line by line: quoted like a C string, so that every byte is possible. */
export function quotedLines(paths: readonly string[]): string {
  const quoted = paths.map((path) =>
    path.replace(/[\u0000-\u001F"\\\u007F-\u00FF]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`),
  );
  return quoted.map((path) => `"${path}"\n`).join('');
}
