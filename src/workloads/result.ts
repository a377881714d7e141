import { jsonDepthLimit, nestsTooDeeply } from '../domain/json-depth.ts';
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

const sampleLimit = 100_000;

/**
 * Reads a runner's result text by benchstone's rules and in its order of checks. Beyond it: `metric` may be an array of
 * samples, which is reduced to its median (the process is the unit of replication, not the inner iteration).
 */
export function readResult(text: string): ResultReading {
  const parsed = parsePythonJson(text);
  if (nestsTooDeeply(parsed)) return invalid('result_invalid', `the result nests deeper than ${jsonDepthLimit} levels`);
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
      components: storable(parsed['metric_components'] ?? null),
      wallClockSeconds: storable(parsed['wall_clock_seconds'] ?? null),
      metadata: truthy(parsed['metadata']) ? storable(parsed['metadata'] ?? {}) : {},
      message: storable(message),
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
    const sample = typeof element === 'number' ? element : nonFinite(element);
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
  return Number.isFinite(lower + upper) ? (lower + upper) / 2 : lower / 2 + upper / 2;
}

function toNumber(value: Json): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return null;
  return nonFinite(value) ?? pythonFloat(value);
}

/** Python's json module writes and reads NaN and Infinity as bare words; JSON has no such thing. */
const words = [
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
] as const;
const mark = '\u0000';
const marked = new Map<Json, number>(words.map(([word, value]) => [mark + word, value]));

function nonFinite(value: Json): number | null {
  return marked.get(value) ?? null;
}

function parsePythonJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    if (!/NaN|Infinity/.test(text)) return undefined;
  }
  try {
    return JSON.parse(markWords(text)) as Json;
  } catch {
    return undefined;
  }
}

/** Turns the bare words outside of strings into marked strings, except where they stand for a key. */
function markWords(text: string): string {
  let result = '';
  let copied = 0;
  for (let index = 0; index < text.length; index++) {
    if (text.charAt(index) === '"') {
      index = endOfString(text, index);
      continue;
    }
    const word = words.find(([candidate]) => text.startsWith(candidate, index))?.[0];
    if (word === undefined) continue;
    const end = index + word.length;
    if (isFollowedByColon(text, end)) return text;
    result += text.slice(copied, index) + JSON.stringify(mark + word);
    copied = end;
    index = end - 1;
  }
  return result + text.slice(copied);
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charAt(index) !== '"') index += text.charAt(index) === '\\' ? 2 : 1;
  return index;
}

function isFollowedByColon(text: string, from: number): boolean {
  let index = from;
  while (' \t\n\r'.includes(text.charAt(index)) && index < text.length) index++;
  return text.charAt(index) === ':';
}

/** The value with every number that JSON has no word for as a string, which is how the ledger writes them. */
function storable(value: Json): Json {
  const special = typeof value === 'number' && !Number.isFinite(value) ? value : nonFinite(value);
  if (special !== null) return String(special);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(storable);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, storable(member)]));
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
