import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bundle, bundleHeader, bundleLines, bytesOf, provenanceUnder } from '../../fixtures/bundles.ts';
import { digestOf, hashOf, record, runKey, stopped } from '../../fixtures/ledger-lines.ts';
import { failed, ok } from '../../fixtures/observations.ts';
import type { Json } from '../domain/observation.ts';
import { decodeBundle, encodeBundle, type NewBundleHeader } from './bundle.ts';
import { encodeRun } from './journal.ts';
import type { RunLine } from './record.ts';

const two: NewBundleHeader = bundleHeader({
  planned: ['parse', 'search', 'render'],
  experiments: ['search', 'render'],
  shard: { index: 1, count: 2 },
  confirm: ['search'],
});
const good = encodeBundle(two, bundleLines(two));
const rows = good.trimEnd().split('\n');

/** The good bundle with one line changed, as JSON. */
const edit = (row: number, change: (line: Record<string, unknown>) => unknown): string =>
  `${rows.map((line, index) => (index === row ? JSON.stringify(change(JSON.parse(line) as Record<string, unknown>)) : line)).join('\n')}\n`;
const editHeader = (change: object) => edit(0, (header) => ({ ...header, ...change }));
const editLine = (row: number, change: object) => edit(row, (line) => ({ ...line, ...change }));
const editProvenance = (row: number, change: object) =>
  edit(row, (line) => ({ ...line, provenance: { ...(line['provenance'] as object), ...change } }));
const replaced = (from: string, to: string) => {
  expect(good).toContain(from);
  return good.replace(from, to);
};

const refusal = (line: number, says: RegExp) =>
  expect.objectContaining({
    name: 'IntegrityError',
    code: 'BUNDLE_INVALID',
    exitCode: 65,
    place: `dir/shard.jsonl:${line}`,
    message: expect.stringMatching(says),
  });
const decode = (content: string | Uint8Array) =>
  decodeBundle(typeof content === 'string' ? bytesOf(content) : content, 'dir/shard.jsonl');

describe('a bundle', () => {
  it('encodeBundle() writes a header, and then what encodeRun() writes', () => {
    const lines = bundleLines(two);
    expect(good).toBe(`${rows[0]}\n${encodeRun(lines)}`);
    expect(JSON.parse(rows[0] ?? '')).toEqual({ kind: 'bundle', schema: 1, lines: 10, ...two });
  });

  it('decodeBundle() gives back what encodeBundle() was given', () => {
    const read = decode(good);
    expect(read.name).toBe('dir/shard.jsonl');
    expect(read.header).toEqual({ kind: 'bundle', schema: 1, lines: 10, ...two });
    expect(encodeRun(read.lines)).toBe(encodeRun(bundleLines(two)));
  });

  it('may be empty: a shard without experiments, or one where nothing was run', () => {
    expect(bundle({ experiments: [] }).lines).toEqual([]);
    expect(bundle({}, () => []).header).toMatchObject({ lines: 0, experiments: ['search'] });
  });

  it('is the same text whatever order the keys of the header are in', () => {
    const turned = Object.fromEntries(Object.entries(two).reverse()) as unknown as NewBundleHeader;
    expect(encodeBundle(turned, bundleLines(two))).toBe(good);
  });

  it('carries whatever a runner may report', () => {
    const dangerous = /"(?:__proto__|constructor|prototype)":/;
    const json = fc.jsonValue({ maxDepth: 5 }).filter((value) => !dangerous.test(JSON.stringify(value)));
    const text = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(json, text, fc.double({ noNaN: true, noDefaultInfinity: true }), (metadata, message, metric) => {
        const header = bundleHeader();
        const observation = ok(metric, { metadata: metadata as Json, components: metadata as Json, message });
        const lines = [record(observation, { provenance: provenanceUnder(header) })];
        expect(encodeRun(decode(encodeBundle(header, lines)).lines)).toBe(encodeRun(lines));
      }),
    );
  });

  it('may hold trials of gates that need no base, failures and a confirmation made in the same job', () => {
    const header = bundleHeader({ metaSeed: '-7' });
    const provenance = provenanceUnder(header);
    const alone = { ...provenance, base: null, baseTree: null };
    const lines = [
      record(failed(), { provenance: alone, policy: 'sigma', purpose: 'fresh', metaSeed: '-7' }),
      stopped(0, { provenance: alone, policy: 'sigma', purpose: 'fresh', because: 'interrupted' }),
      record(ok(1), { provenance, policy: 'sigma', purpose: 'confirm', order: 2, metaSeed: '9' }),
    ];
    expect(decode(encodeBundle(header, lines)).lines).toHaveLength(3);
  });
});

