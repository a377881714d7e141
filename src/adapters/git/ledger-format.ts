import { IntegrityError } from '../../domain/errors.ts';
import type { CommitObject, ObjectReader } from './ledger-objects.ts';
import { formatFile, isNumbered, parseNumberedName } from './ledger-paths.ts';
import { createLedgerTree, type LedgerTree } from './ledger-tree.ts';

const supportedSchema = 1;

/** Throws LEDGER_FOREIGN_FILE unless the commit carries the file that marks a ledger of a schema known here. */
export async function assertLedger(reader: ObjectReader, commit: CommitObject): Promise<void> {
  const tree = createLedgerTree(reader, commit);
  const file = await tree.occupant(formatFile.path);
  const schema = file?.mode === '100644' ? schemaOf(await tree.bytes(file)) : null;
  if (schema === supportedSchema) return;
  if (schema !== null) {
    throw new IntegrityError('LEDGER_FOREIGN_FILE', `The ledger has schema ${schema}; this version knows 1`, {
      place: formatFile.path,
      nextStep: 'Use a newer Benchgate, or choose another branch with --ledger-branch.',
    });
  }
  throw new IntegrityError(
    'LEDGER_FOREIGN_FILE',
    `This branch was not made by Benchgate: it has no ${formatFile.path}`,
    {
      place: commit.oid,
      nextStep: 'Choose another branch with --ledger-branch.',
    },
  );
}

function schemaOf(bytes: Buffer): number | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value !== 'object' || value === null || !('format' in value) || !('schema' in value)) return null;
    return value.format === 'benchgate-ledger' && typeof value.schema === 'number' ? value.schema : null;
  } catch {
    return null;
  }
}

/** CI systems that build every branch leave out commits that say so. */
const skip = '[skip ci]';

/** First line, then who wrote it and as which in the order of all writes, as trailers that git can read. */
export function commitMessage(title: string, runKey: string, sequence: number): string {
  const line = title.replace(/\p{Cc}+/gu, ' ').trim();
  return `${line.endsWith(skip) ? line : `${line} ${skip}`}\n\nBenchgate-Run: ${runKey}\nBenchgate-Sequence: ${sequence}\n`;
}

/** What `commitMessage` was given; null for a commit that something else wrote. */
export function parseMessage(
  message: string,
): { readonly title: string; readonly runKey: string; readonly sequence: number } | null {
  const found = /^(.*)\n\nBenchgate-Run: ([0-9a-f]{32})\nBenchgate-Sequence: (\d{1,15})\n*$/.exec(message);
  const [, title, runKey, sequence] = found ?? [];
  if (title === undefined || runKey === undefined || sequence === undefined) return null;
  return { title, runKey, sequence: Number(sequence) };
}

/** The highest sequence on the branch, from the tip's message; from all file names when something else made the tip. */
export async function highestSequence(commit: CommitObject | null, tree: LedgerTree | null): Promise<number> {
  if (commit === null || tree === null) return 0;
  const written = parseMessage(commit.message);
  if (written !== null) return written.sequence;
  const files = (await Promise.all(['runs', 'events'].map(tree.filesBelow))).flat();
  return files.reduce((highest, file) => Math.max(highest, parseNumberedName(file.name)?.sequence ?? 0), 0);
}

/** Where a run's file is among the folders that it could be in, at any sequence; null when it is not on the branch. */
export async function findRun(
  tree: LedgerTree,
  folders: readonly string[],
  runKey: string,
): Promise<{ readonly path: string; readonly sequence: number } | null> {
  for (const folder of new Set(folders.filter((name) => isNumbered(`${name}/`)))) {
    for (const { name, path } of await tree.children(folder)) {
      const parsed = name.includes(runKey) ? parseNumberedName(name) : null;
      if (parsed?.runKey === runKey) return { path, sequence: parsed.sequence };
    }
  }
  return null;
}
