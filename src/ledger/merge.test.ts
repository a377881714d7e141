import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bundle, bundleLines, bytesOf, confirmBundle, provenanceUnder, shardBundles } from '../../fixtures/bundles.ts';
import { digestOf, hashOf, head, headTree, record, runKey, sha256 } from '../../fixtures/ledger-lines.ts';
import { ok } from '../../fixtures/observations.ts';
import { type Bundle, decodeBundle, encodeBundle, type NewBundleHeader } from './bundle.ts';
import { readRunFile } from './files.ts';
import { decodeRun, encodeRun } from './journal.ts';
import { runPath } from './layout.ts';
import { type MergedRun, mergeBundles } from './merge.ts';

const shards = [['parse', 'search'], ['render'], [], ['load', 'save']];
const whole = shardBundles(shards, { confirm: ['search', 'save'] });
const searchAgain = confirmBundle(['search'], shards);
const saveAgain = confirmBundle(['save'], shards);

function merge(bundles: readonly Bundle[]): MergedRun {
  const merged = mergeBundles(bundles, sha256);
  if (!merged.ok) throw new Error(`${merged.problem}: ${merged.reason}`);
  return merged;
}

const problemOf = (bundles: readonly Bundle[]) => {
  const merged = mergeBundles(bundles, sha256);
  return merged.ok ? 'none' : merged.problem;
};

const reasonOf = (bundles: readonly Bundle[]) => {
  const merged = mergeBundles(bundles, sha256);
  return merged.ok ? '' : merged.reason;
};

/** One of the bundles with another header. */
const withHeader = (index: number, change: Partial<NewBundleHeader>) =>
  whole.map((one, position) => (position === index ? bundle({ ...one.header, ...change }) : one));

/** Bundles of any plan, with confirmations of some of the experiments that ask for one. */
const runs = fc
  .record({
    count: fc.integer({ min: 1, max: 6 }),
    owners: fc.array(fc.nat(5), { maxLength: 8 }),
    wanted: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    made: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  })
  .map(({ count, owners, wanted, made }) => {
    const names = owners.map((_, index) => `experiment ${index}`);
    const lists = Array.from({ length: count }, (_, shard) =>
      names.filter((_name, index) => (owners[index] ?? 0) % count === shard),
    );
    const confirm = names.filter((_, index) => wanted[index]);
    const measured = shardBundles(lists, { confirm });
    const confirming = confirm.filter((_, index) => made[index]).map((name) => confirmBundle([name], lists));
    return { measured, confirming };
  });

