import { readRunFile, sequenceOf } from '../ledger/files.ts';
import { readPath } from '../ledger/layout.ts';
import type { RunLine } from '../ledger/record.ts';
import type { LedgerSnapshot } from '../ports/ledger-store.ts';

/**
 * Lines of the newest runs, newest run first, as many as are asked for. Names say in which order runs were appended, so only
 * what is handed out is read. Throws LEDGER_CORRUPT, LEDGER_FOREIGN_FILE (65).
 */
export async function* recentRuns(snapshot: LedgerSnapshot, most: number): AsyncGenerator<readonly RunLine[]> {
  let left = most;
  for (const month of [...(await snapshot.list('runs'))].reverse()) {
    const paths: string[] = [];
    for (const tree of await snapshot.list(`runs/${month}`)) {
      const folder = `runs/${month}/${tree}`;
      for (const name of await snapshot.list(folder)) paths.push(`${folder}/${name}`);
    }
    const runs = paths
      .filter((path) => readPath(path)?.kind === 'run')
      .sort((first, second) => sequenceOf(second) - sequenceOf(first));
    for (const path of runs) {
      if (left === 0) return;
      left -= 1;
      const bytes = await snapshot.bytes(path);
      yield readRunFile({ path, text: new TextDecoder().decode(bytes ?? new Uint8Array()) });
    }
  }
}
