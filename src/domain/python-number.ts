/** What `float()` skips at both ends: Python's white space without U+001C to U+001F. */
const spaces = new Set('\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000');
for (let code = 0x2000; code <= 0x200a; code++) spaces.add(String.fromCharCode(code));

/** One way only to match each text: untrusted text of any length is read in linear time. */
const decimal = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;

/** What Python's `float(text)` gives (NaN and infinities included), or null where it raises ValueError. ASCII digits only. */
export function pythonFloat(text: string): number | null {
  const trimmed = trimPython(text);
  const named = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(trimmed);
  if (named !== null) {
    if (named[2]?.toLowerCase() === 'nan') return Number.NaN;
    return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return decimal.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : null;
}

function trimPython(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && spaces.has(text.charAt(start))) start++;
  while (end > start && spaces.has(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
