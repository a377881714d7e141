import { IntegrityError } from '../../domain/errors.ts';
import type { LedgerCommit } from '../../ports/ledger-store.ts';
import { damageOrFailure } from './ledger-objects.ts';
import type { LedgerRepository } from './ledger-repository.ts';
import { strictUtf8 } from './ledger-tree.ts';

export interface LoggedChange {
  readonly status: string;
  /** Mode after the change; 000000 for a removed file. */
  readonly mode: string;
  readonly oid: string;
  readonly path: string;
}

export interface LoggedCommit extends LedgerCommit {
  readonly message: string;
  readonly changes: readonly LoggedChange[];
}

const logArguments = [
  'log',
  '-z',
  '--full-history',
  '--diff-merges=first-parent',
  '--root',
  '--raw',
  '-r',
  '--no-renames',
  '--no-abbrev',
  '--no-color',
  '--no-show-signature',
  '--no-ext-diff',
  '--no-relative',
  '--ignore-submodules=none',
  '--encoding=UTF-8',
  '--format=%H %P%x00%B',
];

/**
 * Commits reachable from the revisions, newest first, each with its changes against its first parent, as git writes
 * them out. Throws LEDGER_CORRUPT when objects are damaged or a path is not UTF-8.
 */
export async function* logCommits(
  repository: LedgerRepository,
  revisions: readonly string[],
): AsyncGenerator<LoggedCommit> {
  const args = [...logArguments, ...revisions, '--'];
  const process = repository.start(args);
  process.stdin.end();
  const parser = createLogParser();
  try {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of process.stdout as AsyncIterable<Buffer>) {
      let start = 0;
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
        const complete = parser.accept(bytes.subarray(start, end));
        if (complete !== null) yield complete;
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) parser.accept(rest);
    const { exitCode, stderr } = await process.finished;
    if (exitCode !== 0) throw damageOrFailure(args, exitCode, stderr);
    const last = parser.finish();
    if (last !== null) yield last;
  } finally {
    process.stop();
  }
}

interface OpenCommit {
  readonly commit: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly changes: LoggedChange[];
}

type Expected =
  | { readonly kind: 'header' }
  | { readonly kind: 'message'; readonly commit: string; readonly parents: readonly string[] }
  | { readonly kind: 'path'; readonly status: string; readonly mode: string; readonly oid: string };

/**
 * Fields between zero bytes: `<commit> <parents>`, the message, then pairs of a line that starts with a colon and a
 * path. Which field comes next is always known, so nothing in a message or path can be taken for another field.
 */
function createLogParser(): { accept: (field: Buffer) => LoggedCommit | null; finish: () => LoggedCommit | null } {
  let open: OpenCommit | null = null;
  let expected: Expected = { kind: 'header' };

  const accept = (field: Buffer): LoggedCommit | null => {
    if (expected.kind === 'path') {
      const { status, mode, oid } = expected;
      open?.changes.push({ status, mode, oid, path: strictUtf8(field, field.toString('latin1')) });
      expected = { kind: 'header' };
      return null;
    }
    const text = field.toString('utf8');
    if (expected.kind === 'message') {
      open = { commit: expected.commit, parents: expected.parents, message: text, changes: [] };
      expected = { kind: 'header' };
      return null;
    }
    const change = /^\n?:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) ([A-Z])\d*$/.exec(text);
    if (change?.[1] !== undefined && change[2] !== undefined && change[3] !== undefined) {
      expected = { kind: 'path', mode: change[1], oid: change[2], status: change[3] };
      return null;
    }
    const [commit = '', ...parents] = text.trim().split(' ');
    if (!/^[0-9a-f]{40,64}$/.test(commit)) throw unreadable(text);
    const complete = open;
    expected = { kind: 'message', commit, parents };
    return complete;
  };

  return { accept, finish: () => open };
}

function unreadable(text: string): IntegrityError {
  return new IntegrityError(
    'LEDGER_CORRUPT',
    `git's history of the ledger is not readable at ${JSON.stringify(text)}`,
    {
      nextStep: 'Report this with the version of git.',
    },
  );
}
