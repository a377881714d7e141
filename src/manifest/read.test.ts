import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from './manifest.ts';
import { readManifest } from './read.ts';

const project = '[project]\nname = "p"\nlanguage = "x"\ninvocation = "run"\n';
const head = `${project}[[benchmarks]]\nname = "b"\n`;
const quality = `${head}entry_point = "e"\ntier = "quality"\nmetric_direction = "minimize"\n`;

function problems(text: string): readonly Problem[] {
  const reading = readManifest(text, 'manifest.toml');
  return reading.ok ? [] : reading.problems;
}

/** `path:line` of each problem. */
function places(text: string): string[] {
  return problems(text).map(({ path, line }) => `${path}:${line}`);
}

describe('readManifest() on text that is not TOML', () => {
  it.each([
    ['a syntax error', 'a = 1\nb =\n', 3],
    ['a key defined twice', 'a = 1\n[b]\n[b]\n', 3],
    ['a byte order mark', '\uFEFFa = 1\n', 1],
    ['a bare carriage return, which would end a comment', 'a = 1\n# x\r[project]\n', 2],
    ['TOML 1.1', 'a = {\nb = 1}\n', 2],
    ['keys nested too deeply', `\n${'a.'.repeat(80)}a = 1`, 2],
    ['lists nested too deeply', `\na = ${'['.repeat(80)}${']'.repeat(80)}`, 2],
    ['lists nested beyond the stack', `a = ${'['.repeat(50_000)}${']'.repeat(50_000)}`, 1],
  ])('readManifest() refuses %s with one problem and its line', (_, text, line) => {
    const found = problems(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ path: '', line });
    expect(found[0]?.message).toContain('manifest.toml is not valid TOML');
  });

  it('readManifest() never throws, and refuses with a problem or accepts', () => {
    const keys = [
      'name',
      'tier',
      'env',
      'threads',
      'baseline_seeds',
      'constructor',
      '__proto__',
      'command',
      'toString',
    ];
    const pieces = fc.oneof(
      fc.constantFrom(...keys.map((key) => `${key} = `)),
      fc.constantFrom(
        '[project]\n',
        '[[benchmarks]]\n',
        '[policy]\n',
        '[__proto__]\n',
        '[[pairs]]\n',
        '[project.name]\n',
      ),
      fc.constantFrom(
        '1',
        '-2.5',
        'nan',
        '"x"',
        '"correctness"',
        '[1, "a"]',
        '{ a = 1 }',
        'true',
        '1979-05-27',
        '[',
        '\n',
      ),
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
      fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }).map((parts) => quality + parts.join('\n')),
    );
    fc.assert(
      fc.property(text, (input) => {
        const reading = readManifest(input, 'm');
        if (reading.ok) return reading.manifest.benchmarks.length > 0;
        const lines = reading.problems.map(({ line }) => line);
        const sorted = lines.every((line, index) => line >= 1 && line >= (lines[index - 1] ?? 1));
        return reading.problems.length > 0 && sorted;
      }),
      { numRuns: 2000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('readManifest() on keys', () => {
  it('readManifest() refuses all problems at once, in the order of lines', () => {
    const text = [
      'nmae = 1', // 1
      '[project]', // 2: name, language missing
      'invocation = "x"', // 3
      '[[benchmarks]]', // 4: entry_point missing
      'name = "a/b"', // 5
      'tier = "performace"', // 6
      'env = ["OK", "not ok", 3]', // 7
      'min_pair = 4', // 8
      '[[benchmarks]]', // 9
      'name = "c"', // 10
      'command = "x"', // 11
      'entry_point = "y"', // 12
      'tolerance = inf', // 13
      '[policy]', // 14
      'auto_promote = "no"', // 15
    ].join('\n');
    expect(places(text)).toEqual([
      'nmae:1',
      'project.name:2',
      'project.language:2',
      'benchmarks[0].entry_point:4',
      'benchmarks[0].name:5',
      'benchmarks[0].tier:6',
      'benchmarks[0].env[1]:7',
      'benchmarks[0].env[2]:7',
      'benchmarks[0].min_pair:8',
      'benchmarks[1].entry_point:12',
      'benchmarks[1].tolerance:13',
      'policy.auto_promote:15',
    ]);
  });

  it.each([
    [`projct = 1\n${quality}`, 'projct', 'Did you mean `project`?'],
    [
      `${project}langauge = "x"\n[[benchmarks]]\nname="b"\nentry_point="e"\ntier="correctness"`,
      'project.langauge',
      '`language`',
    ],
    [`${quality}tolerence = 0.1`, 'benchmarks[0].tolerence', '`tolerance`'],
    [`${quality}Max-Pairs = 8`, 'benchmarks[0].Max-Pairs', '`max_pairs`'],
    [`${quality}[ledger]\nbrnach = "x"`, 'ledger.brnach', '`branch`'],
    [`${quality}[policy]\ntime_budget_minute = 1`, 'policy.time_budget_minute', '`time_budget_minutes`'],
    [`${quality}time_budget_minutes = 1`, 'benchmarks[0].time_budget_minutes', 'It belongs in `[policy]`.'],
  ])('readManifest() refuses an unknown key and names the right one: %#', (text, path, hint) => {
    const [problem, ...others] = problems(text);
    expect(others).toEqual([]);
    expect(problem?.path).toBe(path);
    expect(problem?.hint).toContain(hint);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'xyzzy'])(
    'readManifest() refuses %s like any unknown key, without a hint',
    (key) => {
      const text = `${key} = 1\n${project}${key} = 1\n[[benchmarks]]\nname="b"\nentry_point="e"\ntier="correctness"\n${key}.x = 1\n`;
      expect(places(text)).toEqual([`${key}:1`, `project.${key}:6`, `benchmarks[0].${key}:11`]);
      expect(problems(text).every(({ hint }) => hint === null)).toBe(true);
      expect(places(`${quality}[${key}.x]\ny = 1`)).toEqual([`${key}:10`]);
    },
  );

  it.each(['pairs', 'replays', 'contracts', 'grids'])('readManifest() refuses [[%s]] as not supported yet', (key) => {
    const [problem] = problems(`${quality}[[${key}]]\nx = 1`);
    expect(problem).toMatchObject({ path: key, line: 10, hint: null });
    expect(problem?.message).toBe(`\`[[${key}]]\` is not supported by this version of benchgate`);
  });

  it.each([
    ['[providers.x]', 'providers'],
    ['[prices]', 'prices'],
    ['[tokenjam]', 'tokenjam'],
    ['[guard]', 'guard'],
    ['when = {}', 'benchmarks[0].when'],
    ['import = {}', 'benchmarks[0].import'],
    ['[policy]\nconclusions = "x"', 'policy.conclusions'],
  ])('readManifest() refuses %j as not supported yet', (line, path) => {
    const found = problems(`${quality}${line}\n`);
    expect(found.map((problem) => problem.path)).toEqual([path]);
    expect(found[0]?.message).toContain('is not supported by this version of benchgate');
  });

  it.each([
    ['project = 1', 'project'],
    ['[[project]]\nname = "p"', 'project'],
    [`${project}[benchmarks]\nname = "b"`, 'benchmarks'],
    [`benchmarks = []\n${project}`, 'benchmarks'],
    [project, 'benchmarks'],
    [`benchmarks = [1]\n${project}`, 'benchmarks[0]'],
    [`ledger = 1\n${quality}`, 'ledger'],
  ])('readManifest() refuses a table of the wrong kind: %j', (text, path) => {
    expect(problems(text).map((problem) => problem.path)).toContain(path);
  });

  it('readManifest() shows hostile text in messages without characters that a terminal obeys', () => {
    const text = `"\\u001b[31m\\u202e" = 1\n${head}entry_point = "e"\ntier = "\\u001b[2J${'x'.repeat(500)}"\n`;
    for (const { path, message } of problems(text)) {
      expect(`${path}${message}`).not.toMatch(/[\p{C}]/u);
      expect(message.length).toBeLessThan(250);
    }
  });
});
