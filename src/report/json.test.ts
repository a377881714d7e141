import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runReport, verdict } from '../../fixtures/run-reports.ts';
import { toJson } from './json.ts';

it('toJson() writes what JSON has no word for as text', () => {
  expect(toJson({ a: Number.NaN, b: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], c: 2n ** 64n, d: -0 })).toBe(
    '{\n  "a": "NaN",\n  "b": [\n    "Infinity",\n    "-Infinity"\n  ],\n  "c": "18446744073709551616",\n  "d": 0\n}\n',
  );
});

it('toJson() keeps a report, its names and a key __proto__', () => {
  const report = runReport([verdict({ experiment: '::error::\u001b' })], {
    differences: Object.fromEntries([['__proto__', 'here']]),
  });
  const text = toJson(report);
  expect(text).toContain('"__proto__": "here"');
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(report)));
  expect(text).not.toMatch(/^\s*::/m);
});

it('toJson() round-trips JSON and ends with one line break', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = toJson(value);
      expect(text.endsWith('\n')).toBe(true);
      expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
    }),
  );
});
