import { at } from './at.ts';
import { requireCount, requireFinite } from './preconditions.ts';
import { doubledOrder, logFactor, meanExp, STAKES } from './rank-wealth.ts';

export { rankEInterval } from './rank-e-interval.ts';

/** The deviation from `tau` that counts as evidence. */
export type Side = 'greater' | 'less';

/** A rank e-process after some observations. Plain data: it may be stored, and continued with `pushRankE`. */
export interface RankE {
  /** The location under test. */
  readonly tau: number;
  /** 'greater' gathers evidence against "at most tau", 'less' against "at least tau". */
  readonly side: Side;
  /** |d − tau| of each observation, in order of arrival. */
  readonly magnitudes: readonly number[];
  /** Natural logarithm of the wealth of each stake. */
  readonly logs: readonly number[];
  /** The evidence now: >= 0, expected value 1 under the null whenever one stops. */
  readonly e: number;
  /** The largest evidence after any observation so far; 1 before the first. P(it ever reaches 1/alpha) <= alpha. */
  readonly maxE: number;
}

/**
 * The process before any observation: evidence 1.
 * @param tau finite, in the unit of the observations
 * @throws RangeError when tau is not finite
 */
export function startRankE(tau: number, side: Side): RankE {
  requireFinite([tau], 1);
  return { tau, side, magnitudes: [], logs: STAKES.map(() => 0), e: 1, maxE: 1 };
}

/**
 * The process after one more observation. With z the signed distance from tau towards `side` and u the rank of |z|
 * among all magnitudes so far, ties averaged, less 1/2 and divided by their number, each stake c multiplies its wealth
 * by 1 + sign(z)·tanh(c·u); a z of 0 leaves the wealth alone. The evidence is the mean wealth: a test martingale,
 * since given the magnitudes and the past the sign is a fair coin at tau (Ville 1939; Ramdas et al. 2023 on
 * e-processes).
 * @param d finite, in the unit of tau
 * @returns a new state; `state` is not changed
 * @throws RangeError when d is not finite
 */
export function pushRankE(state: RankE, d: number): RankE {
  requireFinite([d], 1);
  const z = state.side === 'greater' ? d - state.tau : state.tau - d;
  const magnitude = Math.abs(z);
  const doubledRank = state.magnitudes.reduce((sum, other) => sum + doubledOrder(other, magnitude), 0);
  const n = state.magnitudes.length + 1;
  const logs = state.logs.map((log, k) => log + logFactor(at(STAKES, k), doubledRank, n, Math.sign(z)));
  const e = meanExp(logs);
  const maxE = n === 1 ? e : Math.max(state.maxE, e);
  return { tau: state.tau, side: state.side, magnitudes: [...state.magnitudes, magnitude], logs, e, maxE };
}

/**
 * The evidence of a whole sequence; `pushRankE` states the formula.
 * @param d finite values in order of arrival
 * @returns the evidence after the last value and the largest after any value; both 1 for an empty sequence
 * @throws RangeError when tau or a value is not finite
 */
export function rankE(d: readonly number[], tau: number, side: Side): { e: number; maxE: number } {
  const { e, maxE } = d.reduce(pushRankE, startRankE(tau, side));
  return { e, maxE };
}

/**
 * The largest evidence that n observations can carry: all on the same side of tau, each farther than the last.
 * @returns at least 1 (n = 0), nearly doubling with each observation; Infinity from n = 1 027
 * @throws RangeError unless n is a non-negative integer
 */
export function largestRankE(n: number): number {
  requireCount(n, 'n', 0);
  const logs = STAKES.map((stake) => {
    let log = 0;
    for (let i = 1; i <= n; i++) log += logFactor(stake, 2 * (i - 1), i, 1);
    return log;
  });
  return meanExp(logs);
}

/**
 * The fewest observations that can carry this much evidence.
 * @returns the smallest n with `largestRankE(n) >= threshold`; 0 for a threshold of at most 1
 * @throws RangeError when the threshold is not finite
 */
export function pairsToReach(threshold: number): number {
  requireFinite([threshold], 1);
  let n = 0;
  while (largestRankE(n) < threshold) n++;
  return n;
}
