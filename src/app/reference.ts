import { IntegrityError, UsageError } from '../domain/errors.ts';
import { selectable } from '../judging/baseline.ts';
import { recordsOf } from '../judging/evidence.ts';
import type { NewEvent } from '../ledger/journal.ts';
import { currentReference } from '../ledger/pointers.ts';
import { candidateRows } from '../ledger/selection.ts';
import type { Appended } from '../ports/ledger-store.ts';
import { appendToLedger } from './append.ts';
import { actorOf } from './baseline.ts';
import { treeState } from './cleanliness.ts';
import { readEvents, readRuns, withSnapshot } from './evidence-reader.ts';
import { type Project, selectBenchmarks } from './project.ts';
import type { World } from './world.ts';

export interface FreezeOptions {
  readonly name: string;
  readonly mode: 'freeze' | 'replace';
  /** Needed to replace. */
  readonly reason: string | null;
  readonly notes: string | null;
}

export interface Frozen {
  readonly hash: string;
  readonly replaces: string | null;
  readonly sizeBytes: number;
  readonly appended: Appended;
}

/**
 * Freezes the artifact of the latest clean run at the head as the reference. Every repetition must have produced the same
 * bytes. Throws REFERENCE_REFUSED (64, 65) otherwise, or when one exists already (freeze) or none does (replace).
 */
export async function freezeReference(world: World, project: Project, options: FreezeOptions): Promise<Frozen> {
  const [benchmark] = selectBenchmarks(project.manifest, [options.name]);
  if (benchmark === undefined || benchmark.tier !== 'correctness') {
    throw refused(
      `${options.name} is not a correctness benchmark`,
      'only tier = "correctness" has a reference; others use `baseline establish` or nothing',
    );
  }
  if (options.mode === 'replace' && (options.reason ?? '').trim() === '') {
    throw refused('replacing a reference needs --reason', 'say why the output may change');
  }
  const { head } = await treeState(project);
  const { events, lines } = await withSnapshot(project, async (snapshot) => ({
    events: await readEvents(world, project, snapshot, benchmark.name),
    lines: await readRuns(snapshot, project, [head.tree]),
  }));
  const present = currentReference(events);
  if (options.mode === 'freeze' && present !== null) {
    throw refused(
      `${benchmark.name} has a reference already (${present.hash.slice(0, 18)})`,
      'use `benchgate reference replace --reason TEXT`',
    );
  }
  if (options.mode === 'replace' && present === null) {
    throw refused(`${benchmark.name} has no reference yet`, 'use `benchgate reference freeze`');
  }
  const rows = recordsOf(lines)
    .filter((record) => record.experiment === benchmark.name && record.purpose === 'fresh')
    .map(selectable);
  const group = candidateRows(rows, head.sha, null);
  if (group.length < benchmark.repetitions) {
    throw refused(
      `${group.length} of the ${benchmark.repetitions} repetitions that the manifest asks for were measured at ${head.sha.slice(0, 10)}`,
      `run \`benchgate run ${benchmark.name}\` and let it finish`,
    );
  }
  const hash = agreedArtifact(
    group.map((row) => row.record.observation),
    benchmark.name,
    head.sha,
  );
  const bytes = await world.artifacts.bytes(hash);
  if (bytes === null) {
    throw new IntegrityError('REFERENCE_REFUSED', `the bytes of ${hash.slice(0, 18)} are not on this machine`, {
      place: world.artifacts.folder,
      nextStep: `run \`benchgate run ${benchmark.name}\` here and freeze again`,
    });
  }
  const event: NewEvent = {
    kind: 'event',
    event: 'reference_frozen',
    at: world.clock.now(),
    harness: world.version,
    project: project.manifest.project.name,
    experiment: benchmark.name,
    actor: actorOf(world),
    hash,
    sizeBytes: bytes.length,
    head: head.sha,
    tree: head.tree,
    notes: options.notes,
    replaces: present?.hash ?? null,
    reason: options.reason,
  };
  const identity = { runKey: world.randomness.token(), startedAt: event.at, head };
  const message = `${options.mode} reference of ${benchmark.name} at ${head.sha.slice(0, 10)}`;
  const appended = await appendToLedger(world, project, {
    identity,
    lines: [],
    events: [event],
    references: [{ hash, bytes }],
    message,
  });
  return { hash, replaces: present?.hash ?? null, sizeBytes: bytes.length, appended };
}

function agreedArtifact(
  observations: readonly { status: 'ok' | 'error'; artifactHash: string | null }[],
  name: string,
  sha: string,
): string {
  const [first] = observations;
  if (first === undefined)
    throw refused(
      `nothing of ${name} was measured on a clean tree at ${sha.slice(0, 10)}`,
      `run \`benchgate run ${name}\` first`,
    );
  const hash = first.artifactHash;
  if (
    hash === null ||
    observations.some((observation) => observation.status !== 'ok' || observation.artifactHash !== hash)
  ) {
    throw refused(
      `the repetitions at ${sha.slice(0, 10)} failed or disagree about the artifact`,
      'make the output deterministic, run again, then freeze',
    );
  }
  return hash;
}

function refused(message: string, nextStep: string): UsageError {
  return new UsageError('REFERENCE_REFUSED', message, { nextStep });
}
