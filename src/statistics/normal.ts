import { requireOpenUnit } from './preconditions.ts';

const SQRT_TWO_PI = Math.sqrt(2 * Math.PI);
/** Beyond this |z| the density is below the smallest positive double. */
const VANISHING = 39;

/**
 * P(Z <= z) for a standard normal Z.
 * @returns a probability in [0, 1], to about 1e-14 relative in both tails (0 below z = -39)
 * @throws RangeError when z is NaN
 */
export function normalCdf(z: number): number {
  return normalSf(-z);
}

/**
 * P(Z >= z) for a standard normal Z: Laplace's continued fraction outside [-1, 1], the odd power series inside
 * (Abramowitz & Stegun 1964, 26.2.14 and 26.2.11).
 * @returns a probability in [0, 1], to about 1e-14 relative in both tails (0 above z = 39)
 * @throws RangeError when z is NaN
 */
export function normalSf(z: number): number {
  if (Number.isNaN(z)) throw new RangeError('z must be a number, got NaN');
  if (z > VANISHING) return 0;
  if (z < -1) return 1 - normalSf(-z);
  return z <= 1 ? 0.5 - centralArea(z) : density(z) * millsRatio(z);
}

/**
 * The z with P(Z <= z) = p: Newton's method on the central area, or on the logarithm of the tail, started from
 * Hastings' approximation (Abramowitz & Stegun 1964, 26.2.23).
 * @returns z, to about 1e-15 relative; exactly 0 for p = 1/2, and antisymmetric: z(1 - p) = -z(p)
 * @throws RangeError unless 0 < p < 1
 */
export function normalQuantile(p: number): number {
  requireOpenUnit(p, 'p');
  if (p > 0.5) return 0 - normalQuantile(1 - p);
  return p > 0.25 ? centralQuantile(p - 0.5) : -upperQuantile(p);
}

function density(z: number): number {
  const coarse = Math.trunc(z * 16) / 16;
  return (Math.exp((-coarse * coarse) / 2) * Math.exp((-(z - coarse) * (z + coarse)) / 2)) / SQRT_TWO_PI;
}

/** P(0 <= Z <= z), signed, for |z| <= 1. */
function centralArea(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; Math.abs(term) > Math.abs(sum) * 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return density(z) * sum;
}

/** P(Z >= z) divided by the density at z, for z >= 0.6. */
function millsRatio(z: number): number {
  let rest = 0;
  for (let k = 30 + Math.ceil(600 / (z * z)); k >= 1; k--) rest = k / (z + rest);
  return 1 / (z + rest);
}

function centralQuantile(area: number): number {
  let z = area * SQRT_TWO_PI;
  for (let step = 0; step < 6; step++) z += (area - centralArea(z)) / density(z);
  return z;
}

function upperQuantile(tail: number): number {
  const logTail = Math.log(tail);
  const t = Math.sqrt(-2 * logTail);
  const numerator = 2.515517 + t * (0.802853 + t * 0.010328);
  const denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  let z = t - numerator / denominator;
  for (let step = 0; step < 4; step++) {
    const mills = millsRatio(z);
    const logDensity = (-z * z) / 2 - Math.log(SQRT_TWO_PI);
    z += (logDensity + Math.log(mills) - logTail) * mills;
  }
  return z;
}
