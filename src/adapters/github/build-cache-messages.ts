/** What @actions/cache printed while it worked, as far as it tells why something did not happen. */
export interface CacheMessages {
  /** One line, without the signatures of addresses; null when nothing was said. */
  readonly reason: string | null;
  /** Another job has saved, or is saving, the same key. */
  readonly keyIsTaken: boolean;
}

const longestReason = 300;
const refusals = /^(?:Failed to (?:save|restore)|Cache (?:save|restore) skipped)/;

function unescaped(message: string): string {
  return message.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

/** Reads the runner's commands and the plain lines in the library's output. */
export function cacheMessages(output: string): CacheMessages {
  const reasons: string[] = [];
  const masks: string[] = [];
  let keyIsTaken = false;
  for (const line of output.split(/\r?\n/)) {
    const [, command, text = ''] = /^::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line) ?? [];
    if (command === 'add-mask') masks.push(unescaped(text));
    else if (command === 'warning' || command === 'error') reasons.push(unescaped(text));
    else if (command === 'debug') keyIsTaken ||= /^Failed to reserve cache: .*already.?exists/i.test(text);
    else if (refusals.test(line)) reasons.push(line);
  }
  const last = reasons.at(-1);
  if (last === undefined) return { reason: null, keyIsTaken };
  const hidden = masks.reduce((text, mask) => (mask === '' ? text : text.replaceAll(mask, '***')), last);
  const reason = hidden
    .replace(/^Failed to (?:save|restore): /, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return { reason: reason.length > longestReason ? `${reason.slice(0, longestReason)}…` : reason, keyIsTaken };
}
