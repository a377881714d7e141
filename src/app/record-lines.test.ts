import { expect, it } from 'vitest';
import { base, digestOf, hashOf, head, headTree, runKey, sha256 } from '../../fixtures/ledger-lines.ts';
import { benchmark, manifest } from '../../fixtures/manifests.ts';
import { failed, ok } from '../../fixtures/observations.ts';
import type { Arm } from '../domain/observation.ts';
import { gaps } from '../judging/evidence.ts';
import { decodeRun, encodeRun } from '../ledger/journal.ts';
import { planRun } from '../planning/plan.ts';
import type { StageResult } from './measure.ts';
import type { Project } from './project.ts';
import { linesOf } from './record-lines.ts';
import type { World } from './world.ts';

const one = benchmark({ policy: 'exact', corpus: { path: 'c', hash: 'md5:x', type: 'bytes' } });
const host = {
  platform: 'linux',
  architecture: 'x64',
  cpuModel: 'c',
  cpuCount: 2,
  memoryBytes: 1,
  name: 'n',
  nodeVersion: 'v',
};
const world: Partial<World> = { version: '0.1.0', machine: { host, environment: {}, homeDirectory: '/h' } };
const project: Partial<Project> = { manifest: manifest([one]) };
const identity = {
  runKey: runKey(1),
  startedAt: '2026-07-01T10:00:00.000Z',
  head: { sha: head, tree: headTree },
  base: { sha: base, tree: hashOf('d') },
  diff: null,
  manifestHash: digestOf('manifest'),
  merge: null,
  refClass: 'local' as const,
  shard: { index: 0, count: 1 },
};

/** Lines of a run of three planned blocks that got as far as these trials. */
function linesFor(done: readonly (readonly [Arm, number])[], because: StageResult['because']) {
  const request = {
    manifest: manifest([one]),
    benchmarks: [one],
    seedSet: 'fresh',
    metaSeed: 42n,
    repetitions: 3,
  } as const;
  const plan = planRun(request, sha256);
  const [experiment] = plan.experiments;
  if (experiment === undefined) throw new Error('nothing was planned');
  const isolation = { level: 'none', detail: 'test' } as const;
  const trials = done.map(([arm, block]) => {
    const observation = block === 1 ? failed() : ok(1);
    return { arm, block, seed: 7, purpose: 'fresh' as const, observation, isolation };
  });
  const stage: StageResult = { purpose: 'fresh', trials, plannedBlocks: 3, because, withheld: [] };
  return linesOf(world as World, project as Project, identity, plan, experiment, stage, 5);
}

it.each([
  ['nothing', [], 0],
  ['half a block', [['baseline', 0]], 0],
  [
    'a block and a half',
    [
      ['baseline', 0],
      ['candidate', 0],
      ['baseline', 1],
    ],
    1,
  ],
  [
    'two blocks',
    [
      ['baseline', 0],
      ['candidate', 0],
      ['baseline', 1],
      ['candidate', 1],
    ],
    2,
  ],
] as const)(
  'linesOf() of a run interrupted after %s counts complete blocks, so that no gap is seen in it',
  (_what, done, blocks) => {
    const lines = decodeRun(encodeRun(linesFor(done, 'interrupted')), 'path');
    expect(lines.at(-1)).toMatchObject({ kind: 'stopped', blocks, plannedBlocks: 3, because: 'interrupted' });
    expect(gaps(lines)).toEqual([]);
  },
);

it('linesOf() gives every trial its order and provenance, and no stopped line when all was run', () => {
  const lines = linesFor(
    [
      ['baseline', 0],
      ['candidate', 0],
    ],
    null,
  );
  expect(lines).toMatchObject([
    { kind: 'record', arm: 'baseline', order: 5, metaSeed: '42', corpus: null, provenance: { base, dirty: false } },
    { kind: 'record', arm: 'candidate', order: 6, provenance: { head, tree: headTree, familySize: 0 } },
  ]);
  expect(gaps(decodeRun(encodeRun(lines), 'path'))).toEqual([{ runKey: runKey(1), planned: 3, found: 1 }]);
});
