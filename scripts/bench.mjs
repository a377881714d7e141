// Speed as ratios, measured side by side in this one run: every figure is a median of interleaved process launches.
// usage: node scripts/bench.mjs [--tries N] [--benchstone PATH-TO-bench]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureAction } from './bench-action.mjs';
import { buildHistory, fillBenchstone } from './bench-history.mjs';

const { values } = parseArgs({ options: { tries: { type: 'string', default: '11' }, benchstone: { type: 'string' } } });
const tries = Number(values.tries);
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const root = realpathSync(mkdtempSync(join(tmpdir(), 'benchgate-bench-')));
const env = {
  PATH: process.env.PATH,
  HOME: root,
  LANG: 'C.UTF-8',
  BENCHGATE_HOME: join(root, 'benchgate'),
  BENCHSTONE_HOME: join(root, 'benchstone'),
};

const manifest = `[project]
name = "speed"
language = "sh"
invocation = '''printf '{{"status":"ok","metric":1}}' > {output_path}'''

[[benchmarks]]
name = "trivial"
entry_point = "trivial"
tier = "performance"
metric_direction = "minimize"
promotion_sigma = 2.0
repetitions = 5
baseline_seeds = [1, 2, 3]
`;

function project() {
  const folder = join(root, 'speed');
  mkdirSync(join(folder, 'bench'), { recursive: true });
  writeFileSync(join(folder, 'bench/manifest.toml'), manifest);
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@localhost', ...args], { cwd: folder, env });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'bench');
  return {
    folder,
    head: String(git('rev-parse', 'HEAD')).trim(),
    tree: String(git('rev-parse', 'HEAD^{tree}')).trim(),
  };
}

/** The `bench` program of benchstone: given, on PATH, or installed into a throw-away venv; null when none can be had. */
function findBenchstone() {
  if (values.benchstone !== undefined) return values.benchstone;
  const found = spawnSync('sh', ['-c', 'command -v bench'], { encoding: 'utf8' }).stdout.trim();
  if (found !== '') return found;
  const venv = join(root, 'venv');
  const made = spawnSync('python3', ['-m', 'venv', venv]).status === 0;
  const installed = made && spawnSync(join(venv, 'bin/pip'), ['install', '--quiet', 'benchstone']).status === 0;
  return installed ? join(venv, 'bin/bench') : null;
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Medians in milliseconds of commands run in turn: A B C A B C …, after one round that is not counted. */
function compare(commands, cwd) {
  const times = new Map(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round <= tries; round++) {
    for (const [name, [program, ...args]] of Object.entries(commands)) {
      const start = process.hrtime.bigint();
      const { status, stderr } = spawnSync(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
      const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
      if (status !== 0 && status !== 1) throw new Error(`${name} ended with ${status}: ${stderr}`);
      if (round > 0) times.get(name).push(milliseconds);
    }
  }
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list)]));
}

const show = (title, medians, against) => {
  console.log(`\n${title}`);
  for (const [name, value] of Object.entries(medians)) {
    const ratio = against in medians ? `  ${(value / medians[against]).toFixed(2)} × ${against}` : '';
    console.log(`  ${name.padEnd(34)} ${value.toFixed(0).padStart(6)} ms${ratio}`);
  }
};

const target = (label, value, limit) => {
  const met = value <= limit;
  console.log(`${met ? 'met   ' : 'MISSED'} ${label}: ${value.toFixed(2)} (at most ${limit})`);
  return met;
};

try {
  const { folder, head, tree } = project();
  const bench = findBenchstone();
  console.log(
    `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0].toFixed(1)}, ${tries} rounds`,
  );
  if (bench === null) console.log('benchstone can not be had here: its columns and targets are left out');
  else execFileSync(bench, ['register', folder], { env, stdio: 'ignore' });
  const results = [];
  for (const count of [5, 50]) {
    const loop = `i=0; while [ $i -lt ${count} ]; do sh -c 'printf x > /dev/null'; i=$((i+1)); done`;
    const ours = [process.execPath, cli, 'run', 'trivial', '--ledger-remote', 'none', '--repetitions', String(count)];
    const medians = compare(
      {
        'empty command loop': ['sh', '-c', loop],
        'node -e 0': [process.execPath, '-e', '0'],
        'benchgate run': ours,
        'benchgate run, not isolated': [...ours, '--isolation', 'none'],
        ...(bench === null ? {} : { 'benchstone run': [bench, 'run', 'speed', 'trivial', '-n', String(count)] }),
      },
      folder,
    );
    show(
      `run, ${count} repetitions of a trivial command`,
      medians,
      bench === null ? 'empty command loop' : 'benchstone run',
    );
    const perRepetition = (medians['benchgate run'] - medians['node -e 0']) / count;
    console.log(
      `  start-up, provenance, ledger and ${count} repetitions: ${perRepetition.toFixed(1)} ms per repetition over an empty Node`,
    );
    if (bench !== null)
      results.push([
        `run with ${count} repetitions against benchstone`,
        medians['benchgate run'] / medians['benchstone run'],
        1.25,
      ]);
  }

  console.log('\nwriting 100,000 recorded rows …');
  const [small, large] = [join(root, 'small.git'), join(root, 'large.git')];
  await buildHistory({ directory: small, head, tree, rows: 100, env });
  await buildHistory({ directory: large, head, tree, rows: 100_000, env });
  if (bench !== null) fillBenchstone({ home: env.BENCHSTONE_HOME, head, rows: 100_000 });
  const evaluate = (ledger) => [
    process.execPath,
    cli,
    'evaluate',
    'trivial',
    '--ledger-remote',
    'none',
    '--ledger-dir',
    ledger,
  ];
  const medians = compare(
    {
      'benchgate evaluate, 100 rows': evaluate(small),
      'benchgate evaluate, 100,000 rows': evaluate(large),
      ...(bench === null ? {} : { 'benchstone evaluate, 100,000 rows': [bench, 'evaluate', 'speed', 'trivial'] }),
    },
    folder,
  );
  show('evaluate', medians, bench === null ? 'benchgate evaluate, 100 rows' : 'benchstone evaluate, 100,000 rows');
  if (bench !== null)
    results.push([
      'evaluate with 100,000 rows against benchstone',
      medians['benchgate evaluate, 100,000 rows'] / medians['benchstone evaluate, 100,000 rows'],
      1,
    ]);
  results.push([
    'evaluate with 100,000 rows against 100 rows',
    medians['benchgate evaluate, 100,000 rows'] / medians['benchgate evaluate, 100 rows'],
    1.1,
  ]);
  const action = await measureAction(tries);
  console.log(
    `\nthe action's first own line: ${action.actionMs.toFixed(0)} ms (an empty Node: ${action.emptyMs.toFixed(0)} ms), entry closure ${(action.closureBytes / 1024).toFixed(0)} KiB minified`,
  );
  results.push(
    ["the action's first own line, against 150 ms", action.actionMs / 150, 1],
    ["the action's entry closure, against 1 MB", action.closureBytes / 1e6, 1],
  );
  console.log('');
  const met = results.map(([label, value, limit]) => target(label, value, limit));
  process.exitCode = met.every(Boolean) ? 0 : 1;
} finally {
  if (existsSync(root)) rmSync(root, { recursive: true, force: true });
}
