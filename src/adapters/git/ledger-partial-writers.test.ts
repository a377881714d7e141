import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  branch,
  createEntry,
  createScratchLedger,
  environment,
  gitText,
  runsFolder,
  type ScratchLedger,
} from '../../../fixtures/ledgers/scratch-ledger.ts';
import {
  fillLedger,
  missingBlobs,
  packMarks,
  type ServedLedger,
  serveLedger,
  treeFolder,
} from '../../../fixtures/ledgers/served-ledger.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';

let scratch: ScratchLedger;
let served: ServedLedger;
beforeEach(async () => {
  scratch = createScratchLedger();
  served = await serveLedger(scratch);
});
afterEach(async () => {
  await served.close();
  scratch.remove();
});

const program = fileURLToPath(new URL('../../../fixtures/ledgers/ledger-writer.ts', import.meta.url));

/** Numbers of the runs that were written in the test, in the order of the branch; the remote must be whole. */
function writtenRuns(): number[] {
  gitText(served.bare, ['fsck', '--strict', '--no-dangling']);
  const changed = gitText(served.bare, ['log', '--diff-filter=a', '--name-only', '--format=', branch]);
  expect(changed).toBe('');
  const names = gitText(served.bare, ['ls-tree', '--name-only', `${branch}:${runsFolder}`]).split('\n');
  const sequences = names.map((name) => Number(name.split('-')[0]));
  expect(sequences).toEqual(sequences.map((_, index) => (sequences[0] ?? 0) + index));
  return names.map((name) => Number.parseInt(name.slice(-38, -6), 16));
}

async function readFolder(store: LedgerStore, folder: string): Promise<number[]> {
  const snapshot = await store.snapshot();
  try {
    return (await snapshot.read([folder])).map(({ text }) => (JSON.parse(text) as { number: number }).number);
  } finally {
    await snapshot.close();
  }
}

const writers = [0, 1, 2, 3, 4, 5, 6, 7];

test.each([
  ['with a folder each', (writer: number) => `local-${writer}`],
  ['with one folder', () => 'local'],
])('eight writers %s, whose copies have no contents', async (_, directoryOf) => {
  fillLedger(served.bare, { runs: 40, contentBytes: 2000 });
  const results = await Promise.all(
    writers.map(async (writer) => {
      const store = scratch.store(directoryOf(writer), served.address);
      const before = await readFolder(store, treeFolder(writer));
      return { before, appended: await store.append(createEntry(901 + writer)) };
    }),
  );
  const runs = writtenRuns();
  expect([...runs].sort((one, other) => one - other)).toEqual(writers.map((writer) => 901 + writer));
  for (const [writer, { before, appended }] of results.entries()) {
    expect(before).toEqual([1, 2, 3, 4, 5].map((run) => writer * 5 + run));
    expect(runs[appended.sequence - 41]).toBe(901 + writer);
  }
  const left = missingBlobs(join(scratch.folder, directoryOf(0)));
  expect(left.length).toBeGreaterThan(0);
  expect(await readFolder(scratch.store(directoryOf(0), served.address), 'runs')).toHaveLength(48);
});

test('readers and writers that are killed leave copies that go on working', async () => {
  fillLedger(served.bare, { runs: 60, contentBytes: 2000 });
  const directories = ['local-0', 'local-1', 'shared', 'shared'];
  const confirmed: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const children = directories.map((directory, writer) => {
      const first = 1000 + round * 400 + writer * 100;
      const numbers = Array.from({ length: 50 }, (_, index) => first + index);
      const args = [program, join(scratch.folder, directory), served.address, numbers.join()];
      const child = spawn(process.execPath, args, {
        detached: true,
        env: environment,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child.stdout.on('data', (text: Buffer) => confirmed.push(...String(text).trim().split('\n').map(Number)));
      return child;
    });
    // In the first round while the copies are made, then at some moment after the first record is pushed.
    const moments = children.map((child) => (round === 0 ? 100 + Math.random() * 900 : afterFirstRecord(child)));
    await Promise.all(children.map(async (child, index) => killAfter(child, await moments[index], index % 2 === 0)));
    // Git processes of a writer that was killed alone come to their end by themselves.
    await new Promise((resolve) => setTimeout(resolve, 400));
    for (const directory of new Set(directories)) removeLocks(directory);
    removeLocks('served.git');
  }
  expect(confirmed).not.toEqual([]);
  for (const [index, directory] of [...new Set(directories)].entries()) {
    const store = scratch.store(directory, served.address);
    expect(await store.append(createEntry(5000 + index))).toMatchObject({ push: 'pushed' });
    const runs = writtenRuns();
    expect(runs).toContain(5000 + index);
    expect(runs).toEqual(expect.arrayContaining(confirmed));
    expect(await readFolder(store, 'runs')).toHaveLength(60 + runs.length);
    expect(await readFolder(scratch.store(directory, served.address, { offline: true }), runsFolder)).toEqual(runs);
  }
});

/** A random time, once the writer has said that a record is pushed. Throws when it ends without. */
async function afterFirstRecord(child: ChildProcess): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('close', () => reject(new Error('the writer ended before it had pushed a record')));
  });
  return Math.random() * 800;
}

async function killAfter(child: ChildProcess, milliseconds = 0, withChildren = false): Promise<void> {
  const ended = new Promise((resolve) => child.on('close', resolve));
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  try {
    process.kill(withChildren ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  await ended;
}

function removeLocks(directory: string): void {
  const folder = join(scratch.folder, directory);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.lock')) rmSync(join(folder, name), { force: true });
  }
}

test('many small packs become one; nothing is lost or fetched again', async () => {
  fillLedger(served.bare, { runs: 120, contentBytes: 100, runsPerTree: 1 });
  const store = scratch.store('local', served.address);
  await store.append(createEntry(901));
  await scratch.store('local', served.address, { offline: true }).append(createEntry(902));
  const packs = join(scratch.folder, 'local/objects/pack');
  writeFileSync(join(packs, 'tmp_pack_old'), '');
  utimesSync(join(packs, 'tmp_pack_old'), 1, 1);
  const snapshot = await store.snapshot();
  const held = gitText(packs, ['rev-parse', 'HEAD']);
  for (let index = 0; index < 49; index += 1) await snapshot.read([treeFolder(index)]);
  const count = (): number => readdirSync(packs).filter((name) => name.endsWith('.idx')).length;
  const before = count();
  expect(before).toBeGreaterThan(45);
  // Another process has its objects open all the while.
  const other = await scratch.store('local', served.address).snapshot();
  await other.read([treeFolder(0)]);
  for (let index = 49; index < 53; index += 1) await snapshot.read([treeFolder(index)]);
  expect(count()).toBeLessThan(5);
  expect(packMarks(join(scratch.folder, 'local')).length).toBe(count());
  expect(readdirSync(packs)).not.toContain('tmp_pack_old');
  served.traffic();
  for (const reading of [snapshot, other]) {
    for (let index = 0; index < 53; index += 1) expect(await reading.read([treeFolder(index)])).toHaveLength(1);
    await reading.close();
  }
  expect(served.traffic().requests).toEqual([]);
  expect(missingBlobs(join(scratch.folder, 'local'))).not.toHaveLength(0);
  gitText(packs, ['cat-file', 'commit', held]);
  expect(await store.append(createEntry(903))).toMatchObject({ sequence: 123, push: 'pushed' });
  expect(writtenRuns()).toEqual([901, 902, 903]);
  expect(await readFolder(store, 'runs')).toHaveLength(123);
});
