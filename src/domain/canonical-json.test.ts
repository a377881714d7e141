import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { jsonDepthLimit, nestsTooDeeply } from './json-depth.ts';

it('canonicalJson() sorts keys at every level and leaves undefined members out', () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: null, '10': 0, '9': 0 })).toBe(
    '{"9":0,"10":0,"a":null,"b":[{"d":1}]}',
  );
});

it('canonicalJson() does not depend on the order of keys', () => {
  const shuffled = fc
    .dictionary(fc.string(), fc.jsonValue())
    .chain((value) =>
      fc.tuple(
        fc.constant(value),
        fc.shuffledSubarray(Object.entries(value), { minLength: Object.keys(value).length }),
      ),
    );
  fc.assert(
    fc.property(shuffled, ([value, entries]) => {
      expect(canonicalJson(Object.fromEntries(entries))).toBe(canonicalJson(value));
    }),
  );
});

it('canonicalJson() tells apart what is not finite, and keeps the key __proto__', () => {
  const special = [null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  expect(new Set(special.map((value) => canonicalJson({ value }))).size).toBe(special.length);
  expect(canonicalJson(JSON.parse('{"a":1,"__proto__":{"b":1}}'))).toBe('{"__proto__":{"b":1},"a":1}');
});

it('nestsTooDeeply() counts levels, and survives any number of them', () => {
  const nested = (depth: number): unknown => JSON.parse('[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2));
  expect([1, 'a', null, undefined, [], {}].some(nestsTooDeeply)).toBe(false);
  expect(nestsTooDeeply(nested(jsonDepthLimit))).toBe(false);
  expect(nestsTooDeeply(nested(jsonDepthLimit + 2))).toBe(true);
  expect(nestsTooDeeply(nested(200_000))).toBe(true);
});
