import type { Terminal } from '../../ports/terminal.ts';

interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly on?: (event: 'error', listener: (error: Error) => void) => unknown;
}

export interface TerminalOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The process's streams. A reader that went away (`| head`) is no error. Text is written as it is. */
export function createTerminal({ stdout, stderr, environment }: TerminalOptions): Terminal {
  for (const stream of [stdout, stderr]) {
    stream.on?.('error', (error) => {
      if (!('code' in error) || error.code !== 'EPIPE') throw error;
    });
  }
  const inCi = environment['CI'] !== undefined && environment['CI'] !== '' && environment['CI'] !== 'false';
  return {
    out: (text) => void stdout.write(text),
    error: (text) => void stderr.write(text),
    interactive: stderr.isTTY === true && !inCi && environment['TERM'] !== 'dumb',
    get columns() {
      return stderr.columns ?? 80;
    },
  };
}
