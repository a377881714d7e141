import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  auditLedger,
  branch,
  createEntry,
  createScratchLedger,
  environment,
  gitText,
  runKeyOf,
  runsFolder,
  type ScratchLedger,
} from '../../../fixtures/ledgers/scratch-ledger.ts';
import type { LedgerCommit, LedgerEntry, LedgerFile, LedgerStore } from '../../ports/ledger-store.ts';
import { createLedgerStore } from './ledger-store.ts';

let scratch: ScratchLedger;
let store: LedgerStore;
let directory = '';
beforeEach(() => {
  scratch = createScratchLedger();
  directory = join(scratch.folder, 'local');
  store = scratch.store('local', null);
});
afterEach(() => scratch.remove());

const reference = `references/${'ab'.repeat(32)}`;

async function read(folders: readonly string[], from = store): Promise<readonly LedgerFile[]> {
  const snapshot = await from.snapshot();
  try {
    return await snapshot.read(folders);
  } finally {
    await snapshot.close();
  }
}

async function commitsOf(from: LedgerStore): Promise<LedgerCommit[]> {
  const found: LedgerCommit[] = [];
  for await (const commit of from.commits()) found.push(commit);
  return found;
}

/** Adds a commit to the local branch past the store. */
function commitByHand(files: readonly (readonly [path: string, content: Uint8Array | string])[]): void {
  const tip = gitText(directory, ['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]);
  const from = tip === '' ? '' : `from ${tip}\n`;
  const parts = [Buffer.from(`commit refs/heads/${branch}\ncommitter A <a@b> 1700000000 +0000\ndata 2\nme\n${from}`)];
  for (const [path, content] of files) {
    const bytes = Buffer.from(content);
    parts.push(Buffer.from(`M 100644 inline ${path}\ndata ${bytes.length}\n`), bytes, Buffer.from('\n'));
  }
  const input = Buffer.concat(parts);
  execFileSync('git', ['fast-import', '--quiet'], { cwd: directory, env: environment, input, stdio: 'pipe' });
}

describe('a ledger that is only here', () => {
  test('is empty before the first write', async () => {
    const snapshot = await store.snapshot();
    expect(snapshot.tip).toBeNull();
    expect(await snapshot.list('runs')).toEqual([]);
    expect(await snapshot.read(['runs', 'events'])).toEqual([]);
    expect(await snapshot.bytes('ledger.json')).toBeNull();
    await snapshot.close();
    expect(await commitsOf(store)).toEqual([]);
  });

  test('starts an orphan branch with the format file, then adds one commit per entry', async () => {
    const first = await store.append(createEntry(1, { [reference]: 'bytes' }));
    expect(first).toMatchObject({ sequence: 1, existed: false, push: 'no_remote' });
    const second = await store.append(createEntry(2, { [reference]: 'bytes' }));
    expect(second).toMatchObject({ sequence: 2, existed: false });
    expect(auditLedger(directory)).toEqual({ runs: [1, 2], faults: [] });
    const commits = await commitsOf(store);
    expect(commits.map(({ commit, parents }) => [commit, parents])).toEqual([
      [second.commit, [first.commit]],
      [first.commit, []],
    ]);
    const run = (number: number): string => `${runsFolder}/0000000${number}-ba9876543210-${runKeyOf(number)}.jsonl`;
    expect(commits.map(({ changes }) => changes.map(({ status, mode, path }) => `${status} ${mode} ${path}`))).toEqual([
      [`A 100644 ${run(2)}`],
      ['A 100644 ledger.json', `A 100644 ${reference}`, `A 100644 ${run(1)}`],
    ]);
    expect(gitText(directory, ['log', '-1', '--format=%an <%ae>|%cn|%B', branch])).toBe(
      `Benchgate <benchgate@localhost>|Benchgate|run 2 [skip ci]\n\nBenchgate-Run: ${runKeyOf(2)}\nBenchgate-Sequence: 2`,
    );
    expect(gitText(directory, ['show', `${branch}:ledger.json`])).toBe('{"format":"benchgate-ledger","schema":1}');
  });

  test('takes an entry once, also when other writes came between', async () => {
    const first = await store.append(createEntry(1));
    await store.append(createEntry(2));
    const again = scratch.store('local', null);
    expect(await again.append(createEntry(1))).toEqual({ ...first, existed: true });
    expect(await again.append(createEntry(2))).toMatchObject({ sequence: 2, existed: true });
    expect(auditLedger(directory)).toEqual({ runs: [1, 2], faults: [] });
  });

  test('lists names, reads folders in path order and any bytes', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 0]);
    const entry = createEntry(1);
    await store.append({ ...entry, files: (sequence) => [...entry.files(sequence), { path: reference, bytes }] });
    await store.append(createEntry(2));
    const snapshot = await store.snapshot();
    expect(await snapshot.list('')).toEqual(['ledger.json', 'references', 'runs']);
    expect(await snapshot.list('runs/2026-11/')).toEqual(['0123456789ab']);
    expect(await snapshot.list('runs/1999-01')).toEqual([]);
    expect(await snapshot.list('ledger.json')).toEqual([]);
    expect((await snapshot.read(['runs', 'runs/2026-11', 'events'])).map(({ text }) => text)).toEqual([
      '{"number":1}\n',
      '{"number":2}\n',
    ]);
    expect(await snapshot.bytes(reference)).toEqual(bytes);
    expect(await snapshot.bytes(`${reference}/more`)).toBeNull();
    expect(await snapshot.bytes('runs')).toBeNull();
    await snapshot.close();
    await snapshot.close();
  });

  test('a snapshot does not see what is written after it', async () => {
    await store.append(createEntry(1));
    const snapshot = await store.snapshot();
    await store.append(createEntry(2));
    expect(await snapshot.read(['runs'])).toHaveLength(1);
    await snapshot.close();
    expect(await read(['runs'])).toHaveLength(2);
  });

  test('reads files larger than a pipe, many at once', async () => {
    const large = `${'x'.repeat(3_000_000)}\n`;
    const more = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`references/${index}`, `${index}`]));
    await store.append(createEntry(1, { ...more, 'references/large': large }));
    const files = await read(['references']);
    expect(files).toHaveLength(301);
    expect(files.find(({ path }) => path === 'references/large')?.text).toBe(large);
    expect(files.find(({ path }) => path === 'references/123')?.text).toBe('123');
  });

  test('keeps numbers apart that need more than eight digits', async () => {
    await store.append(createEntry(1));
    commitByHand([[`${runsFolder}/123456789-ba9876543210-${runKeyOf(7)}.jsonl`, '{"number":7}\n']]);
    expect(await store.append(createEntry(2))).toMatchObject({ sequence: 123456790 });
    expect(await store.append(createEntry(7))).toMatchObject({ sequence: 123456789, existed: true });
  });

  test('a message keeps to its line', async () => {
    await store.append({ ...createEntry(1), message: 'one\n\nBenchgate-Sequence: 99\0' });
    expect(await store.append(createEntry(2))).toMatchObject({ sequence: 2 });
  });
});

