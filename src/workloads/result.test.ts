import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { GoldenNumber } from '../../fixtures/shared-data.ts';
import { golden, isNear, itGolden } from '../../fixtures/shared-data.ts';
import type { Json } from '../domain/observation.ts';
import { type ProjectResult, readResult } from './result.ts';

interface ProtocolVector {
  readonly json: string;
  readonly ok: boolean;
  readonly error_type?: string;
  readonly result?: {
    readonly status: string;
    readonly metric: GoldenNumber | null;
    readonly metric_components: Json;
    readonly wall_clock_seconds: Json;
    readonly metadata: Json;
    readonly message: Json;
  };
}

/** Golden texts that we read otherwise: a list of samples, and integers too large for a double (non_finite_metric). */
function isReadOtherwise({ json, error_type: type }: ProtocolVector): boolean {
  return /"metric":\s*\[/.test(json) || type === 'OverflowError';
}

itGolden('readResult() reads every golden result text as benchstone does', () => {
  for (const vector of golden<ProtocolVector>('protocol', 30)) {
    if (isReadOtherwise(vector)) continue;
    const reading = readResult(vector.json);
    expect(reading.ok, vector.json).toBe(vector.ok);
    if (!reading.ok) {
      const isSyntax = vector.error_type === 'JSONDecodeError';
      expect(reading.failure.reason, vector.json).toBe(isSyntax ? 'result_not_json' : 'result_invalid');
      continue;
    }
    const { result } = reading;
    expect(isNear(result.metric, vector.result?.metric), vector.json).toBe(true);
    expect(result, vector.json).toMatchObject({
      status: vector.result?.status,
      components: vector.result?.metric_components,
      wallClockSeconds: vector.result?.wall_clock_seconds,
      metadata: vector.result?.metadata,
      message: vector.result?.message,
    });
  }
});

function read(text: string): ProjectResult {
  const reading = readResult(text);
  if (!reading.ok) throw new Error(reading.failure.detail);
  return reading.result;
}

it.each([
  ['1', 1],
  ['"1_0.5e1"', 105],
  ['" \\u00a01\\u2003"', 1],
  ['"-inf"', Number.NEGATIVE_INFINITY],
  ['false', 0],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['1e400', Number.POSITIVE_INFINITY],
  [`1${'0'.repeat(309)}`, Number.POSITIVE_INFINITY],
  ['[3, 1, 2]', 2],
  ['[4, 1, 2, 3]', 2.5],
  ['[1.6e308, 1.6e308]', 1.6e308],
  ['[1, NaN]', Number.NaN],
])('readResult() takes the metric %s for %d', (metric, expected) => {
  expect(read(`{"status":"ok","metric":${metric}}`).metric).toBe(expected);
});

it.each([
  '"0x10"',
  '"1e"',
  '"_1"',
  '"1__0"',
  '"\\ufeff1"',
  '"1 2"',
  '"nano"',
  '"\\u00001.5"',
  '{}',
  '[]',
  '[1, "2"]',
  '[[1]]',
  '[null]',
  '[true]',
  '["\\u00005"]',
])('readResult() refuses the metric %s', (metric) => {
  expect(readResult(`{"status":"ok","metric":${metric}}`)).toMatchObject({
    ok: false,
    failure: { reason: 'result_invalid', detail: expect.stringContaining('"metric"') },
  });
});

it.each([
  '{"status":"ok","metric":NaN,NaN:1}',
  '{"status":"ok","metric":-NaN}',
  '{"status":"ok","metric":+Infinity}',
  '{"status":"ok","metric":NaNNaN}',
  '{"status":"ok","metric":Infinity',
  '{"status":"ok","metric":NaN,"message":"open',
  '',
  '{"status":"ok","metric":01}',
  "{'status':'ok'}",
])('readResult() says that %s is not JSON', (text) => {
  expect(readResult(text)).toMatchObject({ ok: false, failure: { reason: 'result_not_json' } });
});

it('readResult() keeps words inside strings and writes the others of metadata as text', () => {
  const result = read(
    '{"status":"ok","metric":NaN,"message":"NaN \\" Infinity","metadata":{"a":[NaN,-Infinity],"b":1e999}}',
  );
  expect(result.message).toBe('NaN " Infinity');
  expect(result.metadata).toEqual({ a: ['NaN', '-Infinity'], b: 'Infinity' });
});

it('readResult() reads hostile text of any size in short order and without an exception', () => {
  const million = 'a'.repeat(1e6);
  const texts = [
    `{"status":"ok","metric":NaN,"message":"${million.repeat(12)}"}`,
    `{"status":"ok","metric":NaN,"message":"${'\\n'.repeat(6e6)}"}`,
    `{"status":"ok","metric":"${'1'.repeat(1e6)}x"}`,
    `{"status":"ok","metric":"1${' '.repeat(1e6)}x"}`,
    `{"status":"ok","metric":"${'1_'.repeat(5e5)}"}`,
    `{"status":"ok","metric":${'NaN '.repeat(1e5)}}`,
    `{"status":"ok","metric":1,"metadata":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
    '{"a":'.repeat(1e5),
    `{"status":"${million}"}`,
  ];
  const started = performance.now();
  for (const text of texts) {
    const reading = readResult(text);
    if (!reading.ok) expect(reading.failure.detail.length).toBeLessThan(200);
  }
  expect(performance.now() - started).toBeLessThan(10_000);
});

it('readResult() refuses nesting that would break whoever writes it down', () => {
  const nested = (depth: number) => `{"status":"ok","metric":1,"metadata":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  expect(readResult(nested(199)).ok).toBe(true);
  expect(readResult(nested(200))).toMatchObject({ ok: false, failure: { reason: 'result_invalid' } });
});

it('readResult() gives back whatever JSON the components and the metadata are', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const result = read(`{"status":"ok","metric":1,"metric_components":${text},"metadata":{"m":${text}}}`);
      expect(JSON.stringify(result.components)).toBe(text);
      expect(JSON.stringify(result.metadata)).toBe(`{"m":${text}}`);
    }),
  );
});

it('readResult() never throws', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    'NaN',
    '-Infinity',
    '\\',
    'status',
    'ok',
    '1',
    'metric',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (text) => {
        readResult(text);
      },
    ),
    { numRuns: 500 },
  );
});
