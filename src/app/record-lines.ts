import type { Revision } from '../domain/provenance.ts';
import { hostClass } from '../domain/provenance.ts';
import { completeBlocks } from '../judging/evidence.ts';
import type { NewRunLine } from '../ledger/journal.ts';
import type { Provenance } from '../ledger/record.ts';
import type { ExperimentPlan, RunPlan } from '../planning/plan.ts';
import type { StageResult } from './measure.ts';
import type { Project } from './project.ts';
import type { World } from './world.ts';

export interface RunIdentity {
  readonly runKey: string;
  readonly startedAt: string;
  readonly head: Revision;
  readonly base: Revision | null;
  /** Digest of uncommitted changes, null for a clean tree. */
  readonly diff: string | null;
  readonly manifestHash: string;
  /** The merge commit that was measured for the head; null when the head itself was. */
  readonly merge: string | null;
  readonly refClass: Provenance['refClass'];
  readonly shard: Provenance['shard'];
}

/** Ledger lines of one stage of one experiment, each with all of its provenance. */
export function linesOf(
  world: World,
  project: Project,
  identity: RunIdentity,
  plan: RunPlan,
  experiment: ExperimentPlan,
  stage: StageResult,
  firstOrder: number,
): NewRunLine[] {
  const { benchmark } = experiment;
  const shared = {
    experiment: benchmark.name,
    tier: benchmark.tier,
    policy: benchmark.policy,
    rule: experiment.rule,
    corpus: /^sha256:[0-9a-f]{64}$/.test(benchmark.corpus?.hash ?? '') ? (benchmark.corpus?.hash ?? null) : null,
    suite: null,
  };
  const isolation = stage.trials[0]?.isolation ?? { level: 'none' as const, detail: 'nothing was run' };
  const provenance = provenanceOf(world, project, identity, plan, experiment, isolation);
  const lines: NewRunLine[] = stage.trials.map((trial, position) => ({
    kind: 'record',
    ...shared,
    provenance: { ...provenance, isolation: trial.isolation },
    purpose: stage.purpose,
    arm: trial.arm,
    block: trial.block,
    order: firstOrder + position,
    plannedBlocks: stage.plannedBlocks,
    seed: trial.seed,
    metaSeed: stage.purpose === 'baseline' ? null : plan.metaSeed.toString(),
    observation: trial.observation,
  }));
  if (stage.because !== null) {
    lines.push({
      kind: 'stopped',
      ...shared,
      provenance,
      purpose: stage.purpose,
      plannedBlocks: stage.plannedBlocks,
      blocks: completeBlocks(stage.trials, provenance.base),
      because: stage.because,
    });
  }
  return lines;
}

function provenanceOf(
  world: World,
  project: Project,
  identity: RunIdentity,
  plan: RunPlan,
  experiment: ExperimentPlan,
  isolation: Provenance['isolation'],
): Provenance {
  const { host } = world.machine;
  const base = experiment.needsBase ? identity.base : null;
  return {
    runKey: identity.runKey,
    startedAt: identity.startedAt,
    harness: world.version,
    planDigest: plan.digest,
    familySize: plan.familySize,
    shard: identity.shard,
    project: project.manifest.project.name,
    head: identity.head.sha,
    tree: identity.head.tree,
    base: base?.sha ?? null,
    baseTree: base?.tree ?? null,
    merge: identity.merge,
    refClass: identity.refClass,
    dirty: identity.diff !== null,
    diff: identity.diff,
    manifest: identity.manifestHash,
    host: { class: hostClass(host), name: host.name, memoryBytes: host.memoryBytes, node: host.nodeVersion },
    isolation: { level: isolation.level, detail: isolation.detail },
  };
}
