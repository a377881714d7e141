export interface Clock {
  /** UTC, ISO 8601 with milliseconds. */
  readonly now: () => string;
  /** Seconds from an arbitrary start; never goes backwards. */
  readonly monotonicSeconds: () => number;
}
