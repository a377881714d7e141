import { count } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { currentReference } from '../ledger/pointers.ts';
import { candidateRows } from '../ledger/selection.ts';
import { gates } from '../registry.ts';
import { benchstoneRows, candidateCrash } from './baseline.ts';
import type { Case } from './case.ts';
import { toVerdict } from './verdict.ts';

/** Verdict of a correctness benchmark: the latest group at the head against the frozen reference. */
export function judgeArtifacts(input: Case): Verdict {
  const { benchmark, subject } = input;
  const reference = currentReference(input.events)?.hash ?? null;
  const rows = benchstoneRows(input).filter((row) => row.record.purpose === 'fresh');
  const group = candidateRows(rows, subject.head, subject.diff, subject.metaSeed);
  const records = group.map((row) => row.record);
  const crash = reference === null ? null : candidateCrash(records);
  const observations = records.map((record) => record.observation);
  const decision = crash ?? gates.reference.decide(reference, observations, benchmark.repetitions);
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
