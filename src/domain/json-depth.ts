/** More levels than this make `JSON.stringify` and every other recursion over a value from outside a risk. */
export const jsonDepthLimit = 200;

/** Whether parsed JSON nests deeper than the limit. Walks without recursion, so that depth itself can't hurt it. */
export function nestsTooDeeply(value: unknown): boolean {
  let level: object[] = containersOf([value]);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > jsonDepthLimit) return true;
    level = level.flatMap((container) => containersOf(Object.values(container)));
  }
  return false;
}

function containersOf(values: readonly unknown[]): object[] {
  return values.filter((value): value is object => typeof value === 'object' && value !== null);
}
