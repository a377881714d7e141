import { describe, expect, it } from 'vitest';
import type { Benchmark, Manifest, Problem } from './manifest.ts';
import { readManifest } from './read.ts';

const project = '[project]\nname = "p"\nlanguage = "x"\ninvocation = "run"\n';
const head = `${project}[[benchmarks]]\nname = "b"\n`;
const quality = `${head}entry_point = "e"\ntier = "quality"\nmetric_direction = "minimize"\n`;

function accepted(text: string): Manifest {
  const reading = readManifest(text, 'manifest.toml');
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.manifest;
}

function benchmark(text: string): Benchmark {
  const [first] = accepted(text).benchmarks;
  if (first === undefined) throw new Error('no benchmark');
  return first;
}

function problems(text: string): readonly Problem[] {
  const reading = readManifest(text, 'manifest.toml');
  return reading.ok ? [] : reading.problems;
}

/** `path:line` of each problem. */
function places(text: string): string[] {
  return problems(text).map(({ path, line }) => `${path}:${line}`);
}

describe('readManifest() on values', () => {
  it.each(['""', '" "', '"."', '".."', '"a/b"', '"a\\\\b"', '"a\\nb"', '"a\\u202Eb"', `"${'x'.repeat(201)}"`])(
    'readManifest() refuses the name %s of a project and of a benchmark',
    (name) => {
      expect(places(quality.replace('"p"', name))).toEqual(['project.name:2']);
      expect(places(quality.replace('"b"', name))).toEqual(['benchmarks[0].name:6']);
    },
  );

  it.each([
    ['5', '5'],
    ['1.0', '1.0'],
    ['1e16', '1e+16'],
    ['true', 'True'],
    ['[1, "a\'b", {x = 1.5}]', "[1, \"a'b\", {'x': 1.5}]"],
    ['1979-05-27T07:32:00.5Z', '1979-05-27 07:32:00.500000+00:00'],
    ['"ünïcode ✓"', 'ünïcode ✓'],
  ])("readManifest() takes the name %s as Python's str() writes it", (name, expected) => {
    expect(accepted(quality.replace('"p"', name)).project.name).toBe(expected);
  });

  it('readManifest() refuses a name that another benchmark has, with both lines', () => {
    const entry = '[[benchmarks]]\nname = "b"\nentry_point = "e"\ntier = "correctness"\n';
    const [problem] = problems(project + entry + entry);
    expect(problem).toMatchObject({ path: 'benchmarks[1].name', line: 10 });
    expect(problem?.message).toContain('line 6');
  });

  it.each(['promotion_sigma', 'promotion_z', 'tolerance', 'alpha_fail', 'timeout_seconds', 'threads', 'repetitions'])(
    'readManifest() refuses a %s that is not finite',
    (key) => {
      for (const value of ['nan', '-nan', 'inf', '-inf', '1e999']) {
        expect(places(`${quality}${key} = ${value}`)).toEqual([`benchmarks[0].${key}:10`]);
      }
    },
  );

  it.each([
    'threads = 0',
    'threads = "2.9"',
    'repetitions = -1',
    'baseline_seeds = 1',
    'baseline_seeds = [1.0]',
    'baseline_seeds = [9007199254740992]',
    'tier = ["x"]',
    'gpu = 1',
    'gate_policy = "reference"',
    'corpus_type = ""',
    'goal = "better"',
    'tolerance = -0.1',
    'tolerance = "0.1"',
    'alpha_fail = 0',
    'alpha_pass = 0.51',
    'min_pairs = 0',
    'max_pairs = 5',
    'timeout_seconds = 0',
    'env = ["A=B"]',
    'env = "PATH"',
    'metric = "wall_seconds"',
    'unit = ""',
    'gate_policy = "sigma"',
    'gate_policy = "mann_whitney"',
  ])('readManifest() refuses %s', (line) => {
    const text = line.startsWith('tier') ? quality.replace('tier = "quality"', line) : `${quality}${line}\n`;
    expect(problems(text)).toHaveLength(1);
  });

  it('readManifest() refuses names of branches and remotes that git would take for options', () => {
    expect(places(`${quality}[ledger]\nbranch = "--force"\nremote = "a b"\n`)).toEqual([
      'ledger.branch:11',
      'ledger.remote:12',
    ]);
  });

  it("readManifest() coerces like Python's int(), float() and bool()", () => {
    const text = `${quality}threads = " 1_0 "\nrepetitions = 2.9\nexpected_runtime_seconds = true\npromotion_sigma = "-1.5e0"
promotion_z = " .5 "\nbackground_required = "no"\ndeterministic = 0.0\nbaseline_seeds = [true, 7]\n`;
    expect(benchmark(text)).toMatchObject({
      threads: 10,
      repetitions: 2,
      expectedRuntimeSeconds: 1,
      promotionSigma: -1.5,
      promotionZ: 0.5,
      backgroundRequired: true,
      deterministic: false,
      baselineSeeds: [1, 7],
    });
  });
});

