// Sixteen processes append to one ledger at once, and processes are killed while they append. Real git, real processes.
//   node scripts/soak/ledger-writers.mjs [--tries 20]
// Exit code 1 when a record is lost, doubled or misnumbered, or a ledger does not verify after a kill.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const writersAtOnce = 16;
const top = fileURLToPath(new URL('../..', import.meta.url));

const { values } = parseArgs({
  options: {
    tries: { type: 'string', default: '20' },
    // One writer, started by this script: appends its numbers and says each one's sequence.
    bundle: { type: 'string' },
    directory: { type: 'string' },
    remote: { type: 'string' },
    numbers: { type: 'string' },
  },
});

if (values.bundle === undefined) await soak(Number(values.tries));
else await write(values.bundle, values.directory, values.remote, values.numbers.split(',').map(Number));

async function write(bundle, directory, remote, numbers) {
  const { createEntry, openStore } = await import(pathToFileURL(bundle).href);
  const store = openStore(directory, remote);
  process.stdout.write('ready\n');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  for (const number of numbers) {
    const { sequence, commit } = await store.append(createEntry(number));
    process.stdout.write(`${JSON.stringify({ number, sequence, commit })}\n`);
  }
  process.stdin.destroy();
}

async function soak(tries) {
  if (!Number.isSafeInteger(tries) || tries < 1) throw new RangeError('--tries takes a whole number from 1');
  const folder = mkdtempSync(join(tmpdir(), 'benchgate-soak-'));
  try {
    const bundle = await bundleStore(folder);
    const tools = await import(pathToFileURL(bundle).href);
    const passedAtOnce = await repeat('sixteen writers at once', tries, (index) =>
      atOnce(folder, bundle, tools, index),
    );
    const passedKilled = await repeat('killed writers', tries, (index) => killed(folder, bundle, tools, index));
    process.exitCode = passedAtOnce && passedKilled ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function repeat(name, tries, attempt) {
  let passed = 0;
  const started = performance.now();
  for (let index = 0; index < tries; index += 1) {
    const faults = await attempt(index);
    if (faults.length === 0) passed += 1;
    for (const fault of faults) console.log(`  ${name}, try ${index + 1}: ${fault}`);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(`${name}: ${passed} of ${tries} tries (${(seconds / tries).toFixed(1)} s each)`);
  return passed === tries;
}

/** One remote without the branch; a folder for each writer in the odd tries, one for all in the even ones. */
async function atOnce(folder, bundle, tools, index) {
  const place = join(folder, `at-once-${index}`);
  const remote = tools.createRemote(place);
  const numbers = Array.from({ length: writersAtOnce }, (_, writer) => writer + 1);
  const writers = numbers.map((number) =>
    startWriter(bundle, join(place, index % 2 === 0 ? `local-${number}` : 'local'), remote, [number]),
  );
  await Promise.all(writers.map(({ ready }) => ready));
  for (const writer of writers) writer.go();
  const ends = await Promise.all(writers.map(({ ended }) => ended));
  const faults = ends.filter(({ exitCode }) => exitCode !== 0).map(({ stderr }) => `a writer failed: ${stderr}`);
  const audit = tools.auditLedger(remote);
  faults.push(...audit.faults);
  if (ascending(audit.runs).join() !== numbers.join()) faults.push(`the ledger holds ${audit.runs.join()}`);
  for (const { number, sequence } of ends.flatMap(({ said }) => said)) {
    if (audit.runs[sequence - 1] !== number) faults.push(`run ${number} was told it is number ${sequence}`);
  }
  rmSync(place, { recursive: true });
  return faults;
}

/** Writers are killed, every other one together with its git processes; afterwards each folder must go on working. */
async function killed(folder, bundle, tools, index) {
  const place = join(folder, `killed-${index}`);
  const remote = tools.createRemote(place);
  const directoryOf = (writer) => join(place, index % 2 === 0 ? `local-${writer}` : 'local');
  const writers = Array.from({ length: 6 }, (_, writer) => {
    const numbers = Array.from({ length: 40 }, (__, entry) => 1 + writer * 100 + entry);
    return startWriter(bundle, directoryOf(writer), remote, numbers);
  });
  await Promise.all(writers.map(({ ready }) => ready));
  for (const [writer, { go, kill }] of writers.entries()) {
    go();
    setTimeout(() => kill(writer % 2 === 0), Math.random() * 1500);
  }
  const ends = await Promise.all(writers.map(({ ended }) => ended));
  const faults = [];
  const directories = [...new Set(writers.map((_, writer) => directoryOf(writer)))].filter(existsSync);
  // Git processes of a writer that was killed alone come to their end by themselves.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const survivors = new Set();
  for (const repository of [remote, ...directories]) {
    for (const lock of locksIn(repository)) rmSync(lock);
    if (!tools.hasBranch(repository)) continue;
    const audit = tools.auditLedger(repository);
    faults.push(...audit.faults);
    for (const run of audit.runs) survivors.add(run);
  }
  for (const [writer, directory] of directories.entries()) {
    const last = startWriter(bundle, directory, remote, [10_001 + writer]);
    await last.ready;
    last.go();
    const { exitCode, stderr } = await last.ended;
    if (exitCode !== 0) faults.push(`the next write after a kill failed: ${stderr}`);
    survivors.add(10_001 + writer);
  }
  const confirmed = ends.flatMap(({ said }) => said.map(({ number }) => number));
  const audit = directories.length === 0 ? { runs: [], faults: [] } : tools.auditLedger(remote);
  faults.push(...audit.faults);
  const lost = [...confirmed, ...survivors].filter((number) => !audit.runs.includes(number));
  if (lost.length > 0) faults.push(`lost: ${lost.join()}`);
  rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  return faults;
}

function startWriter(bundle, directory, remote, numbers) {
  const script = fileURLToPath(import.meta.url);
  const args = ['--bundle', bundle, '--directory', directory, '--remote', remote, '--numbers', numbers.join()];
  const child = spawn(process.execPath, [script, ...args], { detached: true, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  let isReady = () => {};
  const ready = new Promise((resolve) => {
    isReady = resolve;
  });
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    isReady();
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => {});
  const ended = new Promise((resolve) => {
    child.on('exit', (exitCode) => {
      isReady();
      const lines = stdout.split('\n').slice(1, -1);
      resolve({ exitCode, stderr, said: lines.map((line) => JSON.parse(line)) });
    });
  });
  return {
    ready,
    ended,
    go: () => child.stdin.write('go\n'),
    kill: (withChildren) => {
      try {
        process.kill(withChildren ? -child.pid : child.pid, 'SIGKILL');
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    },
  };
}

function locksIn(repository) {
  const names = readdirSync(repository, { recursive: true });
  return names.filter((name) => name.endsWith('.lock')).map((name) => join(repository, name));
}

function ascending(numbers) {
  return [...numbers].sort((one, other) => one - other);
}

/** The TypeScript of the store and its test tools as one file that plain Node runs. */
async function bundleStore(folder) {
  const outfile = join(folder, 'ledger.mjs');
  const contents = `
    import { mkdirSync } from 'node:fs';
    import { join } from 'node:path';
    import { createGit } from './src/adapters/git/git-command.ts';
    import { createLedgerStore } from './src/adapters/git/ledger-store.ts';
    import { branch, environment, gitText } from './fixtures/ledgers/scratch-ledger.ts';
    export { auditLedger, createEntry } from './fixtures/ledgers/scratch-ledger.ts';
    const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    export const openStore = (directory, remote) => createLedgerStore({
      git: createGit({ environment }), directory, remote, branch, offline: false, random: Math.random, sleep,
    });
    export const createRemote = (folder) => {
      mkdirSync(folder);
      gitText(folder, ['init', '--quiet', '--bare', 'remote.git']);
      return join(folder, 'remote.git');
    };
    export const hasBranch = (repository) =>
      gitText(repository, ['for-each-ref', '--format=x', \`refs/heads/\${branch}\`]) !== '';
  `;
  const stdin = { contents, resolveDir: top, loader: 'js' };
  await build({
    stdin,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'error',
  });
  return outfile;
}
