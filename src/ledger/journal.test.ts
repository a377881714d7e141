import fc from 'fast-check';
import { expect, it } from 'vitest';
import { baselineSet, digestOf, record, referenceFrozen, stopped } from '../../fixtures/ledger-lines.ts';
import { failed, ok } from '../../fixtures/observations.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { FailureReason, Json, Observation } from '../domain/observation.ts';
import { decodeEvent, decodeRun, encodeEvent, encodeRun } from './journal.ts';
import type { RunLine } from './record.ts';

const path = 'runs/2026-07/bbbbbbbbbbbb/00000001-aaaaaaaaaaaa-00000000000000000000000000000001.jsonl';

/** Lines as they come back: placed in their file. */
function placed(lines: readonly RunLine[]): RunLine[] {
  return lines.map((line, index) => ({ ...line, index, count: lines.length }));
}

const text = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const json = fc.jsonValue() as fc.Arbitrary<Json>;
const reasons: readonly FailureReason[] = [
  'spawn_failed',
  'exit_code',
  'signal',
  'timed_out',
  'output_too_large',
  'result_missing',
  'result_too_large',
  'result_not_json',
  'result_invalid',
  'non_finite_metric',
  'reported_error',
  'artifact_missing',
  'artifact_too_large',
  'interrupted',
];
const observation: fc.Arbitrary<Observation> = fc.oneof(
  fc.record({
    status: fc.constant('ok' as const),
    metric: fc.option(number),
    samples: fc.option(fc.array(number)),
    artifactHash: fc.option(text),
    components: json,
    metadata: json,
    message: fc.option(text),
    wallSeconds: number,
  }),
  fc.record({
    status: fc.constant('error' as const),
    failure: fc.record({ reason: fc.constantFrom(...reasons), detail: text }),
    artifactHash: fc.option(text),
    metadata: json,
    wallSeconds: number,
  }),
);

it('decodeRun() gives back what encodeRun() was given, whatever a runner reported', () => {
  fc.assert(
    fc.property(fc.array(observation, { minLength: 1, maxLength: 4 }), text, (observations, experiment) => {
      const lines = [...observations.map((one) => record(one, { experiment })), stopped(1, { experiment })];
      const encoded = encodeRun(lines);
      expect(encoded.split('\n')).toHaveLength(lines.length + 1);
      expect(canonicalJson(decodeRun(encoded, path))).toBe(canonicalJson(placed(lines)));
    }),
  );
});

it('decodeRun() keeps -0 as a zero, and a __proto__ key of metadata as a key', () => {
  const metadata = JSON.parse('{"__proto__":{"polluted":1},"a":[{"__proto__":2}]}') as Json;
  const [line] = decodeRun(encodeRun([record(ok(-0, { metadata }))]), path);
  const read = line?.kind === 'record' && line.observation.status === 'ok' ? line.observation : null;
  expect(read?.metric).toBeCloseTo(0);
  expect(JSON.stringify(read?.metadata)).toBe('{"__proto__":{"polluted":1},"a":[{"__proto__":2}]}');
  expect(read?.metadata).not.toHaveProperty('polluted');
});

it('decodeEvent() gives back what encodeEvent() was given', () => {
  for (const event of [
    baselineSet(),
    baselineSet({ how: 'promote', metaSeed: '9223372036854775807', forced: true, reason: 'because\nit is' }),
    referenceFrozen(digestOf('a'), { replaces: digestOf('b'), reason: 'new rounding', actor: 'Ärger' }),
  ]) {
    expect(decodeEvent(encodeEvent(event), path)).toEqual(event);
  }
});

const good = encodeRun([record(ok(1)), record(ok(2)), record(failed()), stopped(3)]);
const rows = good.trimEnd().split('\n');
const edit = (row: number, change: (line: Record<string, unknown>) => unknown): string =>
  rows
    .map((line, index) => (index === row ? JSON.stringify(change(JSON.parse(line) as Record<string, unknown>)) : line))
    .join('\n')
    .concat('\n');