describe('mergeBundles()', () => {
  it('gives the whole run in plan order, with every line and confirmation once', () => {
    const merged = merge([...whole, searchAgain]);
    expect(merged.confirmed).toEqual(['search']);
    expect(merged.unconfirmed).toEqual(['save']);
    expect(merged.header).toMatchObject({
      stage: 'measure',
      shard: { index: 0, count: 1 },
      planned: shards.flat(),
      experiments: shards.flat(),
      confirm: ['save'],
      elapsedSeconds: 62.5,
      startedAt: '2026-07-01T10:00:00Z',
    });
    expect(merged.lines.map(({ experiment, purpose }) => `${experiment} ${purpose}`)).toEqual(
      ['parse paired', 'search paired', 'search confirm', 'render paired', 'load paired', 'save paired'].flatMap(
        (stage) => Array.from({ length: 5 }, () => stage),
      ),
    );
    const measured = [...whole, searchAgain].flatMap(({ lines }) => lines).map(trialOf);
    expect(merged.lines.map(trialOf).sort()).toEqual(measured.sort());
  });

  it('gives lines that are one run of the ledger', () => {
    const merged = merge([...whole, searchAgain, saveAgain]);
    const text = encodeRun(merged.lines);
    expect(decodeRun(text, 'x')).toHaveLength(35);
    const path = runPath({ month: '2026-07', tree: headTree, head, runKey: merged.header.runKey }, 3);
    expect(readRunFile({ path, text })).toHaveLength(35);
  });

  it('gives one run although its shards began in two months', () => {
    const late = withHeader(1, { startedAt: '2026-06-30T23:59:59.9Z' });
    const merged = merge(late);
    const path = runPath({ month: '2026-06', tree: headTree, head, runKey: merged.header.runKey }, 3);
    expect(readRunFile({ path, text: encodeRun(merged.lines) })).toHaveLength(25);
  });

  it('takes the earliest start as a time, not as text', () => {
    const late = withHeader(1, { startedAt: '2026-07-01T10:00:00.5Z' });
    expect(merge(late).header.startedAt).toBe('2026-07-01T10:00:00Z');
  });

  it('gives identical bytes for any order of the bundles', () => {
    fc.assert(
      fc.property(
        runs.chain(({ measured, confirming }) => {
          const bundles = [...measured, ...confirming];
          const any = fc.shuffledSubarray(bundles, { minLength: bundles.length });
          return fc.record({ bundles: fc.constant(bundles), any });
        }),
        ({ bundles, any }) => {
          const [one, other] = [merge(bundles), merge(any)];
          expect(other).toEqual(one);
          expect(encodeBundle(other.header, other.lines)).toBe(encodeBundle(one.header, one.lines));
          expect(encodeRun(other.lines)).toBe(encodeRun(one.lines));
        },
      ),
    );
  });

  it('names the problem when any bundle is missing or there twice', () => {
    fc.assert(
      fc.property(runs, fc.nat(), ({ measured, confirming }, chosen) => {
        const bundles = [...measured, ...confirming];
        const index = chosen % bundles.length;
        const isShard = index < measured.length;
        const without = problemOf(bundles.toSpliced(index, 1));
        expect(without).toBe(isShard ? (measured.length === 1 ? 'no_bundle' : 'missing_shard') : 'none');
        const twice = [...bundles, { ...(bundles[index] as Bundle), name: 'copy.jsonl' }];
        expect(problemOf(twice)).toBe(isShard ? 'duplicate_shard' : 'duplicate_confirmation');
      }),
    );
  });

  it('gives a bundle that can be written, read and merged again, as the same run', () => {
    fc.assert(
      fc.property(runs, ({ measured, confirming }) => {
        const merged = merge([...measured, ...confirming]);
        const again = decodeBundle(bytesOf(encodeBundle(merged.header, merged.lines)), 'merged.jsonl');
        const twice = merge([again]);
        expect(encodeBundle(twice.header, twice.lines)).toBe(encodeBundle(merged.header, merged.lines));
      }),
      { numRuns: 30 },
    );
  });

  it('takes a confirmation of a merged bundle', () => {
    const merged = merge(whole);
    const again = decodeBundle(bytesOf(encodeBundle(merged.header, merged.lines)), 'merged.jsonl');
    expect(merge([again, searchAgain, saveAgain])).toMatchObject({ confirmed: ['search', 'save'], unconfirmed: [] });
  });

  it('keys the run by its shards: the same for the same, another for a shard measured again', () => {
    const key = merge(whole).header.runKey;
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(key).toBe(sha256(JSON.stringify([1, 2, 3, 4].map(runKey))).slice(0, 32));
    expect(new Set(merge(whole).lines.map(({ provenance }) => provenance.runKey))).toEqual(new Set([key]));
    expect(merge(withHeader(1, { runKey: runKey(99) })).header.runKey).not.toBe(key);
    expect(merge([...whole, searchAgain]).header.runKey).not.toBe(key);
    expect(merge(shardBundles([['search']])).header.runKey).toBe(runKey(1));
  });

  it('does not count a confirmation that holds no trial', () => {
    const empty = bundle({ ...searchAgain.header }, () => []);
    expect(merge([...whole, empty])).toMatchObject({ confirmed: [], unconfirmed: ['search', 'save'] });
  });
});

const trialOf = (line: object): string => {
  const { experiment, purpose, arm, block, observation } = line as Record<string, unknown>;
  return JSON.stringify([experiment, purpose, arm, block, observation]);
};

