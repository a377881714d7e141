type Token =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'one' | 'name' | 'anything' | 'folders' };

function tokensOf(glob: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    if (glob.startsWith('**/', at)) {
      tokens.push({ kind: 'folders' });
      at += 2;
    } else if (glob.startsWith('**', at)) {
      tokens.push({ kind: 'anything' });
      at += 1;
    } else if (character === '*') tokens.push({ kind: 'name' });
    else if (character === '?') tokens.push({ kind: 'one' });
    else tokens.push({ kind: 'literal', character });
  }
  return tokens;
}

/** Whether a token may stand for nothing, so that matching also goes on behind it. */
function isSkippable(token: Token): boolean {
  return token.kind === 'name' || token.kind === 'anything' || token.kind === 'folders';
}

/** Token positions that matching can be at, and those of `folders` tokens in the middle of a folder's name. */
interface Positions {
  readonly before: Uint8Array;
  readonly within: Uint8Array;
}

function advance(tokens: readonly Token[], { before, within }: Positions, character: string): Positions {
  const next = { before: new Uint8Array(before.length), within: new Uint8Array(before.length) };
  const isName = character !== '/';
  for (const [at, token] of tokens.entries()) {
    if (within[at] === 1) (isName ? next.within : next.before)[at] = 1;
    if (before[at] !== 1) continue;
    if (token.kind === 'literal') {
      if (token.character === character) next.before[at + 1] = 1;
    } else if (token.kind === 'anything') next.before[at] = 1;
    else if (isName && token.kind === 'one') next.before[at + 1] = 1;
    else if (isName) (token.kind === 'name' ? next.before : next.within)[at] = 1;
  }
  return next;
}

function skip(tokens: readonly Token[], { before }: Positions): void {
  for (const [at, token] of tokens.entries()) if (before[at] === 1 && isSkippable(token)) before[at + 1] = 1;
}

/** Takes every way through the glob at once: a path costs its length times the glob's, whatever both are. */
function matches(tokens: readonly Token[], path: string): boolean {
  const end = tokens.length;
  let positions: Positions = { before: new Uint8Array(end + 1), within: new Uint8Array(end + 1) };
  positions.before[0] = 1;
  skip(tokens, positions);
  for (let at = 0; at < path.length; at++) {
    const character = path.charAt(at);
    if (positions.before[end] === 1 && character === '/') return true;
    positions = advance(tokens, positions, character);
    skip(tokens, positions);
  }
  return positions.before[end] === 1;
}

/**
 * Tells whether a path (relative to the top, `/`) is accepted by one of the globs: `*` and `?` stay inside a name, `**`
 * crosses folders, and a glob that names a folder (with or without `/` at its end) accepts everything below it. There
 * are no character classes or braces: `[`, `]`, `{`, `}` mean themselves. A glob never starts below: `*.log` is a file
 * at the top. No regular expression: one with many stars can take minutes for a path that measured code has chosen.
 */
export function acceptedPaths(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs
    .map((glob) => glob.replace(/^\.\//, '').replace(/\/+$/, ''))
    .filter((glob) => glob !== '')
    .map(tokensOf);
  return (path) => patterns.some((tokens) => matches(tokens, path));
}
