import { at } from './at.ts';

/** The stakes of the mixture; each bets tanh(stake · relative rank) of its wealth on the next sign. */
export const STAKES: readonly number[] = [0.8, 1.6, 3.2];

/**
 * The logarithm by which one observation multiplies the wealth of one stake.
 * @param doubledRank twice the number of earlier magnitudes that are smaller, plus the number that are equal
 * @param n the observations so far, this one included
 * @param sign 1 towards the side under test, −1 away from it, 0 on tau
 */
export function logFactor(stake: number, doubledRank: number, n: number, sign: number): number {
  return Math.log1p(sign * Math.tanh((stake * (doubledRank + 1)) / (2 * n)));
}

/** The mean of the exponentials: the evidence of a mixture whose stakes have these log-wealths. */
export function meanExp(logs: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < logs.length; k++) sum += Math.exp(at(logs, k));
  return sum / logs.length;
}

/** 2 when `other` is below `value`, 1 when they are equal, else 0: what one pair adds to a doubled rank. */
export function doubledOrder(other: number, value: number): number {
  if (other < value) return 2;
  return other === value ? 1 : 0;
}
