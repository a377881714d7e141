const longest = 64;

/**
 * Returns the candidate that `word` most likely means, or null when none is near: more than a third of the letters
 * differ. Capitals, `-` and `_` don't count as differences.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > longest) return null;
  const plain = fold(word);
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = damerauLevenshtein(plain, fold(candidate));
    const allowed = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (distance <= allowed && distance < bestDistance && distance < Math.min(word.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Returns the fewest insertions, deletions, substitutions and swaps of neighbours that turn one text into the other;
 * the unrestricted distance (Lowrance and Wagner, 1975).
 */
export function damerauLevenshtein(left: string, right: string): number {
  const far = left.length + right.length;
  const width = right.length + 2;
  const cells = new Float64Array((left.length + 2) * width).fill(far);
  const at = (row: number, column: number): number => cells[(row + 1) * width + column + 1] ?? far;
  for (let row = 0; row <= left.length; row += 1) cells[(row + 1) * width + 1] = row;
  for (let column = 0; column <= right.length; column += 1) cells[width + column + 1] = column;
  const lastRowOf = new Map<string, number>();
  for (let row = 1; row <= left.length; row += 1) {
    let lastMatch = 0;
    for (let column = 1; column <= right.length; column += 1) {
      const swapRow = lastRowOf.get(right.charAt(column - 1)) ?? 0;
      const swapColumn = lastMatch;
      const same = left.charAt(row - 1) === right.charAt(column - 1);
      if (same) lastMatch = column;
      cells[(row + 1) * width + column + 1] = Math.min(
        at(row - 1, column - 1) + (same ? 0 : 1),
        at(row, column - 1) + 1,
        at(row - 1, column) + 1,
        at(swapRow - 1, swapColumn - 1) + (row - swapRow - 1) + 1 + (column - swapColumn - 1),
      );
    }
    lastRowOf.set(left.charAt(row - 1), row);
  }
  return at(left.length, right.length);
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}
