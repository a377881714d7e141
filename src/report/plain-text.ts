const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * Text from outside as a terminal may show it: control, invisible and direction-changing characters become visible
 * escapes. So does what GitHub's runner takes for a command in a job's log: `::` that begins a line, and `##[` anywhere.
 */
export function plainText(text: string): string {
  return text
    .replace(unseen, escaped)
    .replace(/^([^\S\n]*):(?=:)/gm, '$1\\u003a')
    .replaceAll('##[', '#\\u0023[');
}

/** The same for what has to stay on one line: line breaks and tabs are escaped too. */
export function plainLine(text: string): string {
  return plainText(text.replace(/[\t\n]/g, escaped));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Rows as columns of equal width, two spaces between; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, width(cell))));
  return rows
    .map((row) =>
      row
        .map((cell, index) => (index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - width(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function width(cell: string): number {
  return [...cell].length;
}
