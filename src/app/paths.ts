/** POSIX path arithmetic on text; no file is touched. */

/** Joins and normalises; a later absolute part starts anew. */
export function joinPath(...parts: readonly string[]): string {
  const start = parts.findLastIndex((part) => part.startsWith('/'));
  const joined = parts.slice(Math.max(start, 0)).join('/');
  const kept: string[] = [];
  for (const part of joined.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (part !== '..' || !joined.startsWith('/')) kept.push(part);
  }
  return `${joined.startsWith('/') ? '/' : ''}${kept.join('/')}` || '.';
}

/** The folder a path lies in; `/` for the root. */
export function parentPath(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

/** Path of `inner` below `outer`, empty when equal, null when it lies elsewhere. */
export function relativePath(outer: string, inner: string): string | null {
  if (outer === inner) return '';
  const prefix = outer.endsWith('/') ? outer : `${outer}/`;
  return inner.startsWith(prefix) ? inner.slice(prefix.length) : null;
}
