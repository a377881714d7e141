import type { ErrorCode } from '../domain/errors.ts';

/** An `error` makes `benchgate doctor` fail; a `note` is something to know. */
export type Severity = 'error' | 'warning' | 'note';

/** What a finding is about; decides the exit code of an error. */
export type Area = 'workflow' | 'manifest' | 'ledger' | 'environment';

/** What is wrong with a workflow. */
export type WorkflowCode =
  | 'WORKFLOW_YAML'
  | 'WORKFLOW_SHAPE'
  | 'NO_WORKFLOW'
  | 'NOT_VISIBLE'
  | 'UNKNOWN_INPUT'
  | 'INPUT_VALUE'
  | 'PERMISSION_MISSING'
  | 'TOKEN_CAN_WRITE'
  | 'CREDENTIALS_PERSIST'
  | 'PULL_REQUEST_TARGET'
  | 'HEAD_CHECKED_OUT'
  | 'MEASURES_WITH_SECRETS'
  | 'CANCELS_LEDGER'
  | 'DROPS_WAITING_RUNS'
  | 'PUBLISH_CONDITION'
  | 'ARTIFACT_MISSING'
  | 'ARTIFACT_NAME'
  | 'ARTIFACT_CONDITION'
  | 'ARTIFACT_OVERWRITE'
  | 'SHARD_COUNT'
  | 'SHARD_MISSING'
  | 'MATRIX_OUTPUT'
  | 'REPORT_MISSING'
  | 'REPORT_UNTRIGGERED'
  | 'REPORT_WITHOUT_BUNDLES'
  | 'REPORT_TWICE'
  | 'DUPLICATE_CHECK'
  | 'WINDOWS_RUNNER'
  | 'CONTINUE_ON_ERROR'
  | 'PATH_FILTER'
  | 'MERGE_GROUP_MISSING'
  | 'LABEL_IGNORED'
  | 'TOKEN_LITERAL'
  | 'ACTION_UNKNOWN'
  | 'COMMAND_LINE_USE'
  | 'UNPINNED'
  | 'FETCH_DEPTH';

/** What the doctor says of the machine besides the errors that commands would stop with. */
export type MachineCode =
  | 'GIT'
  | 'ISOLATION'
  | 'MANIFEST'
  | 'COMMAND_OUTSIDE_HARNESS'
  | 'LEDGER'
  | 'TOKEN'
  | 'BRANCH_PROTECTION';

export interface Finding {
  readonly code: WorkflowCode | MachineCode | ErrorCode;
  readonly severity: Severity;
  readonly area: Area;
  /** Relative to the repository, or the name of what is no file. */
  readonly path: string;
  /** From 1; null when there is no line to show. */
  readonly line: number | null;
  readonly message: string;
  readonly nextStep: string;
}

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** The findings without repetitions: errors first, then by path, line and code. */
export function sorted(findings: readonly Finding[]): readonly Finding[] {
  const unique = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  return [...unique.values()].sort(
    (first, second) =>
      ranks[first.severity] - ranks[second.severity] ||
      compare(first.path, second.path) ||
      (first.line ?? 0) - (second.line ?? 0) ||
      compare(first.code, second.code) ||
      compare(first.message, second.message),
  );
}

function compare(first: string, second: string): number {
  return first < second ? -1 : first > second ? 1 : 0;
}
