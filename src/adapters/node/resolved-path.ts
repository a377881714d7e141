import { lstat, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

const linkLimit = 40;

/**
 * Python's `Path.resolve()`: absolute, every symbolic link on the way followed, `..` taken after the link before it,
 * and what does not exist kept as it is written (so a dangling link gives its target). Null for a loop of links.
 */
export async function resolvedPath(base: string, path: string): Promise<string | null> {
  const pending = join(base, '/').split('/').concat(path.split('/')).reverse();
  if (isAbsolute(path)) pending.splice(0, pending.length, ...path.split('/').reverse());
  let current = '/';
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      current = dirname(current);
      continue;
    }
    const next = join(current, name);
    const status = await lstat(next).catch(() => null);
    if (!status?.isSymbolicLink()) {
      current = next;
      continue;
    }
    if (++links > linkLimit) return null;
    const target = await readlink(next);
    if (isAbsolute(target)) current = '/';
    pending.push(...target.split('/').reverse());
  }
  return current;
}
