import { BenchgateError } from '../domain/errors.ts';
import { encodeEvent, encodeRun, type NewEvent, type NewRunLine } from '../ledger/journal.ts';
import { eventFolder, eventPath, referencePath, runPath } from '../ledger/layout.ts';
import type { Appended } from '../ports/ledger-store.ts';
import type { Project } from './project.ts';
import type { RunIdentity } from './record-lines.ts';
import type { World } from './world.ts';

export interface LedgerWrite {
  readonly identity: Pick<RunIdentity, 'runKey' | 'startedAt' | 'head'>;
  readonly lines: readonly NewRunLine[];
  readonly events: readonly NewEvent[];
  /** Reference bytes to keep, by `sha256:<hex>`. */
  readonly references: readonly { readonly hash: string; readonly bytes: Uint8Array }[];
  readonly message: string;
}

/** Writes one run with its events in a single commit. Idempotent by run key. Throws what LedgerStore.append throws. */
export function appendToLedger(world: World, project: Project, write: LedgerWrite): Promise<Appended> {
  const encoder = new TextEncoder();
  const { identity } = write;
  const run = write.lines.length === 0 ? null : encoder.encode(encodeRun(write.lines));
  const place = {
    month: identity.startedAt.slice(0, 7),
    tree: identity.head.tree,
    head: identity.head.sha,
    runKey: identity.runKey,
  };
  const events = write.events.map((event) => ({
    folder: eventFolder(project.manifest.project.name, event.experiment, world.sha256),
    bytes: encoder.encode(encodeEvent(event)),
  }));
  return project.ledger.append({
    runKey: identity.runKey,
    message: write.message,
    files: (sequence) => [
      ...(run === null ? [] : [{ path: runPath(place, sequence), bytes: run }]),
      ...events.map((event) => ({ path: eventPath(event.folder, sequence, identity.runKey), bytes: event.bytes })),
      ...write.references.map(({ hash, bytes }) => ({ path: referencePath(hash), bytes })),
    ],
  });
}

/**
 * Appends a run. When the remote can't be written and there is a place to keep the records, the outcome says so instead of an
 * exception: what was measured is judged all the same.
 */
export async function appendOrKeep<
  Outcome extends { readonly appended: Appended | null; readonly unrecorded: string | null },
>(
  world: World,
  project: Project,
  write: LedgerWrite,
  outcome: Outcome,
  keep: ((outcome: Outcome) => Promise<string>) | undefined,
): Promise<Outcome> {
  try {
    return { ...outcome, appended: await appendToLedger(world, project, write) };
  } catch (error) {
    const isUnwritable =
      error instanceof BenchgateError && (error.code === 'LEDGER_PUSH_REJECTED' || error.code === 'LEDGER_UNREACHABLE');
    if (!isUnwritable || keep === undefined) throw error;
    return { ...outcome, unrecorded: `${error.message} ${error.nextStep} ${await keep(outcome)}` };
  }
}
