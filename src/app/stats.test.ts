import fc from 'fast-check';
import { expect, it } from 'vitest';
import { golden, isNear, itGolden } from '../../fixtures/shared-data.ts';
import { answerStats } from './stats.ts';

type Answer = Readonly<Record<string, unknown>> & {
  readonly error?: { readonly code: string; readonly message: string };
};

function ask(request: unknown): Answer {
  return JSON.parse(answerStats(typeof request === 'string' ? request : JSON.stringify(request))) as Answer;
}

interface GateVector {
  readonly id: string;
  readonly gate_kind: string;
  readonly direction: string;
  readonly threshold: unknown;
  readonly manifest: { readonly repetitions: number; readonly baseline_seeds_count: number };
  readonly has_baseline: boolean;
  readonly baseline: readonly unknown[];
  readonly candidate: readonly unknown[];
  readonly verdict: string | null;
  readonly error?: string;
  readonly flags?: readonly string[];
  readonly via_store?: { readonly verdict: string; readonly z: number | null };
  readonly [key: string]: unknown;
}

function askGate(vector: GateVector): Answer {
  return ask({
    id: vector.id,
    stat: 'gate',
    policy: vector.gate_kind,
    direction: vector.direction,
    threshold: vector.threshold,
    baseline: vector.baseline,
    candidate: vector.candidate,
    baseline_seeds: vector.manifest.baseline_seeds_count,
    repetitions: vector.manifest.repetitions,
    ...(vector.has_baseline ? {} : { has_baseline: false }),
  });
}

/** Golden gates whose numbers are noise in benchstone: ours are z = 0 for equal samples, and NaN rows are dropped. */
function expected(vector: GateVector): { readonly verdict: unknown; readonly z: unknown; readonly means: boolean } {
  if (vector.flags?.includes('rounding-artefact') === true) return { verdict: 'REJECT', z: 0, means: false };
  if (vector.via_store !== undefined && vector.flags?.includes('nan') === true) {
    return { verdict: vector.via_store.verdict, z: vector.via_store.z, means: false };
  }
  return { verdict: vector.verdict, z: vector['z'] ?? null, means: true };
}

itGolden('answerStats() answers every golden gate, and an overflow with an error', () => {
  for (const vector of golden<GateVector>('gate', 200)) {
    const answer = askGate(vector);
    expect(answer['id']).toBe(vector.id);
    if (vector.error !== undefined) {
      expect(answer.error?.code, vector.id).toBe('OUT_OF_RANGE');
      continue;
    }
    const { verdict, z, means } = expected(vector);
    expect(answer['verdict'], vector.id).toBe(verdict);
    expect(isNear(answer['statistic'], z as number | null), `${vector.id}: ${String(answer['statistic'])}`).toBe(true);
    expect(answer['reason']).toMatch(/\S/);
    if (!means) continue;
    expect(isNear(answer['threshold'], vector['effective_threshold'] as number | null), vector.id).toBe(true);
    for (const key of ['baseline_mean', 'baseline_se', 'candidate_mean', 'candidate_se']) {
      expect(isNear(answer[key] ?? null, vector[key] as number | null), `${vector.id} ${key}`).toBe(true);
    }
  }
});

it.each([
  [
    { stat: 'wilson', successes: 46, n: 50, confidence: 0.95 },
    { low: 0.8116, high: 0.9685 },
  ],
  [
    { stat: 'mann_whitney', x: [4, 5, 6], y: [1, 2, 3], alternative: 'greater' },
    { statistic: 9, p: 0.05 },
  ],
  [
    { stat: 'mann_whitney', x: [4, 5, 6], y: [1, 2, 3] },
    { statistic: 9, p: 0.1 },
  ],
  [
    { stat: 'signed_rank', d: [1, 2, 3, 4, 0], alternative: 'greater' },
    { statistic: 10, p: 0.0625 },
  ],
  [{ stat: 'hodges_lehmann', d: [1, 2, 3], confidence: 0.5 }, { estimate: 2 }],
  [{ stat: 'rank_e', d: [0.05, 0.04, 0.06, -0.01], tau: 0, side: 'greater' }, { e: expect.any(Number) }],
] as const)('answerStats() answers %j', (request, numbers) => {
  const answer = ask({ id: 1, ...request });
  expect(answer.error).toBeUndefined();
  for (const [key, value] of Object.entries(numbers)) {
    if (typeof value === 'number') expect(answer[key]).toBeCloseTo(value, 3);
    else expect(answer[key]).toEqual(value);
  }
});

