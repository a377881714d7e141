/** Pretty JSON with non-finite numbers as strings (`"Infinity"`, `"-Infinity"`, `"NaN"`) and bigints in decimal; ends with a newline. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_key, member: unknown) => {
      if (typeof member === 'number' && !Number.isFinite(member)) return String(member);
      return typeof member === 'bigint' ? member.toString() : member;
    },
    2,
  );
  // `##[` and `##vso[` at any place of a line are commands to CI runners; \u0023 is the same character to JSON.
  return `${text.replaceAll('##', '#\\u0023')}\n`;
}
