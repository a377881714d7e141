/** Lower-case hex SHA-256 of text; deterministic, handed in by whoever binds the world. */
export type Sha256 = (data: Uint8Array | string) => string;

/**
 * JSON with keys sorted at every level, so that equal values have equal text. `undefined` members are left out; numbers
 * that are not finite become strings, so that they differ from each other and from null.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === 'number' && !Number.isFinite(member)) return String(member);
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    const entries = Object.entries(member).sort(([first], [second]) => (first < second ? -1 : first > second ? 1 : 0));
    return Object.fromEntries(entries);
  });
}
