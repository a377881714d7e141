import type { Clock } from '../../ports/clock.ts';
import type { Progress, Terminal } from '../../ports/terminal.ts';

const clearLine = '\r\u001B[2K';
const controls = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Text that can neither move the cursor nor pose as a runner's command. Control characters and bidirectional overrides
 * are shown as `\x1b` or `\u202e`, newlines stay; `::` and `##[`, which begin GitHub's workflow commands, get a
 * backslash.
 */
export function printable(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(controls, (character) => {
      const code = character.codePointAt(0) ?? 0;
      if (character === '\n') return character;
      if (character === '\t') return '  ';
      return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
    })
    .replace(/^(\s*)::/gm, '$1\\::')
    .replaceAll('##[', '#\\#[');
}

export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Least time between two lines of the same kind where lines can't be rewritten. Default 5. */
  readonly intervalSeconds?: number;
}

/**
 * On a person's terminal one line is rewritten in place. Elsewhere steps are lines of their own; steps that differ in
 * numbers only ("pair 3 of 30", "pair 4 of 30") are one kind, of which one line appears per interval.
 */
export function createProgress({ terminal, clock, intervalSeconds = 5 }: ProgressOptions): Progress {
  let current: string | null = null;
  const lastSaid = new Map<string, number>();

  const draw = (text: string): void => {
    const width = Math.max(10, terminal.columns - 1);
    const characters = Array.from(text);
    const line = characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
    terminal.error(clearLine + line);
  };
  const isDue = (kind: string): boolean => {
    const now = clock.monotonicSeconds();
    const last = lastSaid.get(kind);
    if (last !== undefined && now - last < intervalSeconds) return false;
    lastSaid.set(kind, now);
    return true;
  };

  return {
    step: (text) => {
      const line = printable(text).replaceAll('\n', ' ');
      if (terminal.interactive) {
        current = line;
        draw(line);
      } else if (isDue(line.replace(/\d+(?:\.\d+)?/g, '#'))) terminal.error(`${line}\n`);
    },
    note: (text) => {
      const lines = `${printable(text).replace(/\n$/, '')}\n`;
      if (!terminal.interactive) return terminal.error(lines);
      terminal.error(`${clearLine}${lines}`);
      if (current !== null) draw(current);
    },
    done: () => {
      if (terminal.interactive && current !== null) terminal.error(clearLine);
      current = null;
      lastSaid.clear();
    },
  };
}
