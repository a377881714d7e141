import { expect, it } from 'vitest';
import {
  base,
  digestOf,
  hashOf,
  headTree,
  pairRecords,
  record,
  rule,
  runKey,
  stopped,
} from '../../fixtures/ledger-lines.ts';
import { failed, ok, pairs } from '../../fixtures/observations.ts';
import { completeBlocks, gaps, measuredGap, metricsOf, pairsOf, recordsOf, underKey } from './evidence.ts';

const key = { experiment: 'search', base, tree: headTree, diff: null, rule };

it('underKey() takes what was measured for the same base, tree, dirt and rule, in order', () => {
  const fitting = [
    record(ok(1)),
    record(ok(2), { provenance: { head: hashOf('9'), runKey: runKey(2), refClass: 'pull_request' } }),
    stopped(1),
  ];
  const others = [
    record(ok(1), { experiment: 'other' }),
    record(ok(1), { rule: digestOf('another rule') }),
    record(ok(1), { purpose: 'confirm' }),
    record(ok(1), { provenance: { base: hashOf('8') } }),
    record(ok(1), { provenance: { base: null } }),
    record(ok(1), { provenance: { tree: hashOf('8') } }),
    record(ok(1), { provenance: { diff: digestOf('dirt'), dirty: true } }),
    stopped(1, { provenance: { diff: digestOf('dirt') } }),
  ];
  const mixed = [...others.slice(0, 4), ...fitting, ...others.slice(4)];
  expect(underKey(mixed, key, ['paired'])).toEqual(fitting);
  const dirty = underKey(mixed, { ...key, diff: digestOf('dirt') }, ['paired']);
  expect(dirty).toEqual([others[6], others[7]]);
});

it('pairsOf() gives complete pairs, run by run, whatever order their arms ran in', () => {
  const first = pairRecords(
    pairs([
      [1, 2],
      [3, 4],
    ]),
  );
  const second = pairRecords(pairs([[5, 6]]), { provenance: { runKey: runKey(2) } });
  const half = record(ok(9), { arm: 'baseline', block: 2 });
  const metrics = (lines: Parameters<typeof pairsOf>[0]) =>
    pairsOf(lines).map(({ baseline, candidate }) => [
      baseline.status === 'ok' && baseline.metric,
      candidate.status === 'ok' && candidate.metric,
    ]);
  expect(metrics([...first.toReversed(), half, stopped(2), ...second])).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(metrics([half])).toEqual([]);
});

it.each([
  [
    'a whole run',
    pairRecords(
      pairs([
        [1, 2],
        [3, 4],
      ]),
    ),
    [],
  ],
  ['a run that says why it stopped', [...pairRecords(pairs([[1, 2]]), { plannedBlocks: 30 }), stopped(1)], []],
  [
    'half a pair after the last whole one',
    [
      ...pairRecords(pairs([[1, 2]]), { plannedBlocks: 30 }),
      record(ok(3), { block: 1, plannedBlocks: 30 }),
      stopped(1),
    ],
    [],
  ],
  ['a run that stopped before anything', [stopped(0, { plannedBlocks: 30 })], []],
  ['missing blocks', pairRecords(pairs([[1, 2]]), { plannedBlocks: 3 }), [{ planned: 3, found: 1 }]],
  [
    'fewer blocks than stopped says',
    [...pairRecords(pairs([[1, 2]]), { plannedBlocks: 9 }), stopped(2)],
    [{ planned: 2, found: 1 }],
  ],
  [
    'a missing half',
    pairRecords(
      pairs([
        [1, 2],
        [3, 4],
      ]),
    ).slice(1),
    [{ planned: 2, found: 1 }],
  ],
  ['a missing arm', pairRecords(pairs([[1, 2]])).filter(({ arm }) => arm === 'baseline'), [{ planned: 1, found: 0 }]],
  [
    'a stopped line of another purpose',
    [...pairRecords(pairs([[1, 2]]), { plannedBlocks: 3 }), stopped(0, { purpose: 'confirm' })],
    [{ planned: 3, found: 1 }],
  ],
  [
    'a stopped line of another run',
    [...pairRecords(pairs([[1, 2]]), { plannedBlocks: 3 }), stopped(0, { provenance: { runKey: runKey(2) } })],
    [{ planned: 3, found: 1 }],
  ],
] as const)('gaps() of %s', (_what, lines, expected) => {
  expect(gaps(lines)).toEqual(expected.map((gap) => ({ runKey: runKey(1), ...gap })));
});

it('measuredGap() looks at the runs of the records only', () => {
  const alone = { provenance: { base: null }, purpose: 'fresh' } as const;
  const one = record(ok(1), { ...alone, plannedBlocks: 2 });
  expect(measuredGap([one], [])).toMatchObject({ planned: 2, found: 1 });
  expect(measuredGap([one], [stopped(1, alone)])).toBeNull();
  expect(measuredGap([], [stopped(1, alone)])).toBeNull();
});

it('completeBlocks() counts blocks with both arms where there is a base', () => {
  const trials = [
    { arm: 'baseline', block: 0 },
    { arm: 'candidate', block: 0 },
    { arm: 'baseline', block: 1 },
  ] as const;
  expect([completeBlocks(trials, base), completeBlocks(trials, null), completeBlocks([], null)]).toEqual([1, 2, 0]);
});

it('recordsOf() and metricsOf() leave out what is no record, failed, or has no metric', () => {
  const lines = [record(ok(1)), stopped(1), record(failed()), record(ok(null)), record(ok(0))];
  expect(recordsOf(lines)).toHaveLength(4);
  expect(metricsOf(recordsOf(lines))).toEqual([1, 0]);
});
