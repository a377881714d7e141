import { at } from './at.ts';
import { requireCount } from './preconditions.ts';

const STATE = 624;
const SHIFT = 397;

/** A stream of pseudo-random 32-bit integers. */
export interface MersenneTwister {
  /** The next output: an integer in [0, 2^32). */
  nextUint32(): number;
}

/**
 * MT19937 (Matsumoto & Nishimura 1998), seeded as Python's `random.Random(seed)` seeds it: `init_by_array` with the
 * little-endian 32-bit words of |seed|, at least one word.
 * @param seed any integer; its sign is ignored
 * @returns a generator with its own state
 */
export function createMersenneTwister(seed: bigint): MersenneTwister {
  const state = seeded(wordsOf(seed < 0n ? -seed : seed));
  let next = STATE;
  return {
    nextUint32(): number {
      if (next === STATE) {
        twist(state);
        next = 0;
      }
      return temper(at(state, next++));
    },
  };
}

/**
 * Seeds derived from one seed, as benchstone 0.2.0 derives them: the outputs of the generator below 2^31, in order.
 * @returns `count` integers in [0, 2^31); the same for −metaSeed as for metaSeed
 * @throws RangeError unless count is a non-negative integer
 */
export function deriveSeeds(metaSeed: bigint, count: number): number[] {
  requireCount(count, 'count', 0);
  const generator = createMersenneTwister(metaSeed);
  const seeds: number[] = [];
  while (seeds.length < count) {
    const output = generator.nextUint32();
    if (output < 2 ** 31) seeds.push(output);
  }
  return seeds;
}

function wordsOf(magnitude: bigint): Uint32Array {
  const words = [Number(BigInt.asUintN(32, magnitude))];
  for (let rest = magnitude >> 32n; rest > 0n; rest >>= 32n) words.push(Number(BigInt.asUintN(32, rest)));
  return Uint32Array.from(words);
}

function seeded(key: Uint32Array): Uint32Array {
  const state = new Uint32Array(STATE);
  state[0] = 19650218;
  for (let i = 1; i < STATE; i++) state[i] = Math.imul(1812433253, folded(state, i)) + i;
  let i = 1;
  for (let step = 0; step < Math.max(STATE, key.length); step++) {
    const j = step % key.length;
    state[i] = (at(state, i) ^ Math.imul(1664525, folded(state, i))) + at(key, j) + j;
    i = following(state, i);
  }
  for (let step = 0; step < STATE - 1; step++) {
    state[i] = (at(state, i) ^ Math.imul(1566083941, folded(state, i))) - i;
    i = following(state, i);
  }
  state[0] = 0x80000000;
  return state;
}

function folded(state: Uint32Array, i: number): number {
  const previous = at(state, i - 1);
  return previous ^ (previous >>> 30);
}

function following(state: Uint32Array, i: number): number {
  if (i + 1 < STATE) return i + 1;
  state[0] = at(state, STATE - 1);
  return 1;
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < STATE; i++) {
    const joined = (at(state, i) & 0x80000000) | (at(state, (i + 1) % STATE) & 0x7fffffff);
    state[i] = at(state, (i + SHIFT) % STATE) ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
  }
}

function temper(word: number): number {
  let y = word ^ (word >>> 11);
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}
