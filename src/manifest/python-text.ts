import type { TomlNode } from './locate.ts';

/**
 * Returns what Python's `str()` makes of a TOML value: `5`, `1.0`, `True`, `['a', 1]`, `1979-05-27 07:32:00+00:00`.
 * benchstone puts names, commands and paths through it. Dates inside lists keep this form (Python shows a constructor).
 */
export function pythonText(node: TomlNode): string {
  return node.kind === 'string' ? node.value : pythonRepr(node);
}

/** Returns a finite or non-finite double as Python writes it: shortest digits, exponents from 1e16 and below 1e-4. */
export function pythonFloatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain = String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

function pythonRepr(node: TomlNode): string {
  switch (node.kind) {
    case 'string':
      return quoted(node.value);
    case 'boolean':
      return node.value ? 'True' : 'False';
    case 'integer':
      return node.value.toString();
    case 'float':
      return pythonFloatText(node.value);
    case 'date':
      return dateText(node.text);
    case 'array':
      return `[${node.items.map(pythonRepr).join(', ')}]`;
    case 'table':
      return `{${[...node.entries].map(([key, entry]) => `${quoted(key)}: ${pythonRepr(entry.value)}`).join(', ')}}`;
  }
}

/** Microseconds are cut, not rounded, and left out when zero; `T` becomes a space and `Z` an offset. */
function dateText(text: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)?[Tt ]?(?:(\d\d:\d\d:\d\d)(?:\.(\d+))?)?([Zz]|[+-]\d\d:\d\d)?$/.exec(text);
  if (parts === null) return text;
  const [, date, time, fraction = '', offset] = parts;
  const micros = fraction.slice(0, 6).padEnd(6, '0');
  const clock = time === undefined ? undefined : `${time}${micros === '000000' ? '' : `.${micros}`}`;
  const zone = offset === undefined ? '' : /^[Zz]$|00:00$/.test(offset) ? '+00:00' : offset;
  return [date, clock].filter((part) => part !== undefined).join(' ') + zone;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = Array.from(text, (character) => {
    if (character === '\\' || character === quote) return `\\${character}`;
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    if (character === '\t') return '\\t';
    return character === ' ' || !/[\p{C}\p{Z}]/u.test(character) ? character : escaped(character);
  });
  return `${quote}${inner.join('')}${quote}`;
}

function escaped(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
