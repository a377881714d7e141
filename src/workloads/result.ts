import type { Failure, Json } from '../domain/observation.ts';
import { pythonFloat } from '../domain/python-number.ts';
import { count } from '../domain/quantity.ts';

/** benchstone's ProjectResult as read from a runner. */
export interface ProjectResult {
  readonly status: 'ok' | 'error';
  /** NaN and infinities are possible here; the observation turns them into `non_finite_metric`. */
  readonly metric: number | null;
  readonly samples: readonly number[] | null;
  readonly components: Json;
  /** As the runner wrote it; shown, never used as a measurement. */
  readonly wallClockSeconds: Json;
  readonly metadata: Json;
  readonly message: Json;
}

export type ResultReading =
  | { readonly ok: true; readonly result: ProjectResult }
  | { readonly ok: false; readonly failure: Failure };

const sampleLimit = 1_000_000;

/**
 * Reads a runner's result text by benchstone's rules and in its order of checks. Beyond it: `metric` may be an array of
 * samples, which is reduced to its median (the process is the unit of replication, not the inner iteration).
 */
export function readResult(text: string): ResultReading {
  const parsed = parsePythonJson(text);
  if (parsed === undefined) return invalid('result_not_json', `the result is not JSON: ${excerpt(text)}`);
  if (!isObject(parsed)) return invalid('result_invalid', 'the result must be a JSON object');
  const status = parsed['status'];
  if (status !== 'ok' && status !== 'error') {
    return invalid(
      'result_invalid',
      `"status" must be "ok" or "error", not ${excerpt(JSON.stringify(status) ?? 'missing')}`,
    );
  }
  const raw = parsed['metric'] ?? null;
  if (status === 'ok' && raw === null) return invalid('result_invalid', '"status": "ok" needs a "metric"');
  const message = parsed['message'] ?? null;
  if (status === 'error' && !truthy(message)) return invalid('result_invalid', '"status": "error" needs a "message"');
  const metric = readMetric(raw);
  if (typeof metric === 'string') return invalid('result_invalid', metric);
  return {
    ok: true,
    result: {
      status,
      ...metric,
      components: parsed['metric_components'] ?? null,
      wallClockSeconds: parsed['wall_clock_seconds'] ?? null,
      metadata: truthy(parsed['metadata']) ? (parsed['metadata'] ?? {}) : {},
      message,
    },
  };
}

function invalid(reason: Failure['reason'], detail: string): ResultReading {
  return { ok: false, failure: { reason, detail } };
}

function readMetric(raw: Json): { metric: number | null; samples: readonly number[] | null } | string {
  if (raw === null) return { metric: null, samples: null };
  if (!Array.isArray(raw)) {
    const metric = toNumber(raw);
    return metric === null
      ? `"metric" must be a number, not ${excerpt(JSON.stringify(raw))}`
      : { metric, samples: null };
  }
  if (raw.length === 0) return '"metric" is an empty array';
  if (raw.length > sampleLimit) return `"metric" has ${count(raw.length, 'sample')}, more than ${sampleLimit}`;
  const samples: number[] = [];
  for (const element of raw as readonly Json[]) {
    const sample = typeof element === 'number' || isNonFiniteMark(element) ? toNumber(element) : null;
    if (sample === null) return `"metric" holds ${excerpt(JSON.stringify(element))}, which is not a number`;
    samples.push(sample);
  }
  return { metric: medianOf(samples), samples };
}

/** NaN when any sample is not finite: such a trial has no median. */
function medianOf(samples: readonly number[]): number {
  if (!samples.every(Number.isFinite)) return Number.NaN;
  const sorted = [...samples].sort((first, second) => first - second);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  if (sorted.length % 2 === 1) return upper;
  const lower = sorted[(sorted.length >> 1) - 1] ?? Number.NaN;
  return lower + (upper - lower) / 2;
}

function toNumber(value: Json): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return null;
  return pythonFloat(isNonFiniteMark(value) ? value.slice(1) : value);
}

/** Python's json module writes and reads NaN and Infinity as bare words; JSON has no such thing. */
const nonFiniteMark = '\u0000';
const isNonFiniteMark = (value: Json) => typeof value === 'string' && value.startsWith(nonFiniteMark);

function parsePythonJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    if (!/NaN|Infinity/.test(text)) return undefined;
  }
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) =>
    token.startsWith('"') ? token : JSON.stringify(nonFiniteMark + token),
  );
  try {
    return JSON.parse(marked) as Json;
  } catch {
    return undefined;
  }
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Python's truth value of a JSON value. */
function truthy(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').slice(0, 80);
  return line === '' ? '(empty)' : line;
}