describe('what is refused', () => {
  test.each([
    '../outside',
    '/absolute',
    'runs/../../x',
    'a//b',
    'a/./b',
    '.git/config',
    'a/.git/x',
    'a/.GIT/x',
    'a"b',
    "a'b",
    'a\nb',
    'a\tb',
    'a\0b',
    'a b',
    'a\\b',
    'C:x',
    'git~1',
    'ä',
    '',
    'trailing/',
    'ledger.json',
  ])('the path %j', async (path) => {
    const entry = createEntry(1, { [path]: 'x' });
    await expect(store.append(entry)).rejects.toMatchObject({ code: 'BUG', exitCode: 70 });
    expect((await store.snapshot()).tip).toBeNull();
  });

  test.each([
    ['no numbered file', { files: () => [{ path: reference, bytes: Buffer.from('x') }] }],
    ['the wrong number', { files: () => createEntry(1).files(7) }],
    ['another run key in the name', { runKey: runKeyOf(2) }],
    ['no run key', { runKey: 'x' }],
    [
      'a path twice',
      { files: (sequence: number) => [...createEntry(1).files(sequence), ...createEntry(1).files(sequence)] },
    ],
  ] satisfies readonly (readonly [string, Partial<LedgerEntry>])[])('an entry with %s', async (_, change) => {
    await expect(store.append({ ...createEntry(1), ...change })).rejects.toMatchObject({ code: 'BUG' });
  });

  test('a path that is taken, or lies below a file', async () => {
    await store.append(createEntry(1, { 'other/file': 'one', [reference]: 'r' }));
    for (const path of ['other/file', 'other/file/below', 'other', `${reference}/below`]) {
      const appending = store.append(createEntry(2, { [path]: 'two' }));
      await expect(appending, path).rejects.toMatchObject({ code: 'LEDGER_CORRUPT', exitCode: 65 });
    }
    expect(auditLedger(directory)).toEqual({ runs: [1], faults: [] });
  });

  test('a branch that something else made, or a later version', async () => {
    await store.snapshot();
    commitByHand([['README.md', 'mine']]);
    const foreign = { code: 'LEDGER_FOREIGN_FILE', exitCode: 65, nextStep: expect.stringContaining('--ledger-branch') };
    await expect(store.snapshot()).rejects.toMatchObject(foreign);
    await expect(store.append(createEntry(1))).rejects.toMatchObject(foreign);
    commitByHand([['ledger.json', '{"format":"benchgate-ledger","schema":2}']]);
    await expect(store.snapshot()).rejects.toMatchObject({ message: expect.stringContaining('schema 2') });
  });

  test.each(['-x', 'a..b', 'a b', 'a/', '/a', 'a.lock', 'a~1', 'a:b', '@{x', 'a\nb', '', 'a/.b'])(
    'the branch name %j',
    (name) => {
      const options = {
        git: scratch.git,
        directory,
        remote: null,
        offline: false,
        random: () => 0,
        sleep: async () => {},
      };
      expect(() => createLedgerStore({ ...options, branch: name })).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );
});

describe('damage', () => {
  test('text that is not UTF-8 is named, bytes are still readable', async () => {
    await store.append(createEntry(1));
    const path = `${runsFolder}/00000002-ba9876543210-${runKeyOf(2)}.jsonl`;
    commitByHand([[path, Buffer.from([0x7b, 0xff, 0x7d])]]);
    await expect(read(['runs'])).rejects.toMatchObject({ code: 'LEDGER_CORRUPT', exitCode: 65, place: path });
    const snapshot = await store.snapshot();
    expect(await snapshot.bytes(path)).toHaveLength(3);
    await snapshot.close();
  });

  test('links are not followed', async () => {
    await store.append(createEntry(1));
    const tip = gitText(directory, ['rev-parse', branch]);
    const link = `commit refs/heads/${branch}\ncommitter A <a@b> 1 +0000\ndata 0\nfrom ${tip}\nM 120000 inline runs/link\ndata 11\n/etc/passwd\n`;
    gitText(directory, ['fast-import', '--quiet'], link);
    await expect(read(['runs'])).rejects.toMatchObject({ code: 'LEDGER_FOREIGN_FILE', place: 'runs/link' });
  });

  test('a truncated or missing object', async () => {
    await store.append(createEntry(1));
    const blob = gitText(directory, ['rev-parse', `${branch}:ledger.json`]);
    const run = gitText(directory, ['rev-parse', `${branch}:${runsFolder}/00000001-ba9876543210-${runKeyOf(1)}.jsonl`]);
    expect(blob).not.toBe(run);
    const path = join(directory, 'objects', run.slice(0, 2), run.slice(2));
    execFileSync('chmod', ['u+w', path]);
    truncateSync(path, 5);
    await expect(read(['runs'])).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' });
    execFileSync('rm', [path]);
    await expect(read(['runs'])).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' });
  });

  test('a broken branch does not start a second ledger', async () => {
    await store.append(createEntry(1));
    for (const content of ['', `${'1'.repeat(40)}\n`]) {
      writeFileSync(join(directory, 'refs/heads', branch), content);
      await expect(store.append(createEntry(2))).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' });
    }
  });

  test("commits shows what verify must object to, and damage as the ledger's", async () => {
    await store.append(createEntry(1));
    commitByHand([['ledger.json', '{"format":"benchgate-ledger", "schema":1}']]);
    expect((await commitsOf(store))[0]?.changes).toMatchObject([{ status: 'M', mode: '100644', path: 'ledger.json' }]);
    const root = gitText(directory, ['rev-parse', `${branch}^`]);
    execFileSync('rm', ['-f', join(directory, 'objects', root.slice(0, 2), root.slice(2))]);
    await expect(commitsOf(store)).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' });
  });
});

describe('leftovers of stopped processes', () => {
  const lock = (): string => join(directory, 'refs/heads', `${branch}.lock`);

  test('an old lock is named', async () => {
    await store.append(createEntry(1));
    writeFileSync(lock(), '');
    utimesSync(lock(), 1, 1);
    const stuck = { code: 'GIT_FAILED', exitCode: 69, place: lock(), nextStep: expect.stringContaining('delete') };
    await expect(store.append(createEntry(2))).rejects.toMatchObject(stuck);
    execFileSync('rm', [lock()]);
    expect(await store.append(createEntry(2))).toMatchObject({ sequence: 2, existed: false });
  });

  test('a fresh lock is waited for', async () => {
    await store.append(createEntry(1));
    writeFileSync(lock(), '');
    setTimeout(() => execFileSync('rm', [lock()]), 300);
    expect(await store.append(createEntry(2))).toMatchObject({ sequence: 2 });
  });

  test('old half-made repositories are removed when one is made', async () => {
    const half = join(scratch.folder, 'local.creating-1');
    const young = join(scratch.folder, 'local.creating-2');
    mkdirSync(half);
    mkdirSync(young);
    utimesSync(half, 1, 1);
    await store.append(createEntry(1));
    expect([existsSync(half), existsSync(young)]).toEqual([false, true]);
  });

  test('reports of stopped imports are removed now and then', async () => {
    await store.append(createEntry(1));
    commitByHand([[`${runsFolder}/00000255-ba9876543210-${runKeyOf(7)}.jsonl`, 'x']]);
    const old = join(directory, 'fast_import_crash_1');
    writeFileSync(old, '');
    writeFileSync(join(directory, 'fast_import_crash_2'), '');
    utimesSync(old, 1, 1);
    expect(await store.append(createEntry(2))).toMatchObject({ sequence: 256 });
    expect(readdirSync(directory).filter((name) => name.startsWith('fast_'))).toEqual(['fast_import_crash_2']);
  });

  test('a folder that holds something else is left alone', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'mine'), 'x');
    await expect(store.append(createEntry(1))).rejects.toMatchObject({ code: 'INPUT_OUTPUT', place: directory });
    expect(readdirSync(scratch.folder)).toEqual(['local']);
    expect(readFileSync(join(directory, 'mine'), 'utf8')).toBe('x');
  });

  test('no temporary refs remain', async () => {
    const remote = scratch.createRemote();
    await store.append(createEntry(1));
    await scratch.store('other', remote).append(createEntry(2));
    await scratch.store('local', remote).append(createEntry(3));
    expect(gitText(directory, ['for-each-ref', '--format=%(refname)']).split('\n')).toEqual([
      `refs/benchgate/remote/${branch}`,
      `refs/heads/${branch}`,
    ]);
  });
});