it('answerStats() answers holm, exact flags and infinite bounds', () => {
  expect(ask({ stat: 'holm', p: [0.01, 0.04, 0.03] })).toEqual({ adjusted: [0.03, 0.06, 0.06] });
  expect(ask({ stat: 'mann_whitney', x: [1], y: [2] })['exact']).toBe(true);
  expect(ask({ stat: 'hodges_lehmann', d: [1] })).toEqual({ estimate: 1, low: '-Infinity', high: 'Infinity' });
  const { e, max_e: max } = ask({ stat: 'rank_e', d: [1, 2, 3, -9] });
  expect(Number(max)).toBeGreaterThan(Number(e));
});

const gate = {
  stat: 'gate',
  policy: 'sigma',
  direction: 'minimize',
  threshold: 2,
  baseline: [1, 2],
  candidate: [1, 2],
};

it.each([
  [{ ...gate, baseline: null }, 'NO_BASELINE'],
  [{ ...gate, has_baseline: false }, 'NO_BASELINE'],
  [{ ...gate, candidate: [] }, 'NEEDS_MORE_DATA'],
  [
    { ...gate, candidate: [{ status: 'ok', metric: null }, null, 'NaN', { status: 'OK', metric: 1 }] },
    'NEEDS_MORE_DATA',
  ],
  [{ ...gate, candidate: [{ status: 'ok', metric: 1 }, 'Infinity', 2] }, 'REJECT'],
  [{ ...gate, threshold: '-Infinity' }, 'PROMOTE'],
  [{ ...gate, threshold: 'NaN' }, 'REJECT'],
  [{ ...gate, goal: 'no_regression' }, 'PASS'],
  [{ ...gate, goal: 'no_regression', candidate: ['Infinity', 'Infinity'] }, 'INVALID'],
  [{ ...gate, baseline_seeds: 3 }, 'NEEDS_MORE_DATA'],
  [{ ...gate, repetitions: 3 }, 'NEEDS_MORE_DATA'],
])('answerStats() gives %j the verdict %s', (request, verdict) => {
  expect(ask(request)).toMatchObject({ verdict });
});

it.each([
  ['BAD_FIELD', {}],
  ['BAD_FIELD', { stat: 5 }],
  ['UNKNOWN_STAT', { stat: 'median' }],
  ['UNKNOWN_STAT', { stat: '__proto__' }],
  ['UNKNOWN_STAT', { stat: 'constructor' }],
  ['BAD_FIELD', { stat: 'wilson', successes: '46', n: 50 }],
  ['BAD_FIELD', { stat: 'wilson', n: 50 }],
  ['OUT_OF_RANGE', { stat: 'wilson', successes: 51, n: 50 }],
  ['OUT_OF_RANGE', { stat: 'wilson', successes: 1, n: 2, confidence: 1 }],
  ['BAD_FIELD', { stat: 'mann_whitney', x: [1, '2'], y: [1] }],
  ['BAD_FIELD', { stat: 'mann_whitney', x: [1], y: { length: 1 } }],
  ['BAD_FIELD', { stat: 'mann_whitney', x: [1], y: [1], alternative: 'two-sided' }],
  ['OUT_OF_RANGE', { stat: 'mann_whitney', x: [], y: [1] }],
  ['OUT_OF_RANGE', { stat: 'hodges_lehmann', d: [] }],
  ['OUT_OF_RANGE', { stat: 'holm', p: [2] }],
  ['BAD_FIELD', { stat: 'rank_e', d: [1], side: 'two_sided' }],
  ['BAD_FIELD', { ...gate, policy: 'paired' }],
  ['BAD_FIELD', { ...gate, direction: undefined }],
  ['BAD_FIELD', { ...gate, threshold: '2' }],
  ['BAD_FIELD', { ...gate, baseline: undefined }],
  ['BAD_FIELD', { ...gate, baseline: ['1'] }],
  ['BAD_FIELD', { ...gate, baseline: [[1]] }],
  ['BAD_FIELD', { ...gate, baseline: [{ metric: 1 }] }],
  ['BAD_FIELD', { ...gate, baseline: [{ status: 'ok', metric: true }] }],
  ['BAD_FIELD', { ...gate, has_baseline: 'no' }],
  ['OUT_OF_RANGE', { ...gate, baseline: [1e200, 2e200] }],
] as const)('answerStats() answers a bad request with %s and its id: %j', (code, request) => {
  for (const id of [0, 'ä', null, { deep: ['x'] }]) {
    const answer = ask({ ...request, id });
    expect(answer.error).toEqual({ code, message: expect.stringMatching(/\S/) });
    expect(answer['id']).toEqual(id);
    expect(Object.keys(answer)).toEqual(['id', 'error']);
  }
});

