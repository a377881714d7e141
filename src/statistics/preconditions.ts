/**
 * Demands a sample of finite numbers.
 * @throws RangeError when there are fewer than `atLeast` values, or one is NaN or infinite
 */
export function requireFinite(values: readonly number[], atLeast: number): void {
  requireLength(values, atLeast);
  for (const value of values) {
    if (!Number.isFinite(value)) throw new RangeError(`every value must be finite, one is ${value}`);
  }
}

/**
 * Demands a sample that can be sorted: infinities are allowed, NaN is not.
 * @throws RangeError when there are fewer than `atLeast` values, or one is NaN
 */
export function requireOrdered(values: readonly number[], atLeast: number): void {
  requireLength(values, atLeast);
  for (const value of values) {
    if (Number.isNaN(value)) throw new RangeError('NaN has no place in an order');
  }
}

/**
 * Demands a minimum number of values.
 * @throws RangeError when there are fewer than `atLeast` values
 */
export function requireLength(values: readonly number[], atLeast: number): void {
  if (values.length < atLeast) throw new RangeError(`at least ${atLeast} values are needed, got ${values.length}`);
}

/**
 * Demands a number strictly between 0 and 1.
 * @throws RangeError otherwise, naming the argument
 */
export function requireOpenUnit(value: number, name: string): void {
  if (!(value > 0 && value < 1)) throw new RangeError(`${name} must lie strictly between 0 and 1, got ${value}`);
}

/**
 * Demands a whole number of things.
 * @throws RangeError when `value` is not a safe integer or is below `atLeast`, naming the argument
 */
export function requireCount(value: number, name: string, atLeast: number): void {
  if (!Number.isSafeInteger(value) || value < atLeast) {
    throw new RangeError(`${name} must be an integer of at least ${atLeast}, got ${value}`);
  }
}

/**
 * Demands numbers that can be probabilities.
 * @throws RangeError when one is below 0, above 1 or NaN
 */
export function requireProbabilities(values: readonly number[]): void {
  for (const value of values) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`a probability lies between 0 and 1, got ${value}`);
  }
}
