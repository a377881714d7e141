import { clip, visibleLine, visibleText } from './visible-text.ts';

// GitHub looks for mentions, references, emoji and addresses in the text of the rendered page, where `\@` and `&#64;`
// are `@` again (cmark-gfm#181, #389). Only a character in between stops it. Text from outside has none of these left.
const gap = '\u200b';
const gapReference = '&#8203;';

// Hexadecimal words of 7 to 40 digits are taken for commits; pieces of 6 are not.
const hexadecimalWord = /(?<![0-9a-z_])[0-9a-f]{7,40}(?![0-9a-z_])/gi;

/**
 * Text from outside as a sentence or a table cell of GitHub's Markdown may hold it, at whatever place of a line: it
 * reads as it was and does nothing. No markup, link, image, HTML, mention, reference, emoji, formula or line break;
 * nothing that a runner takes for a command either. Punctuation becomes character references, so it is also inert
 * inside an HTML block.
 */
export function escapeMarkdown(text: string): string {
  return visibleLine(text)
    .replaceAll('@', `@${gap}`)
    .replace(/#(?=\w)/g, `#${gap}`)
    .replace(/:(?=\/\/|[\w+-]+:)/g, `:${gap}`)
    .replace(/www(?=\.)/gi, `$&${gap}`)
    .replace(/(?<!\w)(?:GH|GHSA|CVE)-(?=\w)/gi, `$&${gap}`)
    .replaceAll('$', `${gap}$$${gap}`)
    .replace(hexadecimalWord, (word) => word.replace(/.{6}(?=.)/g, `$&${gap}`))
    .replace(
      /[&<>[\]|`*~\\$"]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|^[=#: ]|^[-+](?![0-9A-Za-z])|(?<=^\d+)[.)](?= |$)| $/g,
      reference,
    )
    .replaceAll(gap, gapReference);
}

/**
 * At most `characters` of a text from outside as `escapeMarkdown` gives it, fewer when it would become four times as
 * long; `(empty)` instead of nothing, which would end a list or make a heading of the line above.
 */
export function sentence(text: string, characters: number): string {
  if (text === '') return '(empty)';
  let escaped = escapeMarkdown(clip(text, characters));
  for (let kept = characters; escaped.length > 4 * characters; escaped = escapeMarkdown(clip(text, kept)))
    kept = Math.floor(kept / 2);
  return escaped;
}

/**
 * Text from outside as a code span, in a sentence or a table cell. A `|` is shown as an escape: Markdown parsers
 * disagree on how to write one in a cell after a backslash.
 */
export function inlineCode(text: string): string {
  const shown = visibleLine(text).replaceAll('|', '\\u007c');
  const fence = '`'.repeat(longestRun(shown) + 1);
  if (/^ *$/.test(shown)) return `\`${shown.replaceAll(' ', '\u00a0') || ' '}\``;
  const padding = /^[ `]|[ `]$/.test(shown) ? ' ' : '';
  return `${fence}${padding}${shown}${padding}${fence}`;
}

/** Text from outside as a fenced block, which nothing inside can close; `language` is one word. No line break at the end. */
export function codeBlock(text: string, language = ''): string {
  const shown = visibleText(text);
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  const info = /^[A-Za-z0-9+-]*$/.test(language) ? language : '';
  return `${fence}${info}\n${shown}${shown === '' || shown.endsWith('\n') ? '' : '\n'}${fence}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}
