/** A workflow as far as the checks look at it. Every part knows its line (from 1). */

export interface Text {
  readonly text: string;
  readonly line: number;
}

export type Level = 'none' | 'read' | 'write';

/** What a `permissions` key says; a scope that it does not list is `none`. */
export interface Permissions {
  readonly line: number;
  readonly all: Level | null;
  readonly scopes: ReadonlyMap<string, Level>;
}

export interface Concurrency {
  readonly line: number;
  readonly group: string;
  /** As written, `false` when it is not. */
  readonly cancelInProgress: Text;
}

export interface Step {
  readonly line: number;
  readonly id: string | null;
  readonly uses: Text | null;
  readonly run: Text | null;
  readonly condition: Text | null;
  readonly continueOnError: Text | null;
  readonly with: ReadonlyMap<string, Text>;
  readonly env: ReadonlyMap<string, Text>;
}

export interface Matrix {
  readonly line: number;
  /** Values by name; null for what is computed when the workflow runs. */
  readonly values: ReadonlyMap<string, readonly string[] | null>;
  /** `include` and `exclude` are not worked out, nor is a matrix that is one expression. */
  readonly open: boolean;
}

export interface Job {
  readonly id: string;
  readonly line: number;
  /** A reusable workflow that is called instead of steps. */
  readonly uses: Text | null;
  readonly condition: Text | null;
  readonly continueOnError: Text | null;
  /** Labels of the machine; also those that are computed. */
  readonly runsOn: readonly Text[];
  readonly needs: readonly string[];
  readonly permissions: Permissions | null;
  readonly concurrency: Concurrency | null;
  readonly matrix: Matrix | null;
  readonly env: ReadonlyMap<string, Text>;
  readonly steps: readonly Step[];
}

/** What an event is narrowed to, by the key: `types`, `branches`, `paths`, `paths-ignore`, `workflows`, … */
export type Filters = ReadonlyMap<string, Filter>;

export interface Filter {
  readonly line: number;
  readonly values: readonly Text[];
}

export interface Workflow {
  readonly path: string;
  /** What `workflow_run` of another workflow calls it: its name, or its path when it has none. */
  readonly name: string;
  /** Event names with their lines. */
  readonly events: ReadonlyMap<string, number>;
  /** Filters of each event; an event without any is not listed. */
  readonly filters: ReadonlyMap<string, Filters>;
  /** `on.workflow_run.workflows`. */
  readonly runsAfter: readonly Text[];
  readonly permissions: Permissions | null;
  readonly concurrency: Concurrency | null;
  readonly env: ReadonlyMap<string, Text>;
  readonly jobs: readonly Job[];
}

/** A file of `.github/workflows`. */
export interface WorkflowFile {
  /** Relative to the repository's top, with `/`. */
  readonly path: string;
  readonly text: string;
}
