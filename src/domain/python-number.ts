const decimal = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;

/** What Python's `float(text)` gives (NaN and infinities included), or null where it raises ValueError. */
export function pythonFloat(text: string): number | null {
  const trimmed = text.replace(/^[\s\u001c-\u001f]+|[\s\u001c-\u001f]+$/g, '');
  const named = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(trimmed);
  if (named !== null) {
    if (named[2]?.toLowerCase() === 'nan') return Number.NaN;
    return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return decimal.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : null;
}
