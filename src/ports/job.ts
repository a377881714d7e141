/** What a CI job offers besides its log: outputs, a summary, annotations, masks, state for the post step. */

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly title: string;
  /** Relative to the repository's top; null for none. */
  readonly path: string | null;
  /** From 1. */
  readonly line: number | null;
}

export interface Job {
  /** Text that the log may show; whatever is in it, the runner executes none of it. */
  readonly say: (text: string) => void;
  readonly annotate: (annotation: Annotation) => void;
  /** Adds to the job's summary. False when it can't be written, or would not fit in the 1 MiB that a step has. */
  readonly summarise: (markdown: string) => Promise<boolean>;
  readonly output: (name: string, value: string) => void;
  /** Hides a value, and its base64 form, in everything the job logs. */
  readonly mask: (secret: string) => void;
  /** Kept for the post step of the same action. */
  readonly remember: (name: string, value: string) => void;
  readonly recall: (name: string) => string;
}
