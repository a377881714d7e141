/**
 * The hidden first line by which a comment is found again; `key` is hexadecimal. Whoever searches must also check that
 * the comment is their own: anybody can write this line.
 * @throws TypeError when `key` is anything else.
 */
export function commentMarker(key: string): string {
  if (!/^[0-9a-f]+$/i.test(key)) throw new TypeError('the key of a comment marker must be hexadecimal');
  return `<!-- benchgate:sticky ${key} -->`;
}

/**
 * True when the first line of a comment is exactly the marker for `key`.
 * @throws TypeError when `key` is not hexadecimal.
 */
export function findMarker(body: string, key: string): boolean {
  return body.split(/\r?\n/, 1)[0] === commentMarker(key);
}
