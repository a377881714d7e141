import type { Observation } from './domain/observation.ts';
import type { Direction, Estimate, Evidence, GatePolicy, Goal, Summary, VerdictKind } from './domain/verdict.ts';
import type { ProcessEnding } from './ports/sandbox.ts';
import type { ArtifactStore, Files } from './ports/workspace.ts';

/** What a rule may be told. Fractions, not per cent. */
export interface GateSettings {
  readonly direction: Direction;
  readonly goal: Goal;
  /** Relative change (or absolute difference, see `scale` of the result) that is accepted. */
  readonly tolerance: number;
  readonly alphaFail: number;
  readonly alphaPass: number;
  readonly minPairs: number;
  readonly maxPairs: number;
  readonly promotionSigma: number | null;
  readonly promotionZ: number | null;
  readonly requiredBaseline: number;
  readonly requiredCandidate: number;
  /** Paired benchmarks judged together in this run; the FAIL threshold grows with it. */
  readonly familySize: number;
}

/** What a rule answers. Estimate and evidence are null when there was nothing to compute them from. */
export interface Decision {
  readonly kind: VerdictKind;
  readonly reason: string;
  readonly label: string | null;
  readonly estimate: Estimate | null;
  readonly evidence: Evidence | null;
  readonly baseline: Summary | null;
  readonly candidate: Summary | null;
  readonly warnings: readonly string[];
}

/** Two groups measured separately; only finite metrics of successful trials. */
export interface GroupGate {
  readonly takes: 'groups';
  readonly policy: Extract<GatePolicy, 'sigma' | 'mann_whitney'>;
  readonly decide: (baseline: readonly number[], candidate: readonly number[], settings: GateSettings) => Decision;
}

export interface Pair {
  readonly baseline: Observation;
  readonly candidate: Observation;
}

/** Interleaved pairs in order of arrival; a pure function of all of them, so that a re-run appends evidence. */
export interface PairGate {
  readonly takes: 'pairs';
  readonly policy: Extract<GatePolicy, 'paired'>;
  readonly decide: (pairs: readonly Pair[], settings: GateSettings) => Decision;
}

/** Both sides of a metric without noise. */
export interface SideGate {
  readonly takes: 'sides';
  readonly policy: Extract<GatePolicy, 'exact'>;
  readonly decide: (
    baseline: readonly Observation[],
    candidate: readonly Observation[],
    settings: GateSettings,
  ) => Decision;
}

/** Artifacts against a frozen reference. */
export interface ArtifactGate {
  readonly takes: 'artifacts';
  readonly policy: Extract<GatePolicy, 'reference'>;
  readonly decide: (referenceHash: string | null, candidate: readonly Observation[], required: number) => Decision;
}

export type Gate = GroupGate | PairGate | SideGate | ArtifactGate;

/** Where a trial's files are; the same absolute paths inside and outside the sandbox. */
export interface TrialFiles {
  readonly configPath: string;
  readonly resultPath: string;
  readonly artifactPath: string;
  readonly stdoutPath: string;
  readonly stderrPath: string;
}

export interface TrialRequest {
  readonly benchmark: string;
  readonly seed: number;
  /** Absolute, or empty when the benchmark has none. */
  readonly corpusPath: string;
  readonly repetitionIndex: number;
  readonly repetitionTotal: number;
  readonly wantsArtifact: boolean;
}

export interface WorkloadWorld {
  readonly files: Files;
  readonly artifacts: ArtifactStore;
}

/** How a trial is executed and read. The process itself is run by the engine, through the sandbox. */
export interface Workload {
  readonly kind: 'protocol' | 'command';
  /** Text for `/bin/sh -c`. Throws UsageError for a template that can't be filled. */
  readonly command: (files: TrialFiles) => string;
  /** Writes what the command needs before it starts. */
  readonly prepare: (request: TrialRequest, files: TrialFiles, world: WorkloadWorld) => Promise<void>;
  /** Reads what the command left; every ending becomes an observation, none an exception. */
  readonly observe: (
    ending: ProcessEnding,
    request: TrialRequest,
    files: TrialFiles,
    world: WorkloadWorld,
  ) => Promise<Observation>;
}
