import { describe, expect, it } from 'vitest';
import { largestEvidence, pairsNeeded } from './evidence-bound.ts';
import { readManifest } from './read.ts';

const project = '[project]\nname = "p"\nlanguage = "x"\ninvocation = "run"\n';
const entry = (name: string, lines = ''): string =>
  `[[benchmarks]]\nname = "${name}"\nentry_point = "e"\ntier = "quality"\nmetric_direction = "minimize"\n${lines}\n`;

function warnings(benchmarks: string): string[] {
  const reading = readManifest(project + benchmarks, 'manifest.toml');
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.warnings.map(({ path, line, message }) => `${path}:${line} ${message}`);
}

const places = (benchmarks: string): string[] => warnings(benchmarks).map((text) => text.split(' ')[0] ?? '');

describe('readManifest() warns', () => {
  it('readManifest() warns of too few repetitions and seeds for sigma and mann_whitney only', () => {
    expect(places(entry('b', 'promotion_sigma = 2'))).toEqual([
      'benchmarks[0].repetitions:5',
      'benchmarks[0].baseline_seeds:5',
    ]);
    expect(places(entry('b', 'repetitions = 1'))).toEqual([]);
    expect(places(entry('b', 'promotion_sigma = 2\ndeterministic = true'))).toEqual([]);
  });

  it.each([
    ['promotion_z = 1.9639', []],
    ['promotion_z = 1.964', ['benchmarks[0].promotion_z:13']],
    ['promotion_sigma = 1.9', ['benchmarks[0].promotion_z:5']],
    ['promotion_sigma = 2.0', ['benchmarks[0].promotion_z:5', 'benchmarks[0].promotion_sigma:13']],
    ['promotion_sigma = 9\npromotion_z = 1.5', []],
  ])('readManifest() warns of a Mann-Whitney threshold above 1.96396 for 3 + 3 runs: %j', (threshold, expected) => {
    const lines = `repetitions = 3\nbaseline_seeds = [1, 2, 3]\ngate_policy = "mann_whitney"\n${threshold}`;
    expect(places(entry('b', lines))).toEqual(expected);
  });

  it('readManifest() warns of a corpus hash without a type whatever the gate', () => {
    expect(places(entry('b', 'corpus_hash = "sha256:aa"'))).toEqual(['benchmarks[0].corpus_hash:10']);
    expect(places(entry('b', 'corpus_hash = ""'))).toEqual([]);
    expect(places(entry('b', 'corpus_hash = "sha256:aa"\ncorpus_type = "bytes"'))).toEqual([]);
  });

  it.each([
    [8, []],
    [7, ['FAIL']],
    [6, ['FAIL']],
  ])('readManifest() warns that %i pairs are too few for %j', (pairs, verdicts) => {
    const found = warnings(entry('b', `min_pairs = 1\nmax_pairs = ${pairs}`));
    expect(found.map((text) => /never (\w+)/.exec(text)?.[1])).toEqual(verdicts);
  });

  it('readManifest() warns that 5 pairs are too few for FAIL and for PASS', () => {
    const found = warnings(entry('b', 'min_pairs = 1\nmax_pairs = 5'));
    expect(found.map((text) => /never (\w+)/.exec(text)?.[1])).toEqual(['FAIL', 'PASS']);
  });

  it('readManifest() counts the paired benchmarks: FAIL needs E of 20 each', () => {
    const some = (count: number): string =>
      Array.from({ length: count }, (_, index) => entry(`b${index}`, 'max_pairs = 8')).join('');
    expect(places(some(6))).toEqual([]);
    expect(places(some(7))).toHaveLength(7);
    expect(places(some(6) + entry('exact', 'deterministic = true'))).toEqual([]);
  });
});

describe('largestEvidence()', () => {
  it('largestEvidence() is the bound of the paired gate', () => {
    expect(largestEvidence(0)).toBe(1);
    expect(largestEvidence(5)).toBeCloseTo(19.741181, 6);
    expect(largestEvidence(8)).toBeCloseTo(139.065895, 6);
  });

  it('pairsNeeded() inverts it', () => {
    expect(pairsNeeded(20)).toBe(6);
    expect(pairsNeeded(100)).toBe(8);
    expect(pairsNeeded(Number.NaN)).toBeNull();
  });
});