const damagedHeaders: readonly (readonly [what: string, change: object, says: RegExp])[] = [
  ['another kind', { kind: 'record' }, /kind/],
  ['a newer schema', { schema: 2 }, /newer Benchgate \(schema 2, this one knows 1\)/],
  ['an older schema', { schema: 0 }, /schema/],
  ['an unknown field', { extra: 1 }, /unknown key "extra"/],
  ['a plan digest of another kind', { planDigest: 'md5:1' }, /planDigest/],
  ['a shard beyond the count', { shard: { index: 2, count: 2 } }, /shard: has an index beyond its count/],
  ['a negative shard', { shard: { index: -1, count: 2 } }, /shard\.index/],
  ['half a shard', { shard: { index: 0.5, count: 2 } }, /shard\.index/],
  ['too many shards', { shard: { index: 1, count: 257 } }, /at most 256/],
  ['another stage', { stage: 'merge' }, /stage/],
  ['a short run key', { runKey: 'abc' }, /runKey/],
  ['a time that does not exist', { startedAt: '2026-02-30T10:00:00Z' }, /startedAt: must be a time/],
  ['a time of another age', { startedAt: '1999-01-01T10:00:00Z' }, /startedAt/],
  ['a time of another age', { startedAt: '21 is not a time' }, /startedAt/],
  ['a time that is a number', { startedAt: 1 }, /startedAt/],
  ['a time with an offset', { startedAt: '2026-07-01T10:00:00+01:00' }, /startedAt/],
  ['a branch for a commit', { head: 'main' }, /head/],
  ['a base that is not one', { base: '' }, /base/],
  ['rules of nobody', { rules: { from: 'fork', revision: null } }, /rules\.from/],
  ['rules of no base', { rules: { from: 'base', revision: null } }, /rules\.revision/],
  ['a meta seed as a number', { metaSeed: 42 }, /metaSeed/],
  ['a meta seed of 64 bits', { metaSeed: '9223372036854775808' }, /metaSeed: must be below 2\^63/],
  ['a meta seed with zeros before it', { metaSeed: '042' }, /metaSeed/],
  ['a negative family', { familySize: -1 }, /familySize/],
  ['an experiment planned twice', { planned: ['search', 'search'] }, /planned: must name each experiment once/],
  ['a name that is no text', { planned: ['search', null] }, /planned\.1/],
  ['an empty name', { planned: ['search', ''] }, /planned\.1: must have 1 to 1000/],
  ['a long name', { planned: ['search', 'x'.repeat(1001)] }, /planned\.1/],
  ['too many names', { planned: Array.from({ length: 10_001 }, (_, index) => `n${index}`) }, /at most 10000 names/],
  ['an experiment that was not planned', { experiments: ['search', 'other'] }, /experiments: must all be planned/],
  ['a confirmation of another shard', { confirm: ['parse'] }, /confirm: must be experiments of this shard/],
  ['a confirmation that asks for one', { stage: 'confirm' }, /confirm: must be empty/],
  ['a negative time', { elapsedSeconds: -1 }, /elapsedSeconds/],
  ['a time without end', { elapsedSeconds: 1e300 }, /elapsedSeconds/],
  ['too many lines', { lines: 200_001 }, /lines: must be at most 200000/],
];

it.each(damagedHeaders)('decodeBundle() refuses a header with %s', (_what, change, says) => {
  expect(() => decode(editHeader(change))).toThrow(refusal(1, says));
});

