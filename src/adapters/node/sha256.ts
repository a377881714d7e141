import { createHash } from 'node:crypto';
import type { Sha256 } from '../../ports/randomness.ts';

/** Lower-case hex, without a prefix. */
export const sha256: Sha256 = (data) => createHash('sha256').update(data).digest('hex');
