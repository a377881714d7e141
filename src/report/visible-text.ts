import { plainLine, plainText } from './plain-text.ts';

// What plain-text.ts leaves and a page in a browser does not show: fillers, blanks, tags, variation selectors that do
// not follow a symbol, noncharacters, halves of a surrogate pair (which a JSON API may refuse).
const unseen = new RegExp(
  [
    '\\u034f|[\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u2800\\u3164\\ufdd0-\\ufdef\\uffa0\\ufff0-\\ufff8\\ufffe\\uffff]',
    '[\\ufe00-\\ufe0d]|[\\ud800-\\udfff]|[\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]',
    '(?<![\\u00a9\\u00ae\\u203c-\\u3299\\u{1f000}-\\u{1faff}])[\\ufe0e\\ufe0f]',
  ].join('|'),
  'gu',
);

/** Text from outside on one line, with every control, invisible and direction-changing character as a visible escape. */
export function visibleLine(text: string): string {
  return plainLine(text).replace(unseen, escaped);
}

/** The same with line breaks and tabs as they are. */
export function visibleText(text: string): string {
  return plainText(text).replace(unseen, escaped);
}

/** At most `characters` (UTF-16 units) of a text, the last of them `…` when it was longer; cut between whole characters and escapes. */
export function clip(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const kept = text.slice(0, Math.max(0, characters - 1));
  return `${kept.replace(/[\ud800-\udbff]$|\\(?:u[0-9a-f]{0,3})?$/, '')}…`;
}

function escaped(character: string): string {
  let text = '';
  for (let index = 0; index < character.length; index += 1)
    text += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  return text;
}
