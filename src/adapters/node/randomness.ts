import { randomBytes } from 'node:crypto';
import type { Randomness } from '../../ports/randomness.ts';

/** The operating system's randomness. */
export const systemRandomness: Randomness = {
  metaSeed: () => randomBytes(8).readBigUInt64BE() >> 1n,
  token: () => randomBytes(16).toString('hex'),
};