it('decodeBundle() refuses a header that lacks any field', () => {
  for (const field of Object.keys(JSON.parse(rows[0] ?? '') as object)) {
    const { [field]: _, ...rest } = JSON.parse(rows[0] ?? '') as Record<string, unknown>;
    expect(() => decode(`${JSON.stringify(rest)}\n${rows.slice(1).join('\n')}\n`)).toThrow(refusal(1, /./));
  }
});

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const damagedFiles: readonly (readonly [what: string, text: () => string, line: number, says: RegExp])[] = [
  ['nothing', () => '', 1, /empty/],
  ['no line break', () => rows[0] ?? '', 1, /cut off/],
  ['only a line break', () => '\n', 1, /not JSON/],
  ['no header', () => `${rows.slice(1).join('\n')}\n`, 1, /kind/],
  ['a second header', () => `${rows[0]}\n${good}`, 2, /kind/],
  ['a cut last line', () => good.slice(0, -9), 11, /cut off/],
  ['a lost last line', () => `${rows.slice(0, -1).join('\n')}\n`, 11, /10 lines follow, found 9/],
  ['a lost line in the middle', () => `${rows.toSpliced(3, 1).join('\n')}\n`, 4, /line 4 of 10, not 3 of 10/],
  ['a line too many', () => `${good}${rows[1]}\n`, 12, /10 lines follow/],
  ['an empty line at the end', () => `${good}\n`, 12, /10 lines follow/],
  [
    'swapped lines',
    () =>
      `${rows
        .with(2, rows[3] ?? '')
        .with(3, rows[2] ?? '')
        .join('\n')}\n`,
    3,
    /line 3 of 10/,
  ],
  ['a byte order mark', () => `\uFEFF${good}`, 1, /not JSON/],
  ['carriage returns', () => good.replaceAll('\n', '\r\n'), 1, /not written as/],
  ['spaces', () => replaced('"block":1', '"block": 1'), 4, /not written as/],
  ['a key twice', () => replaced('"block":1', '"block":0,"block":1'), 4, /not written as/],
  ['a key twice in metadata', () => replaced('"metadata":{}', '"metadata":{"a":1,"a":2}'), 2, /not written as/],
  [
    'a key twice, once disguised',
    () => replaced('"metadata":{}', '"metadata":{"a":1,"\\u0061":1}'),
    2,
    /not written as/,
  ],
  ['a header field twice', () => replaced('"metaSeed":"42"', '"metaSeed":"1","metaSeed":"42"'), 1, /not written as/],
  ['an infinite metric', () => replaced('"metric":1', '"metric":1e999'), 2, /not written as/],
  ['an infinite number in metadata', () => replaced('"metadata":{}', '"metadata":{"a":[1e999]}'), 2, /not written as/],
  ['NaN', () => replaced('"metric":1', '"metric":NaN'), 2, /not JSON/],
  ['a negative zero', () => replaced('"metric":1', '"metric":-0'), 2, /not written as/],
  ['__proto__', () => replaced('{"kind":"record"', '{"__proto__":{"a":1},"kind":"record"'), 2, /key "__proto__"/],
  ['__proto__ in metadata', () => replaced('"metadata":{}', '"metadata":{"__proto__":{"a":1}}'), 2, /key "__proto__"/],
  ['a disguised __proto__', () => replaced('"metadata":{}', '"metadata":{"\\u005f_proto__":1}'), 2, /not written as/],
  ['constructor', () => replaced('"metadata":{}', '"metadata":[{"b":1,"constructor":1}]'), 2, /key "constructor"/],
  ['prototype', () => replaced('"metadata":{}', '"metadata":{"a":{"prototype":1}}'), 2, /key "prototype"/],
  ['too much depth', () => replaced('"metadata":{}', `"metadata":${deep(200)}`), 2, /deeper than 200/],
  ['far too much depth', () => replaced('"metadata":{}', `"metadata":${deep(400_000)}`), 2, /deeper than 200/],
  ['depth in the header', () => replaced('"planned":[', `"planned":[${deep(300)},`), 1, /deeper than 200/],
  ['a long line', () => replaced('"metadata":{}', `"metadata":"${'x'.repeat(2 ** 23)}"`), 2, /more than 8 MiB/],
  ['a list for a line', () => `${rows.with(1, '[]').join('\n')}\n`, 2, /./],
  ['null for a line', () => `${rows.with(1, 'null').join('\n')}\n`, 2, /./],
  ['null for a header', () => `null\n${rows.slice(1).join('\n')}\n`, 1, /./],
];