const damaged: readonly (readonly [what: string, text: string, line: number, says: RegExp])[] = [
  ['nothing', '', 1, /empty/],
  ['only a line break', '\n', 1, /not JSON/],
  ['a cut last line', good.slice(0, -9), 4, /cut off/],
  ['a missing last line break', good.slice(0, -1), 4, /cut off/],
  ['a file cut at a line end', `${rows.slice(0, 3).join('\n')}\n`, 1, /line 1 of 4, found as 1 of 3/],
  ['a lost first line', `${rows.slice(1).join('\n')}\n`, 1, /found as 1 of 3/],
  ['swapped lines', `${[rows[0], rows[2], rows[1], rows[3]].join('\n')}\n`, 2, /line 3 of 4, found as 2 of 4/],
  ['a doubled line', `${[rows[0], ...rows].join('\n')}\n`, 1, /found as 1 of 5/],
  ['two files in one', good + good, 1, /found as 1 of 8/],
  ['an empty line between', good.replace('\n', '\n\n'), 1, /found as 1 of 5/],
  ['a conflict marker', `<<<<<<< ours\n${good}`, 1, /not JSON/],
  ['a flipped brace', good.replace(/\}\n$/, ']\n'), 4, /not JSON/],
  ['foreign JSON', '{"number":1}\n', 1, /./],
  ['a JSON list', '[]\n', 1, /./],
  ['a JSON null', 'null\n', 1, /./],
  ['a JSON string', '"record"\n', 1, /./],
  ['an event', encodeEvent(baselineSet()), 1, /kind/],
  ['a newer schema', edit(1, (line) => ({ ...line, schema: 2 })), 2, /newer Benchgate \(schema 2, this one knows 1\)/],
  ['an older schema', edit(1, (line) => ({ ...line, schema: 0 })), 2, /schema/],
  ['a schema as text', edit(1, (line) => ({ ...line, schema: '1' })), 2, /schema/],
  ['an extra key', edit(2, (line) => ({ ...line, extra: 1 })), 3, /extra/],
  ['an extra key __proto__', good.replace('{"kind"', '{"__proto__":{"a":1},"kind"'), 1, /__proto__/],
  ['an extra key in provenance', good.replace('"runKey"', '"more":1,"runKey"'), 1, /provenance/],
  ['a missing key', edit(0, ({ seed: _, ...line }) => line), 1, /seed/],
  ['a missing provenance', edit(0, ({ provenance: _, ...line }) => line), 1, /provenance/],
  ['missing metadata', good.replace('"metadata":{},', ''), 1, /metadata/],
  ['another kind', edit(3, (line) => ({ ...line, kind: 'note' })), 4, /kind/],
  ['an unknown reason', good.replace('"exit_code"', '"bad_luck"'), 3, /reason/],
  ['a short commit', edit(0, (line) => ({ ...line, provenance: { head: 'abc' } })), 1, /provenance/],
  ['a metric as text', good.replace('"metric":1', '"metric":"1"'), 1, /metric/],
  ['an infinite metric', good.replace('"metric":1', '"metric":1e999'), 1, /metric/],
  ['a negative block', good.replace('"block":0', '"block":-1'), 1, /block/],
  ['a fractional seed', good.replace('"seed":1', '"seed":1.5'), 1, /seed/],
  ['a meta seed as number', good.replace('"metaSeed":"42"', '"metaSeed":42'), 1, /metaSeed/],
  ['another place in the file', edit(2, (line) => ({ ...line, index: 7 })), 3, /line 8 of 4/],
];

it.each(damaged)('decodeRun() says LEDGER_CORRUPT of %s', (_what, content, line, says) => {
  expect(() => decodeRun(content, path)).toThrow(
    expect.objectContaining({
      code: 'LEDGER_CORRUPT',
      exitCode: 65,
      place: `${path}:${line}`,
      message: expect.stringMatching(says),
    }),
  );
});

it('decodeEvent() says LEDGER_CORRUPT of anything but one event', () => {
  const event = encodeEvent(baselineSet());
  for (const content of ['', event + event, good, event.slice(0, -1), event.replace('"count":1', '"count":2')]) {
    expect(() => decodeEvent(content, path)).toThrow(expect.objectContaining({ code: 'LEDGER_CORRUPT' }));
  }
});

it('decodeRun() refuses a file with any character lost, except where that leaves another valid text', () => {
  const text = encodeRun([record(ok(1)), stopped(1)]);
  let accepted = 0;
  for (let index = 0; index < text.length; index++) {
    try {
      decodeRun(text.slice(0, index) + text.slice(index + 1), path);
      accepted++;
    } catch (error) {
      expect(error).toMatchObject({ code: 'LEDGER_CORRUPT', place: expect.stringContaining(path) });
    }
  }
  // Letters inside free texts, digits inside numbers.
  expect(accepted).toBeLessThan(text.length / 5);
});
