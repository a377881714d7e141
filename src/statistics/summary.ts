import { at } from './at.ts';
import { midpoint } from './midpoint.ts';
import { requireFinite, requireLength } from './preconditions.ts';

/** z(0.99) and z(0.80), as printed in the source of the formula. */
const Z_SIZE = 2.33;
const Z_POWER = 0.84;
/** Variance of a signed-rank test relative to a t test on normal data: the inverse of its efficiency 3/π. */
const RANK_COST = Math.PI / 3;

/**
 * The middle value, or the mean of the middle two.
 * @returns a value in the unit of the input
 * @throws RangeError when there are no values, or one is not finite
 */
export function median(values: readonly number[]): number {
  requireFinite(values, 1);
  const sorted = Float64Array.from(values).sort();
  const upper = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? at(sorted, upper) : midpoint(at(sorted, upper - 1), at(sorted, upper));
}

/**
 * The arithmetic mean, summed from left to right.
 * @returns a value in the unit of the input; exactly the common value when all are equal and finite. NaN and infinities
 * propagate, and a sum beyond the largest double is infinite
 * @throws RangeError when there are no values
 */
export function mean(values: readonly number[]): number {
  requireLength(values, 1);
  if (isConstant(values)) return at(values, 0);
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * The sample variance, Σ(x − mean)²/(n − 1), summed from left to right.
 * @returns a value >= 0 in the squared unit of the input; exactly 0 when all values are equal and finite. NaN and
 * infinities give NaN or Infinity
 * @throws RangeError when there are fewer than 2 values, or the square of a finite deviation overflows
 */
export function variance(values: readonly number[]): number {
  requireLength(values, 2);
  if (isConstant(values)) return 0;
  const centre = mean(values);
  let sum = 0;
  for (const value of values) {
    const deviation = value - centre;
    const square = deviation * deviation;
    if (square === Infinity && Number.isFinite(deviation)) {
      throw new RangeError(`the square of the deviation ${deviation} is too large for a double`);
    }
    sum += square;
  }
  return sum / (values.length - 1);
}

/**
 * The sample standard deviation, with n − 1 in the denominator.
 * @returns a value >= 0 in the unit of the input; exactly 0 when all values are equal and finite
 * @throws RangeError when there are fewer than 2 values, or the square of a finite deviation overflows
 */
export function standardDeviation(values: readonly number[]): number {
  return Math.sqrt(variance(values));
}

/**
 * The true effect that a one-sided 1 % signed-rank test of n pairs finds 80 % of the time:
 * (2.33 + 0.84)·sd·√(π/3)/√n (Lehmann 1975, normal approximation). Below about 20 pairs it is optimistic: multiply by
 * 1.25 at n = 10.
 * @param sd standard deviation of one paired difference
 * @param n number of pairs
 * @returns an effect in the unit of sd: a log-ratio δ where sd is one, a factor e^δ
 * @throws RangeError unless sd >= 0 is finite and n is an integer of at least 1
 */
export function minimumDetectableEffect(sd: number, n: number): number {
  requireSpread(sd);
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`n must be an integer of at least 1, got ${n}`);
  return (Z_SIZE + Z_POWER) * sd * Math.sqrt(RANK_COST / n);
}

/**
 * The pairs a one-sided 1 % signed-rank test needs to find an effect 80 % of the time: the smallest n with
 * `minimumDetectableEffect(sd, n) <= effect`, that is ((2.33 + 0.84)·sd/effect)²·π/3 rounded up, at least 1.
 * @param sd standard deviation of one paired difference
 * @param effect in the same unit; its sign doesn't matter
 * @returns an integer of at least 1, Infinity when the quotient overflows
 * @throws RangeError unless sd >= 0 is finite and effect is finite and not 0
 */
export function pairsForEffect(sd: number, effect: number): number {
  requireSpread(sd);
  if (!Number.isFinite(effect) || effect === 0) throw new RangeError(`effect must be finite and not 0, got ${effect}`);
  const ratio = ((Z_SIZE + Z_POWER) * sd) / effect;
  return Math.max(1, Math.ceil(ratio * ratio * RANK_COST));
}

function isConstant(values: readonly number[]): boolean {
  const first = at(values, 0);
  return Number.isFinite(first) && values.every((value) => value === first);
}

function requireSpread(sd: number): void {
  if (!(sd >= 0 && sd < Infinity)) throw new RangeError(`sd must be finite and not negative, got ${sd}`);
}