it.each(damagedFiles)('decodeBundle() refuses a file with %s', (_what, text, line, says) => {
  expect(() => decode(text())).toThrow(refusal(line, says));
});

const damagedLines: readonly (readonly [what: string, text: () => string, line: number, says: RegExp])[] = [
  ['an unknown field', () => editLine(1, { extra: 1 }), 2, /unknown key "extra"/],
  ['a missing field', () => edit(1, ({ seed: _, ...line }) => line), 2, /seed: is missing/],
  ['another run key', () => editProvenance(3, { runKey: runKey(9) }), 4, /provenance\.runKey is not the header's/],
  ['another project', () => editProvenance(3, { project: 'other' }), 4, /provenance\.project/],
  ['another plan', () => editProvenance(3, { planDigest: digestOf('x') }), 4, /provenance\.planDigest/],
  ['another head', () => editProvenance(3, { head: hashOf('9') }), 4, /provenance\.head/],
  ['another tree', () => editProvenance(3, { tree: hashOf('9') }), 4, /provenance\.tree/],
  ['another merge', () => editProvenance(3, { merge: hashOf('9') }), 4, /provenance\.merge/],
  ['another time', () => editProvenance(3, { startedAt: '2026-07-01T10:00:01Z' }), 4, /provenance\.startedAt/],
  ['another version', () => editProvenance(3, { harness: '9' }), 4, /provenance\.harness/],
  ['another family', () => editProvenance(3, { familySize: 7 }), 4, /provenance\.familySize/],
  ['another shard', () => editProvenance(3, { shard: { index: 0, count: 2 } }), 4, /provenance\.shard/],
  ['another base', () => editProvenance(3, { base: hashOf('9') }), 4, /provenance\.base is not/],
  ['no base', () => editProvenance(1, { base: null, baseTree: null }), 2, /provenance\.base is not/],
  ['another base tree', () => editProvenance(3, { baseTree: hashOf('9') }), 4, /another tree/],
  ['another origin', () => editProvenance(3, { refClass: 'fork' }), 4, /another run/],
  ['another manifest', () => editProvenance(3, { manifest: digestOf('x') }), 4, /another run/],
  ['an experiment of another shard', () => editLine(1, { experiment: 'parse' }), 2, /not in the header/],
  ['another rule', () => editLine(3, { rule: digestOf('x') }), 4, /another rule/],
  ['another plan of blocks', () => editLine(3, { plannedBlocks: 3 }), 4, /planned blocks/],
  ['a trial twice', () => editLine(4, { arm: 'baseline' }), 5, /this trial is there twice/],
  ['a block beyond the plan', () => editLine(3, { block: 30 }), 4, /not planned/],
  ['an order that goes back', () => editLine(3, { order: 0 }), 4, /it was run before/],
  ['another meta seed', () => editLine(3, { metaSeed: '43' }), 4, /metaSeed/],
  ['a baseline that looks like fresh trials', () => editLine(3, { purpose: 'baseline' }), 4, /metaSeed/],
];

it.each(damagedLines)('decodeBundle() refuses a line with %s', (_what, text, line, says) => {
  expect(() => decode(text())).toThrow(refusal(line, says));
});

it('decodeBundle() refuses a second `stopped` of one stage', () => {
  const header = bundleHeader();
  const again = stopped(2, { plannedBlocks: 30, provenance: provenanceUnder(header) });
  const text = `${JSON.stringify({ kind: 'bundle', schema: 1, ...header, lines: 2 })}\n${encodeRun([again, again])}`;
  expect(() => decode(text)).toThrow(refusal(3, /stopped before/));
});

it('decodeBundle() refuses a paired trial where the run had no base', () => {
  const header = bundleHeader({ base: null, rules: { from: 'head', revision: null } });
  const line = record(ok(1), { provenance: provenanceUnder(header) });
  const text = `${JSON.stringify({ kind: 'bundle', schema: 1, ...header, lines: 1 })}\n${encodeRun([line])}`;
  expect(() => decode(text)).toThrow(refusal(2, /compares with a base/));
});

it('decodeBundle() refuses bytes that are not UTF-8, naming the line', () => {
  const bytes = bytesOf(replaced('"metadata":{}', '"metadata":"~"'));
  bytes[bytes.indexOf('~'.charCodeAt(0))] = 0xff;
  expect(() => decode(bytes)).toThrow(refusal(2, /not UTF-8/));
  // An overlong slash, a lone surrogate.
  for (const bad of [
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
  ]) {
    expect(() => decode(new Uint8Array([...bad, 0x0a]))).toThrow(refusal(1, /not UTF-8/));
  }
});

it('decodeBundle() refuses a file of more than 64 MiB without reading it', () => {
  expect(() => decode(new Uint8Array(64 * 2 ** 20 + 1))).toThrow(refusal(1, /more than 64 MiB/));
});

it('decodeBundle() reads only as many lines as the header says', () => {
  const text = `${JSON.stringify({ kind: 'bundle', schema: 1, ...bundleHeader({ experiments: [] }), lines: 0 })}\n`;
  expect(() => decode(text + '\n'.repeat(1_000_000))).toThrow(refusal(2, /0 lines follow/));
});

it('decodeBundle() throws BUNDLE_INVALID and nothing else, whatever the bytes are', () => {
  const bytes = bytesOf(good);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.array(fc.nat(255), { maxLength: 4 }), fc.nat(4), (at, put, cut) => {
      const changed = new Uint8Array([...bytes.subarray(0, at), ...put, ...bytes.subarray(at + cut)]);
      try {
        decode(changed);
      } catch (error) {
        expect(error).toMatchObject({
          code: 'BUNDLE_INVALID',
          place: expect.stringMatching(/^dir\/shard\.jsonl:\d+$/),
        });
      }
    }),
  );
});