it.each([
  ['NOT_JSON', ''],
  ['NOT_JSON', '{'],
  ['NOT_JSON', '{"stat":NaN}'],
  ['NOT_AN_OBJECT', '[]'],
  ['NOT_AN_OBJECT', 'null'],
  ['NOT_AN_OBJECT', '"wilson"'],
  ['TOO_DEEP', `{"stat":"holm","id":${'['.repeat(1e5)}${']'.repeat(1e5)}}`],
  ['TOO_DEEP', `{"stat":"holm","p":${'['.repeat(1e6)}${']'.repeat(1e6)}}`],
  ['TOO_LARGE', `{"stat":"holm","p":[${'0,'.repeat(6e6)}0]}`],
])('answerStats() answers %s to a line that is no request', (code, line) => {
  expect(ask(line).error?.code).toBe(code);
});

it('answerStats() takes fields from the request only, never from what every object has', () => {
  const line = '{"id":7,"__proto__":{"stat":"holm","p":[0.5]},"constructor":{"stat":"holm"}}';
  expect(ask(line)).toMatchObject({ id: 7, error: { code: 'BAD_FIELD' } });
  expect(ask('{"stat":"holm","p":[0.5],"__proto__":{"p":[2]}}')).toEqual({ adjusted: [0.5] });
  expect(answerStats('{"id":{"__proto__":1},"stat":"holm","p":[]}')).toBe('{"id":{"__proto__":1},"adjusted":[]}');
});

it('answerStats() answers every line with one line of JSON and no non-finite word', () => {
  const values = fc.array(fc.oneof(fc.double(), fc.integer(), fc.constantFrom('NaN', null, 'Infinity')), {
    maxLength: 6,
  });
  const request = fc.record(
    {
      id: fc.jsonValue(),
      stat: fc.constantFrom('wilson', 'mann_whitney', 'signed_rank', 'hodges_lehmann', 'holm', 'rank_e', 'gate'),
      successes: fc.integer(),
      n: fc.integer(),
      confidence: fc.double(),
      x: values,
      y: values,
      d: values,
      p: values,
      tau: fc.double(),
      policy: fc.constantFrom('sigma', 'mann_whitney'),
      direction: fc.constantFrom('minimize', 'maximize'),
      goal: fc.constantFrom('improvement', 'no_regression'),
      threshold: fc.double(),
      baseline: values,
      candidate: values,
    },
    { requiredKeys: ['stat'] },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        request.map((one) => JSON.stringify(one)),
      ),
      (line) => {
        const answer = answerStats(line);
        expect(answer).not.toContain('\n');
        expect(JSON.parse(answer)).toBeTypeOf('object');
      },
    ),
    { numRuns: 1000 },
  );
});
