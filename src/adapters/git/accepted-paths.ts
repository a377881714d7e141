const special = /[.+^${}()|\\]/g;

function toSource(glob: string): string {
  let source = '';
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    if (glob.startsWith('**/', at)) {
      source += '(?:[^/]+/)*';
      at += 2;
    } else if (glob.startsWith('**', at)) {
      source += '.*';
      at += 1;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else source += character.replace(special, '\\$&').replace(/[[\]]/g, '\\$&');
  }
  return source;
}

/**
 * Tells whether a path (relative to the top, `/`) is accepted by one of the globs: `*` and `?` stay inside a name, `**`
 * crosses folders, and a glob that names a folder (with or without `/` at its end) accepts everything below it. There
 * are no character classes or braces: `[`, `]`, `{`, `}` mean themselves. A glob never starts below: `*.log` is a file
 * at the top.
 */
export function acceptedPaths(globs: readonly string[]): (path: string) => boolean {
  const sources = globs
    .map((glob) => glob.replace(/^\.\//, '').replace(/\/+$/, ''))
    .filter((glob) => glob !== '')
    .map((glob) => `${toSource(glob)}(?:/.*)?`);
  if (sources.length === 0) return () => false;
  const pattern = new RegExp(`^(?:${sources.join('|')})$`, 's');
  return (path) => pattern.test(path);
}
