import type { Sha256 } from '../ports/randomness.ts';

/** Where things are on the ledger branch. Names carry what a verdict needs to find its records without reading others. */

const sequenceDigits = 8;

/** Zero-padded to eight digits for people; readers order by the number (`sequenceOf` in files.ts), which may be longer. */
export function formatSequence(sequence: number): string {
  return String(sequence).padStart(sequenceDigits, '0');
}

/** Folder of one tree's runs in one month (`YYYY-MM`). Trees, not commits: interleaved gates find the evidence of an amended or squashed commit. */
export function runFolder(month: string, tree: string): string {
  return `runs/${month}/${tree.slice(0, 12)}`;
}

/** Path of one run's (or shard's) file. */
export function runPath(run: { month: string; tree: string; head: string; runKey: string }, sequence: number): string {
  return `${runFolder(run.month, run.tree)}/${formatSequence(sequence)}-${run.head.slice(0, 12)}-${run.runKey}.jsonl`;
}

/** Folder of the events of one experiment of one project. */
export function eventFolder(project: string, experiment: string, sha256: Sha256): string {
  return `events/${sha256(JSON.stringify([project, experiment])).slice(0, 16)}`;
}

/** Path of one event's file. */
export function eventPath(folder: string, sequence: number, runKey: string): string {
  return `${folder}/${formatSequence(sequence)}-${runKey}.jsonl`;
}

/** Path of reference bytes, from `sha256:<hex>`. */
export function referencePath(hash: string): string {
  return `references/${hash.replace(/^sha256:/, '')}`;
}

export type LedgerPath =
  | { readonly kind: 'format' }
  | {
      readonly kind: 'run';
      readonly month: string;
      readonly tree: string;
      readonly head: string;
      readonly sequence: number;
      readonly runKey: string;
    }
  | { readonly kind: 'event'; readonly sequence: number; readonly runKey: string }
  | { readonly kind: 'reference'; readonly hash: string };

const run = /^runs\/(\d{4}-\d{2})\/([0-9a-f]{12})\/(\d{8}|[1-9]\d{8,})-([0-9a-f]{12})-([0-9a-f]{32})\.jsonl$/;
const event = /^events\/[0-9a-f]{16}\/(\d{8}|[1-9]\d{8,})-([0-9a-f]{32})\.jsonl$/;
const reference = /^references\/([0-9a-f]{64})$/;

/** What a path means, or null for a file that does not belong on the branch. */
export function readPath(path: string): LedgerPath | null {
  if (path === 'ledger.json') return { kind: 'format' };
  const runMatch = run.exec(path);
  if (runMatch !== null) {
    const [, month = '', tree = '', sequence = '', head = '', runKey = ''] = runMatch;
    return { kind: 'run', month, tree, head, sequence: Number(sequence), runKey };
  }
  const eventMatch = event.exec(path);
  if (eventMatch !== null) return { kind: 'event', sequence: Number(eventMatch[1]), runKey: eventMatch[2] ?? '' };
  const referenceMatch = reference.exec(path);
  return referenceMatch === null ? null : { kind: 'reference', hash: `sha256:${referenceMatch[1] ?? ''}` };
}
