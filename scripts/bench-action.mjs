// How long the action takes to its first own line, and how much code its entry loads before that.
// usage: node scripts/bench-action.mjs [--tries N]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const entry = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** Bytes of a module and of everything it imports statically; what it only loads with `import()` is left out. */
function closureBytes(path, seen = new Set()) {
  if (seen.has(path)) return 0;
  seen.add(path);
  const text = readFileSync(path, 'utf8');
  const imports = [...text.matchAll(/\bimport\s*(?:[^'"()]*?from\s*)?["'](\.[^"']+)["']/g)];
  const below = imports.map(([, name]) => closureBytes(resolve(dirname(path), name), seen));
  return below.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(text));
}

/** Milliseconds from the start of the process to a line of output; `null` when it never comes. */
function timeToLine(args, wanted, env) {
  return new Promise((done) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    let found = null;
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (found === null && wanted.test(output)) found = performance.now() - started;
    });
    child.on('close', () => done(found));
  });
}

const median = (values) => values.toSorted((first, second) => first - second)[values.length >> 1];

/**
 * Medians of interleaved starts, and the closure's size.
 * @param {number} tries
 */
export async function measureAction(tries) {
  const folder = mkdtempSync(join(tmpdir(), 'benchgate-action-'));
  try {
    const files = ['output', 'state', 'summary'].map((name) => join(folder, name));
    for (const file of files) writeFileSync(file, '');
    const [GITHUB_OUTPUT, GITHUB_STATE, GITHUB_STEP_SUMMARY] = files;
    const env = { PATH: process.env.PATH, GITHUB_ACTIONS: 'true', GITHUB_OUTPUT, GITHUB_STATE, GITHUB_STEP_SUMMARY };
    const times = { empty: [], action: [] };
    for (let round = 0; round <= tries; round += 1) {
      const empty = await timeToLine(['-e', 'console.log("x")'], /x/, env);
      const action = await timeToLine([entry], /^benchgate \d/m, env);
      if (empty === null || action === null) throw new Error('the action printed no line of its own');
      if (round === 0) continue; // warms the caches of the disk
      times.empty.push(empty);
      times.action.push(action);
    }
    return { emptyMs: median(times.empty), actionMs: median(times.action), closureBytes: closureBytes(entry) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { tries: { type: 'string', default: '21' } } });
  const { emptyMs, actionMs, closureBytes: bytes } = await measureAction(Number(values.tries));
  console.log(
    `action: first own line after ${actionMs.toFixed(0)} ms (an empty Node ${emptyMs.toFixed(0)} ms), entry closure ${(bytes / 1024).toFixed(0)} KiB`,
  );
}
