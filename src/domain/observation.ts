export type Arm = 'baseline' | 'candidate';

/** Why a trial yielded no metric. Every way a process can end, and every way its result can be unusable. */
export type FailureReason =
  | 'spawn_failed'
  | 'exit_code'
  | 'signal'
  | 'timed_out'
  | 'output_too_large'
  | 'result_missing'
  | 'result_too_large'
  | 'result_not_json'
  | 'result_invalid'
  | 'non_finite_metric'
  | 'reported_error'
  | 'artifact_missing'
  | 'artifact_too_large'
  | 'interrupted';

export interface Failure {
  readonly reason: FailureReason;
  /** One line for a person; bounded, and never trusted as markup. */
  readonly detail: string;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What one trial yielded: a finite metric, or a failure with its reason. Never absent. */
export type Observation =
  | {
      readonly status: 'ok';
      /** Null only for a correctness benchmark whose evidence is the artifact. */
      readonly metric: number | null;
      /** Raw samples when the runner returned several; `metric` is then their median. */
      readonly samples: readonly number[] | null;
      readonly artifactHash: string | null;
      readonly components: Json;
      readonly metadata: Json;
      readonly message: string | null;
      readonly wallSeconds: number;
    }
  | {
      readonly status: 'error';
      readonly failure: Failure;
      /** An artifact or a metric may exist although the trial failed; it is shown and never judged. */
      readonly artifactHash: string | null;
      readonly metadata: Json;
      readonly wallSeconds: number;
    };

/** Failed trials up to this share are left out with a warning: one flake in twenty must not condemn a revision for ever. */
export const toleratedFailureShare = 0.05;

/** Why a trial was run. benchstone's selection reads the first two only (DESIGN §10). */
export type Purpose = 'baseline' | 'fresh' | 'paired' | 'calibration' | 'confirm';
