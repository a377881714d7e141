export interface Randomness {
  /** Uniform in [0, 2^63). */
  readonly metaSeed: () => bigint;
  /** Lower-case hex, 128 bits. */
  readonly token: () => string;
}

/** Lower-case hex of the SHA-256 of the bytes; text is hashed as UTF-8. Deterministic, so pure rooms may be handed one. */
export type Sha256 = (data: Uint8Array | string) => string;
