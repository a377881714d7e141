// oxlint-disable-next-line no-control-regex
const hidden = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * The text with control characters, line ends and marks that turn its direction as `\u001b`: names and messages from
 * the work tree could otherwise steer the terminal, or look like lines of Benchgate's own.
 */
export function printable(text: string): string {
  return text.replace(hidden, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