it('decodeBundle() leaves the prototypes of everything alone', () => {
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    const text = replaced('"metadata":{}', `"metadata":{"${key}":{"polluted":1}}`);
    expect(() => decode(text)).toThrow(refusal(2, /no object may have the key/));
  }
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

it('decodeBundle() takes the words of object members as values and inside of keys', () => {
  const metadata = {
    a: '{"__proto__":',
    'the constructor': ['prototype', '__proto__'],
    '"constructor': 1,
    '{': ',"prototype":',
  };
  const read = bundle({}, (header) => [record(ok(1, { metadata }), { provenance: provenanceUnder(header) })]);
  expect(read.lines[0]).toMatchObject({ observation: { metadata } });
});

it('encodeBundle() refuses what could not be read again, and names the experiment', () => {
  const header = bundleHeader();
  const provenance = provenanceUnder(header);
  const badLines: readonly (readonly [line: RunLine, says: RegExp])[] = [
    [record(ok(1, { metadata: { constructor: 1 } }), { provenance }), /key "constructor"/],
    [record(ok(1, { message: 'x'.repeat(2 ** 23) }), { provenance }), /more than 8 MiB/],
    [record(ok(1), { provenance: { ...provenance, head: hashOf('9') } }), /provenance\.head/],
  ];
  for (const [line, says] of badLines) {
    expect(() => encodeBundle(header, [line])).toThrow(
      expect.objectContaining({
        code: 'BUNDLE_INVALID',
        place: 'experiment "search"',
        message: expect.stringMatching(says),
      }),
    );
  }
  expect(() => encodeBundle({ ...header, confirm: ['other'] }, [])).toThrow(
    expect.objectContaining({ code: 'BUNDLE_INVALID', place: 'the header' }),
  );
});

it('decodeBundle() reads 20,000 lines in less than ten seconds', () => {
  const many = bundle({}, (header) =>
    Array.from({ length: 20_000 }, (_, order) =>
      record(ok(order), {
        provenance: provenanceUnder(header),
        arm: order % 2 === 0 ? 'baseline' : 'candidate',
        block: order >> 1,
        order,
        plannedBlocks: 10_000,
      }),
    ),
  );
  expect(many.lines).toHaveLength(20_000);
}, 10_000);
