import type { Pair } from '../contracts.ts';
import type { Observation, Purpose } from '../domain/observation.ts';
import { count } from '../domain/quantity.ts';
import type { LedgerRecord, RunLine, StoppedRecord } from '../ledger/record.ts';

/** What two revisions and a rule are judged on. Base and diff are null where there is none. */
export interface EvidenceKey {
  readonly experiment: string;
  readonly base: string | null;
  readonly tree: string;
  readonly diff: string | null;
  readonly rule: string;
}

/** Lines gathered under exactly this key, in append order (DESIGN §10, re-runs append). */
export function underKey(lines: readonly RunLine[], key: EvidenceKey, purposes: readonly Purpose[]): RunLine[] {
  return lines.filter(
    (line) =>
      line.experiment === key.experiment &&
      line.rule === key.rule &&
      line.provenance.base === key.base &&
      line.provenance.tree === key.tree &&
      line.provenance.diff === key.diff &&
      purposes.includes(line.purpose),
  );
}

export interface Gap {
  readonly runKey: string;
  readonly planned: number;
  readonly found: number;
}

/** Runs that hold fewer complete blocks than their plan (or their `stopped` line) says. Such evidence is INVALID (DESIGN §10). */
export function gaps(lines: readonly RunLine[]): Gap[] {
  const found: Gap[] = [];
  for (const run of byRun(lines).values()) {
    const runKey = run[0]?.provenance.runKey ?? '';
    const stopped = run.find((line): line is StoppedRecord => line.kind === 'stopped');
    const records = run.filter((line): line is LedgerRecord => line.kind === 'record');
    const planned = stopped?.blocks ?? records[0]?.plannedBlocks ?? 0;
    const blocks = completeBlocks(records, run[0]?.provenance.base ?? null);
    if (blocks < planned) found.push({ runKey, planned, found: blocks });
  }
  return found;
}

/** The first gap among the runs that these records come from; `lines` are searched for what they say of stopping. */
export function measuredGap(records: readonly LedgerRecord[], lines: readonly RunLine[]): Gap | null {
  const stopped = lines.filter((line) => line.kind === 'stopped');
  return gaps([...records, ...stopped]).find((gap) => gap.found > 0) ?? null;
}

/** A gap in words. */
export function gapReason(gap: Gap, noun: string): string {
  return `run ${gap.runKey.slice(0, 8)} planned ${count(gap.planned, noun)} and holds ${gap.found} without saying why`;
}

/** Number of blocks that hold every arm: two where a base was measured along, else one. */
export function completeBlocks(records: readonly Pick<LedgerRecord, 'arm' | 'block'>[], base: string | null): number {
  const arms = base === null ? 1 : 2;
  const blocks = new Map<number, Set<string>>();
  for (const record of records) {
    const block = blocks.get(record.block) ?? new Set();
    blocks.set(record.block, block.add(record.arm));
  }
  return [...blocks.values()].filter((block) => block.size >= arms).length;
}

function byRun(lines: readonly RunLine[]): Map<string, RunLine[]> {
  const runs = new Map<string, RunLine[]>();
  for (const line of lines) {
    // Shards of one run share its key and are one experiment each, so purpose completes the identity.
    const key = `${line.provenance.runKey} ${line.purpose}`;
    const run = runs.get(key);
    if (run === undefined) runs.set(key, [line]);
    else run.push(line);
  }
  return runs;
}

/** Complete pairs in order of arrival; half a pair (an interrupted run) is left out. */
export function pairsOf(lines: readonly RunLine[]): Pair[] {
  const pairs: Pair[] = [];
  for (const run of byRun(lines).values()) {
    const blocks = new Map<number, { baseline?: Observation; candidate?: Observation }>();
    for (const line of run) {
      if (line.kind !== 'record') continue;
      const block = blocks.get(line.block) ?? {};
      blocks.set(line.block, { ...block, [line.arm]: line.observation });
    }
    for (const [, { baseline, candidate }] of [...blocks].sort(([first], [second]) => first - second)) {
      if (baseline !== undefined && candidate !== undefined) pairs.push({ baseline, candidate });
    }
  }
  return pairs;
}

/** Records only, in append order. */
export function recordsOf(lines: readonly RunLine[]): LedgerRecord[] {
  return lines.filter((line): line is LedgerRecord => line.kind === 'record');
}

/** Finite metrics of successful trials. */
export function metricsOf(records: readonly LedgerRecord[]): number[] {
  return records.flatMap(({ observation }) =>
    observation.status === 'ok' && observation.metric !== null ? [observation.metric] : [],
  );
}
