/** Where words for people go. Machine output goes to `out`, everything else to `error`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether `error` is a person's terminal: a line may then be rewritten in place. */
  readonly interactive: boolean;
  /** Columns of the terminal, 80 when unknown. */
  readonly columns: number;
}

/** What a use case says while it works. Plain lines in CI, one rewritten line on a terminal. */
export interface Progress {
  readonly step: (text: string) => void;
  /** Stays on the screen. */
  readonly note: (text: string) => void;
  readonly done: () => void;
}
