import { toTruth } from './coerce.ts';
import { largestEvidence, pairsNeeded } from './evidence-bound.ts';
import { lineOf, type TomlTable } from './locate.ts';
import type { Benchmark, Problem } from './manifest.ts';
import { keyPath } from './shown.ts';

export interface WrittenBenchmark {
  readonly path: string;
  readonly table: TomlTable;
  readonly benchmark: Benchmark;
}

/** Returns what is valid and can still never work: gates that can't be reached, data that stays too small. */
export function warningsOf(written: readonly WrittenBenchmark[]): Problem[] {
  const family = written.filter(({ benchmark }) => benchmark.policy === 'paired').length;
  return written.flatMap((entry) => {
    const { path, table, benchmark } = entry;
    const { policy } = benchmark;
    const warnings: Problem[] = [];
    const warn = (key: string, message: string, hint: string): void => {
      warnings.push({ path: keyPath(path, key), line: lineOf(table, key), message, hint });
    };
    if (policy === 'sigma' || policy === 'mann_whitney') warnOfFloors(benchmark, warn);
    if (policy === 'mann_whitney') warnOfCeiling(benchmark, warn);
    if (policy === 'paired') warnOfPairs(benchmark, family, warn);
    if (benchmark.tolerance > 1) {
      const message = `is ${benchmark.tolerance}: a change of ${benchmark.tolerance * 100} % is accepted`;
      warn('tolerance', message, 'It is a fraction: write 0.05 for 5 %.');
    }
    const hash = table.entries.get('corpus_hash');
    if (hash !== undefined && toTruth(hash.value) && !table.entries.has('corpus_type')) {
      warn(
        'corpus_hash',
        'is given without corpus_type: the corpus is taken for one file',
        'Write `corpus_type = "bytes"`.',
      );
    }
    return warnings;
  });
}

type Warn = (key: string, message: string, hint: string) => void;

function warnOfFloors({ repetitions, baselineSeeds }: Benchmark, warn: Warn): void {
  if (repetitions < 2) {
    const message = 'is 1: the gate needs 2 candidate runs or more and would answer NEEDS_MORE_DATA forever';
    warn('repetitions', message, 'Write `repetitions = 2` or more.');
  }
  if (baselineSeeds.length < 2) {
    const message = `has ${baselineSeeds.length} of the 2 seeds or more that the gate needs; it would answer NEEDS_MORE_DATA forever`;
    warn('baseline_seeds', message, 'List 2 seeds or more.');
  }
}

/** The largest |z| of two samples, reached when no value of one lies among those of the other (spec §1.3). */
function warnOfCeiling({ repetitions, baselineSeeds, promotionSigma, promotionZ }: Benchmark, warn: Warn): void {
  const baseline = Math.max(baselineSeeds.length, 2);
  const candidate = Math.max(repetitions, 2);
  const ceiling = Math.sqrt((3 * baseline * candidate) / (baseline + candidate + 1));
  if (promotionZ === null) {
    warn('promotion_z', 'is missing for gate_policy "mann_whitney"; promotion_sigma is used', 'Write `promotion_z`.');
  }
  const threshold = promotionZ ?? promotionSigma;
  if (threshold === null || threshold <= ceiling) return;
  warn(
    promotionZ === null ? 'promotion_sigma' : 'promotion_z',
    `is ${threshold}, but ${baseline} baseline and ${candidate} candidate runs reach ${(Math.floor(ceiling * 1000) / 1000).toFixed(3)} at most: never PROMOTE`,
    'Lower it, or raise repetitions and baseline_seeds.',
  );
}

/** FAIL needs E ≥ max(1/alpha_fail, m/0.05) for m paired benchmarks, PASS needs E ≥ 1/alpha_pass (DESIGN §10). */
function warnOfPairs({ maxPairs, alphaFail, alphaPass }: Benchmark, family: number, warn: Warn): void {
  const reachable = largestEvidence(maxPairs);
  for (const [verdict, evidence] of [
    ['FAIL', Math.max(1 / alphaFail, family / 0.05)],
    ['PASS', 1 / alphaPass],
  ] as const) {
    if (reachable >= evidence) continue;
    const needed = pairsNeeded(evidence);
    const others = verdict === 'FAIL' && family > 1 ? ` with ${family} paired benchmarks` : '';
    warn(
      'max_pairs',
      `is ${maxPairs}: never ${verdict}, which needs E >= ${short(evidence)}${others}; so many pairs reach ${short(reachable)} at most`,
      needed === null ? 'Raise alpha_fail or alpha_pass.' : `Allow ${needed} pairs or more.`,
    );
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