describe('mergeBundles() refuses', () => {
  it.each<readonly [what: string, bundles: readonly Bundle[], problem: string]>([
    ['nothing', [], 'no_bundle'],
    ['confirmations alone', [searchAgain], 'no_bundle'],
    ['another project', withHeader(1, { project: 'other' }), 'different_project'],
    ['another head', withHeader(1, { head: hashOf('9') }), 'different_revision'],
    ['another tree', withHeader(1, { tree: hashOf('9') }), 'different_revision'],
    ['another base', withHeader(1, { base: hashOf('9') }), 'different_revision'],
    ['a merge', withHeader(1, { merge: hashOf('9') }), 'different_revision'],
    ['another version', withHeader(1, { harness: '0.2.0' }), 'different_harness'],
    ['the head’s rules', withHeader(1, { rules: { from: 'head', revision: null } }), 'different_rules'],
    ['rules of another base', withHeader(1, { rules: { from: 'base', revision: hashOf('9') } }), 'different_rules'],
    ['another plan', withHeader(1, { planDigest: digestOf('x') }), 'different_plan'],
    ['another meta seed', withHeader(1, { metaSeed: '43' }), 'different_plan'],
    ['another family', withHeader(1, { familySize: 9 }), 'different_plan'],
    ['the plan in another order', withHeader(1, { planned: shards.flat().reverse() }), 'different_plan'],
    ['a longer plan', withHeader(1, { planned: [...shards.flat(), 'more'] }), 'different_plan'],
    ['another count', withHeader(1, { shard: { index: 1, count: 5 } }), 'different_shard_count'],
    ['the shard of another', withHeader(1, { shard: { index: 0, count: 4 } }), 'duplicate_shard'],
    ['an experiment in two shards', withHeader(1, { experiments: ['render', 'parse'] }), 'duplicate_experiment'],
    ['an experiment in no shard', withHeader(1, { experiments: [] }), 'missing_experiment'],
    ['two confirmations', [...whole, searchAgain, confirmBundle(['search', 'save'], shards)], 'duplicate_confirmation'],
    [
      'a confirmation of another head',
      [...whole, confirmBundle(['search'], shards, { head: hashOf('9') })],
      'different_revision',
    ],
    [
      'a confirmation by other rules',
      [...whole, confirmBundle(['search'], shards, { rules: { from: 'head', revision: null } })],
      'different_rules',
    ],
    [
      'a confirmation of another project',
      [...whole, confirmBundle(['search'], shards, { project: 'other' })],
      'different_project',
    ],
  ])('%s', (_what, bundles, problem) => {
    expect(problemOf(bundles)).toBe(problem);
    expect(problemOf(bundles.toReversed())).toBe(problem);
    expect(reasonOf(bundles.toReversed())).toBe(reasonOf(bundles));
  });

  it('a confirmation that holds trials of the first stage', () => {
    const disguised = bundle({ ...searchAgain.header }, (header) =>
      bundleLines({ ...header, stage: 'measure' }).map((line) => ({ ...line, purpose: 'paired' as const })),
    );
    expect(problemOf([...whole, disguised])).toBe('foreign_confirmation');
  });

  it('a confirmation under another rule than the first stage', () => {
    const easier = bundle({ ...searchAgain.header }, (header) =>
      bundleLines(header).map((line) => ({ ...line, rule: digestOf('easier') })),
    );
    expect(problemOf([...whole, easier])).toBe('different_rules');
  });

  it('a second confirmation of what was confirmed in the same job', () => {
    const both = shardBundles([['search']]).map(({ header }) =>
      bundle({ ...header, confirm: ['search'] }, (known) => [
        record(ok(1), { purpose: 'confirm', provenance: provenanceUnder(known) }),
      ]),
    );
    expect(problemOf([...both, confirmBundle(['search'], [['search']])])).toBe('duplicate_confirmation');
    expect(problemOf(both)).toBe('none');
  });

  it.each([
    ['work trees in another state', { dirty: true, diff: digestOf('diff') }],
    ['records of a fork among others', { refClass: 'fork' as const }],
    ['another manifest', { manifest: digestOf('x') }],
    ['another tree of the same base', { baseTree: hashOf('9') }],
  ])('%s', (_what, change) => {
    const mixed = whole.map((one, index) =>
      index === 1
        ? bundle({ ...one.header }, (header) =>
            bundleLines(header).map((line) => ({ ...line, provenance: { ...line.provenance, ...change } })),
          )
        : one,
    );
    expect(problemOf(mixed)).toBe('different_revision');
  });

  it('and says which shards are missing, and which files say the same', () => {
    expect(reasonOf([whole[1] as Bundle])).toBe('3 shards missing: 1/4, 3/4, 4/4');
    const many = shardBundles(Array.from({ length: 30 }, () => []));
    expect(reasonOf(many.slice(0, 2))).toMatch(/^28 shards missing: 3\/30, .*, 12\/30 and more$/);
    expect(reasonOf([...whole, { ...(whole[1] as Bundle), name: 'copy.jsonl' }])).toBe(
      'copy.jsonl and measure-1.jsonl are both shard 2/4',
    );
  });
});

it('mergeBundles() passes over a confirmation that no shard asked for, such as one of an earlier attempt', () => {
  const leftover = confirmBundle(['parse'], shards);
  expect(mergeBundles([...whole, leftover], sha256)).toEqual(mergeBundles(whole, sha256));
});
