import { describe, expect, it } from 'vitest';
import { createMersenneTwister, deriveSeeds } from './mersenne-twister.ts';

describe('createMersenneTwister()', () => {
  it('createMersenneTwister() gives the outputs of Python, across blocks of state', () => {
    const generator = createMersenneTwister(42n);
    const outputs = Array.from({ length: 1000 }, () => generator.nextUint32());
    expect(outputs.slice(0, 4)).toEqual([2746317213, 478163327, 107420369, 3184935163]);
    expect(outputs.slice(622, 626)).toEqual([902271852, 2929454134, 1071722055, 2864457210]);
    expect(outputs.at(-1)).toBe(4212168831);
  });

  it('createMersenneTwister() gives independent streams', () => {
    const [first, second] = [createMersenneTwister(1n), createMersenneTwister(1n)];
    expect(first.nextUint32()).toBe(second.nextUint32());
    first.nextUint32();
    expect(second.nextUint32()).not.toBe(first.nextUint32());
  });
});

describe('deriveSeeds()', () => {
  it('deriveSeeds() keeps the outputs below 2^31', () => {
    expect(deriveSeeds(42n, 3)).toEqual([478163327, 107420369, 1181241943]);
    expect(deriveSeeds(9007199254740993n, 2)).toEqual([1512486810, 1330909561]);
    expect(deriveSeeds(0n, 2)).toEqual([1654615998, 1806341205]);
  });

  it('deriveSeeds() ignores the sign and refuses a negative count', () => {
    expect(deriveSeeds(-5n, 4)).toEqual(deriveSeeds(5n, 4));
    expect(deriveSeeds(5n, 0)).toEqual([]);
    expect(() => deriveSeeds(5n, -1)).toThrow(RangeError);
  });

  it('deriveSeeds() uses every word of a seed longer than the state', () => {
    const long = 1n << (32n * 700n);
    expect(deriveSeeds(long, 2)).toEqual([1650708988, 337708353]);
    expect(deriveSeeds(long + 1n, 2)).not.toEqual(deriveSeeds(long, 2));
  });
});
