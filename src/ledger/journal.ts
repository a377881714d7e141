import { IntegrityError } from '../domain/errors.ts';
import { eventLine, type LedgerEvent, type RunLine, runLine, schemaVersion } from './record.ts';
import { Mismatch, type Shape } from './shape.ts';

type Unplaced<Line> = Line extends unknown ? Omit<Line, 'schema' | 'index' | 'count'> : never;

/** Lines without their place in the file, which is given when the file is written. */
export type NewRunLine = Unplaced<RunLine>;
export type NewEvent = Unplaced<LedgerEvent>;

/** One run's file: JSON Lines, every line numbered. */
export function encodeRun(lines: readonly NewRunLine[]): string {
  return lines.map((line, index) => encode({ ...line, schema: schemaVersion, index, count: lines.length })).join('');
}

/** One event's file: a single line. */
export function encodeEvent(event: NewEvent): string {
  return encode({ ...event, schema: schemaVersion, index: 0, count: 1 });
}

function encode(line: object): string {
  return `${JSON.stringify(line)}\n`;
}

/** Reads a run file. Throws LEDGER_CORRUPT (65) for the first line that is not what this version writes; skips nothing. */
export function decodeRun(text: string, path: string): RunLine[] {
  return decode(text, path, runLine);
}

/** Reads an event file. Throws LEDGER_CORRUPT (65). */
export function decodeEvent(text: string, path: string): LedgerEvent {
  const [event, second] = decode(text, path, eventLine);
  if (event === undefined) throw corrupt(path, 1, 'the file is empty');
  if (second !== undefined) throw corrupt(path, 2, 'an event file holds one line');
  return event;
}

function decode<Line extends { index: number; count: number }>(text: string, path: string, shape: Shape<Line>): Line[] {
  if (text === '') throw corrupt(path, 1, 'the file is empty');
  if (!text.endsWith('\n')) throw corrupt(path, text.split('\n').length, 'the last line is cut off');
  const rows = text.slice(0, -1).split('\n');
  return rows.map((row, index) => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(row);
    } catch {
      throw corrupt(path, index + 1, 'not JSON');
    }
    const version = (parsed as { schema?: unknown } | null)?.schema;
    if (typeof version === 'number' && version > schemaVersion) {
      throw corrupt(
        path,
        index + 1,
        `written by a newer Benchgate (schema ${version}, this one knows ${schemaVersion})`,
      );
    }
    const line = shape(parsed);
    if (line instanceof Mismatch) {
      throw corrupt(path, index + 1, line.path === '' ? line.message : `${line.path}: ${line.message}`);
    }
    if (line.index !== index || line.count !== rows.length) {
      throw corrupt(
        path,
        index + 1,
        `says it is line ${line.index + 1} of ${line.count}, found as ${index + 1} of ${rows.length}`,
      );
    }
    return line;
  });
}

function corrupt(path: string, line: number, what: string): IntegrityError {
  return new IntegrityError('LEDGER_CORRUPT', `the ledger can't be trusted: ${what}`, {
    place: `${path}:${line}`,
    nextStep:
      'run `benchgate ledger verify` to see every problem; the branch is append-only, so restore it from a commit that verifies',
  });
}
