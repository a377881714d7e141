/**
 * The element of an array at a position that must exist.
 * @returns `values[index]`
 * @throws RangeError when there is no such element
 */
export function at(values: ArrayLike<number>, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`no element ${index} in an array of ${values.length}`);
  return value;
}

/**
 * `at` for tables of floats in inner loops: it meets one kind of array only, which keeps it as fast as a plain read.
 * @returns `table[index]`
 * @throws RangeError when there is no such element
 */
export function cell(table: Float64Array, index: number): number {
  const value = table[index];
  if (value === undefined) throw new RangeError(`no element ${index} in a table of ${table.length}`);
  return value;
}
