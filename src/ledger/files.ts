import { IntegrityError } from '../domain/errors.ts';
import { decodeEvent, decodeRun } from './journal.ts';
import { readPath } from './layout.ts';
import type { LedgerEvent, RunLine } from './record.ts';

export interface NamedText {
  readonly path: string;
  readonly text: string;
}

/** Lines of a run file that are what its name says. Throws LEDGER_CORRUPT, or LEDGER_FOREIGN_FILE for a name of another kind (65). */
export function readRunFile({ path, text }: NamedText): RunLine[] {
  const meaning = readPath(path);
  if (meaning?.kind !== 'run') throw foreign(path);
  const lines = decodeRun(text, path);
  for (const { provenance } of lines) {
    const agrees =
      provenance.runKey === meaning.runKey &&
      provenance.head.startsWith(meaning.head) &&
      provenance.tree.startsWith(meaning.tree) &&
      provenance.startedAt.startsWith(meaning.month);
    if (!agrees) throw mislabelled(path);
  }
  return lines;
}

/** The event of an event file. Throws as above. `folder` is where events of the asked-for experiment lie. */
export function readEventFile({ path, text }: NamedText, folder: string): LedgerEvent {
  if (readPath(path)?.kind !== 'event') throw foreign(path);
  const event = decodeEvent(text, path);
  if (!path.startsWith(`${folder}/`)) throw mislabelled(path);
  return event;
}

/** Place of a run or event in append order. Throws LEDGER_FOREIGN_FILE (65) for a name that has none. */
export function sequenceOf(path: string): number {
  const meaning = readPath(path);
  if (meaning === null || !('sequence' in meaning)) throw foreign(path);
  return meaning.sequence;
}

function foreign(path: string): IntegrityError {
  return new IntegrityError('LEDGER_FOREIGN_FILE', 'the ledger holds a file that is not its own', {
    place: path,
    nextStep: 'run `benchgate ledger verify`, and find out who put it there',
  });
}

function mislabelled(path: string): IntegrityError {
  return new IntegrityError('LEDGER_CORRUPT', 'a ledger file holds lines of another run than its name says', {
    place: path,
    nextStep: 'restore the branch from a commit that verifies',
  });
}
