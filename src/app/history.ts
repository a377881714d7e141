import { readRunFile, sequenceOf } from '../ledger/files.ts';
import { readPath } from '../ledger/layout.ts';
import { currentBaseline } from '../ledger/pointers.ts';
import type { BaselineSet, LedgerRecord } from '../ledger/record.ts';
import { readEvents, withSnapshot } from './evidence-reader.ts';
import type { Project } from './project.ts';
import type { World } from './world.ts';

export interface HistoryOptions {
  readonly experiment: string;
  /** ISO 8601; rows measured before it are left out. */
  readonly since: string | null;
  /** Hexadecimal prefix of the head. */
  readonly gitSha: string | null;
  /** Newest N rows; null for all. */
  readonly limit: number | null;
}

export interface History {
  readonly baseline: BaselineSet | null;
  /** In append order. */
  readonly records: readonly LedgerRecord[];
}

/** Recorded repetitions of one benchmark, oldest first. Walks the whole branch, newest month first, until the limit is met. */
export async function history(world: World, project: Project, options: HistoryOptions): Promise<History> {
  return withSnapshot(project, async (snapshot) => {
    const baseline = currentBaseline(await readEvents(world, project, snapshot, options.experiment));
    const found: { sequence: number; records: LedgerRecord[] }[] = [];
    let amount = 0;
    for (const month of [...(await snapshot.list('runs'))].reverse()) {
      const files = await snapshot.read([`runs/${month}`]);
      for (const file of files) {
        const meaning = readPath(file.path);
        if (meaning?.kind === 'run' && options.gitSha !== null && !matches(meaning.head, options.gitSha)) continue;
        const records = readRunFile(file).filter(
          (line): line is LedgerRecord => line.kind === 'record' && wanted(line, project, options),
        );
        amount += records.length;
        found.push({ sequence: sequenceOf(file.path), records });
      }
      if (options.limit !== null && amount >= options.limit) break;
    }
    const records = found.sort((first, second) => first.sequence - second.sequence).flatMap((run) => run.records);
    return {
      baseline,
      records: options.limit === null ? records : records.slice(Math.max(0, records.length - options.limit)),
    };
  });
}

function matches(name: string, prefix: string): boolean {
  return name.startsWith(prefix.slice(0, name.length)) || prefix.startsWith(name);
}

function wanted(record: LedgerRecord, project: Project, options: HistoryOptions): boolean {
  return (
    record.experiment === options.experiment &&
    record.provenance.project === project.manifest.project.name &&
    (options.since === null || record.provenance.startedAt >= options.since) &&
    (options.gitSha === null || record.provenance.head.startsWith(options.gitSha))
  );
}
