import type { Decision } from '../contracts.ts';
import { count } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { currentReference } from '../ledger/pointers.ts';
import type { LedgerRecord } from '../ledger/record.ts';
import { candidateRows } from '../ledger/selection.ts';
import { gates } from '../registry.ts';
import { benchstoneRows, candidateCrash, latestTime } from './baseline.ts';
import { gapReason, measuredGap } from './evidence.ts';
import type { JudgeInput } from './judge-input.ts';
import { bareDecision, toVerdict } from './verdict.ts';

/** INVALID when a run of the group holds fewer repetitions than it planned without saying why; else null. */
function missing(input: JudgeInput, records: readonly LedgerRecord[]): Decision | null {
  const gap = measuredGap(records, input.lines);
  return gap === null ? null : bareDecision('INVALID', gapReason(gap, 'repetition'));
}

/** Verdict of a correctness benchmark: the latest group at the head against the frozen reference. */
export function judgeArtifacts(input: JudgeInput): Verdict {
  const { benchmark, subject } = input;
  const reference = currentReference(input.events)?.hash ?? null;
  const rows = benchstoneRows(input).filter((row) => row.record.purpose === 'fresh');
  const group = latestTime(candidateRows(rows, subject.head, subject.diff, subject.metaSeed));
  const records = group.map((row) => row.record);
  const observations = records.map((record) => record.observation);
  const decision =
    (reference === null ? null : (missing(input, records) ?? candidateCrash(records))) ??
    gates.reference.decide(reference, observations, benchmark.repetitions);
  const hashes = observations.flatMap(({ artifactHash }) => (artifactHash === null ? [] : [artifactHash]));
  const differing = hashes.find((hash) => hash !== reference);
  const earlier = rows.filter(
    (row) =>
      row.sha === subject.head &&
      row.diff === subject.diff &&
      !group.includes(row) &&
      row.record.observation.artifactHash !== null &&
      row.record.observation.artifactHash !== reference,
  ).length;
  return toVerdict(benchmark, decision, {
    referenceHash: reference,
    candidateHash: differing ?? hashes[0] ?? null,
    warnings:
      reference !== null && earlier > 0
        ? [
            `${count(earlier, 'artifact')} of earlier runs at this commit differ from the reference: the result may not be deterministic`,
          ]
        : [],
  });
}