describe('readManifest() on what is left out', () => {
  it('readManifest() fills in every default', () => {
    const { project: read, benchmarks, ledger, policy } = accepted(quality);
    expect(read).toEqual({
      name: 'p',
      language: 'x',
      invocation: 'run',
      setup: null,
      allowDirtyPaths: [],
      harnessPaths: ['bench/'],
      writablePaths: [],
    });
    expect(ledger).toEqual({ branch: null, remote: null });
    expect(policy).toEqual({
      timeBudgetMinutes: null,
      conclusions: { NEEDS_MORE_DATA: 'neutral', NO_BASELINE: 'neutral', NO_REFERENCE: 'neutral', SKIPPED: 'neutral' },
      forks: 'claimed',
      gateChangeLabel: null,
      autoPromote: false,
    });
    expect(benchmarks).toEqual([
      {
        name: 'b',
        tier: 'quality',
        runner: { kind: 'protocol', entryPoint: 'e' },
        policy: 'paired',
        goal: 'no_regression',
        direction: 'minimize',
        deterministic: false,
        unit: null,
        threads: 1,
        gpu: 'none',
        backgroundRequired: false,
        expectedRuntimeSeconds: null,
        repetitions: 1,
        baselineSeeds: [],
        promotionSigma: null,
        promotionZ: null,
        tolerance: 0.05,
        alphaFail: 0.01,
        alphaPass: 0.05,
        minPairs: 6,
        maxPairs: 30,
        timeoutSeconds: 600,
        env: [],
        corpus: null,
        referencePolicy: null,
        line: 5,
      },
    ]);
  });

  it('readManifest() takes a command alone, without language and invocation', () => {
    const text = '[project]\nname = "p"\n[[benchmarks]]\nname = "b"\ncommand = "node b.js"\n';
    expect(benchmark(text)).toMatchObject({
      runner: { kind: 'command', command: 'node b.js', metric: 'wall_seconds' },
      tier: 'performance',
      direction: 'minimize',
      unit: 's',
      policy: 'paired',
      line: 3,
    });
    expect(benchmark(`${text}metric = "max_rss_bytes"`).unit).toBe('B');
    expect(places(`${text}tier = "correctness"`)).toEqual(['benchmarks[0].tier:6']);
    expect(places(`${text}[[benchmarks]]\nname = "c"\nentry_point = "e"\ntier = "correctness"`)).toEqual([
      'project.language:1',
      'project.invocation:1',
    ]);
  });

  it.each([
    ['', 'paired', 'no_regression', 0.05],
    ['promotion_sigma = 2', 'sigma', 'improvement', 0.05],
    ['promotion_sigma = 2\ndeterministic = true', 'exact', 'no_regression', 0],
    ['deterministic = true\ngate_policy = "paired"', 'paired', 'no_regression', 0.05],
    ['promotion_sigma = 2\ngate_policy = "exact"\ntolerance = 1', 'exact', 'no_regression', 1],
    ['promotion_z = 1\ngate_policy = "mann_whitney"', 'mann_whitney', 'improvement', 0.05],
    [
      'promotion_sigma = 1\ngate_policy = "mann_whitney"\ngoal = "no_regression"',
      'mann_whitney',
      'no_regression',
      0.05,
    ],
    ['promotion_z = 1', 'paired', 'no_regression', 0.05],
  ])('readManifest() resolves the gate of %j', (lines, policy, goal, tolerance) => {
    expect(benchmark(`${quality}${lines}\n`)).toMatchObject({ policy, goal, tolerance });
  });

  it('readManifest() gives correctness benchmarks the reference gate whatever they say', () => {
    const text = `${head}entry_point = "e"\ntier = "correctness"\n`;
    for (const policy of ['sigma', 'mann_whitney', 'paired', 'exact']) {
      const read = benchmark(`${text}gate_policy = "${policy}"\n`);
      expect(read).toMatchObject({ policy: 'reference', direction: null, deterministic: true });
    }
    expect(places(`${text}gate_policy = "t"`)).toEqual(['benchmarks[0].gate_policy:9']);
  });

  it('readManifest() keeps a corpus as declared', () => {
    expect(benchmark(`${quality}corpus_type = "tree"`).corpus).toBeNull();
    expect(benchmark(`${quality}corpus_path = 5\ncorpus_hash = ""`).corpus).toEqual({
      path: '5',
      hash: '',
      type: 'bytes',
    });
    expect(benchmark(`${quality}corpus_hash = "h"`).corpus).toEqual({ path: null, hash: 'h', type: 'bytes' });
  });

  it('readManifest() lets max_pairs follow a larger min_pairs', () => {
    expect(benchmark(`${quality}min_pairs = 40`)).toMatchObject({ minPairs: 40, maxPairs: 40 });
  });

  it('readManifest() reads inline tables and dotted keys with their lines', () => {
    const text =
      'project = {name = "p"}\nbenchmarks = [\n  {name = "b", command = "c"},\n  {name = "b", command = "c"},\n]\n';
    expect(places(text)).toEqual(['benchmarks[1].name:4']);
    expect(places('benchmarks = [{name = "b", command = "c"}]\nproject.naem = "p"\n')).toEqual([
      'project.naem:2',
      'project.name:2',
    ]);
  });
});
