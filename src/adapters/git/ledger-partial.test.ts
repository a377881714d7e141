import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  auditLedger,
  branch,
  createEntry,
  createScratchLedger,
  environment,
  gitText,
  runsFolder,
  type ScratchLedger,
} from '../../../fixtures/ledgers/scratch-ledger.ts';
import {
  filesContaining,
  fillLedger,
  missingBlobs,
  packMarks,
  type ServedLedger,
  serveLedger,
  token,
  treeFolder,
} from '../../../fixtures/ledgers/served-ledger.ts';
import type { LedgerFile, LedgerSnapshot, LedgerStore } from '../../ports/ledger-store.ts';
import { createGit } from './git-command.ts';
import { withGitCredentials } from './git-credentials.ts';
import { isServed } from './ledger-partial.ts';
import { createLedgerStore } from './ledger-store.ts';

let scratch: ScratchLedger;
let served: ServedLedger;
let mayPush = true;
beforeEach(async () => {
  mayPush = true;
  scratch = createScratchLedger();
  served = await serveLedger(scratch, { mayPush: () => mayPush });
});
afterEach(async () => {
  await served.close();
  scratch.remove();
});

const unreachable = { code: 'LEDGER_UNREACHABLE', exitCode: 69 };

function local(name: string): string {
  return join(scratch.folder, name);
}

async function opened<Result>(store: LedgerStore, use: (snapshot: LedgerSnapshot) => Promise<Result>): Promise<Result> {
  const snapshot = await store.snapshot();
  try {
    return await use(snapshot);
  } finally {
    await snapshot.close();
  }
}

function readFolders(store: LedgerStore, folders: readonly string[]): Promise<readonly LedgerFile[]> {
  return opened(store, (snapshot) => snapshot.read(folders));
}

function numbersOf(files: readonly LedgerFile[]): number[] {
  return files.map(({ text }) => (JSON.parse(text) as { number: number }).number);
}

/** What the ledger has at the path, by plain git. */
function remoteText(path: string): string {
  return gitText(served.bare, ['show', `${branch}:${path}`]);
}

test.each([
  ['https://github.com/owner/name.git', true],
  ['HTTP://host/x', true],
  ['ssh://git@host:22/x', true],
  ['git@github.com:owner/name.git', true],
  ['host:name', true],
  ['/srv/ledger.git', false],
  ['../ledger.git', false],
  ['./a:b', false],
  ['file:///srv/ledger.git', false],
  ['git://host/x', false],
  ['C:\\ledger.git', false],
  ['C:/ledger.git', false],
  ['ext::touch x', false],
  ['--upload-pack=touch:x', false],
  ['', false],
])('isServed(%j) is %j', (address, expected) => {
  expect(isServed(address)).toBe(expected);
});

describe('a fresh copy of 200 runs of 20 KB over HTTP', () => {
  beforeEach(() => fillLedger(served.bare, { runs: 200, contentBytes: 15_000 }));

  test("one tree's runs come with less than a tenth of the bytes, in a bounded number of requests", async () => {
    const read = async (snapshot: LedgerSnapshot): Promise<readonly LedgerFile[]> => {
      const files = await snapshot.read([treeFolder(7)]);
      await snapshot.requireAdditions();
      return files;
    };
    const files = await opened(scratch.store('one', served.address), read);
    const partial = served.traffic();
    expect(numbersOf(files)).toEqual([36, 37, 38, 39, 40]);
    for (const { path, text } of files) expect(text.trim()).toBe(remoteText(path));
    // Two exchanges, of which each is at most: the same without the token, the capabilities, the refs, the objects.
    expect(partial.requests.length).toBeLessThanOrEqual(8);

    served.configure('uploadpack.allowFilter', 'false');
    expect(await opened(scratch.store('two', served.address), read)).toEqual(files);
    const complete = served.traffic();
    expect(complete.bytes).toBeGreaterThan(200 * 15_000);
    expect(partial.bytes).toBeLessThan(complete.bytes / 10);
    expect(missingBlobs(local('two'))).toEqual([]);
  });

  test('what was read once is there, also offline; what was not is named', async () => {
    const store = scratch.store('one', served.address);
    const files = await readFolders(store, [treeFolder(7)]);
    served.traffic();
    expect(await readFolders(store, [treeFolder(7)])).toEqual(files);
    expect(served.traffic().requests.filter((request) => request.startsWith('POST'))).toHaveLength(1); // the tip only
    const offline = scratch.store('one', served.address, { offline: true });
    expect(await readFolders(offline, [treeFolder(7)])).toEqual(files);
    await expect(readFolders(offline, [treeFolder(7), treeFolder(8)])).rejects.toMatchObject({
      ...unreachable,
      message: expect.stringMatching(
        /lacks the contents of runs\/2026-10\/000000000008\/00000041-\S+ and 4 other files/,
      ),
      nextStep: expect.stringContaining('once online'),
    });
    await opened(offline, async (snapshot) => {
      expect(await snapshot.list('runs/2026-10')).toHaveLength(40);
      const [name = ''] = await snapshot.list(treeFolder(9));
      await expect(snapshot.bytes(`${treeFolder(9)}/${name}`)).rejects.toMatchObject(unreachable);
      expect(await snapshot.bytes(`${treeFolder(9)}/nothing`)).toBeNull();
      await snapshot.requireAdditions();
    });
    expect(served.traffic().requests).toEqual([]);
    await expect(readFolders(scratch.store('one', null), [treeFolder(8)])).rejects.toMatchObject(unreachable);
  });

  test('everything can be read, with one request for each question', async () => {
    const store = scratch.store('one', served.address);
    await opened(store, async (snapshot) => {
      served.traffic();
      expect(await snapshot.read(['runs'])).toHaveLength(200);
      expect(served.traffic().requests.length).toBeLessThanOrEqual(3);
      expect(await snapshot.read(['runs'])).toHaveLength(200);
      expect(served.traffic().requests).toEqual([]);
    });
  });

  test('a token in the environment reaches every request and is in no file; nothing is configured', async () => {
    const git = createGit({ environment: withGitCredentials(environment, [{ url: served.plainAddress, token }]) });
    const store = scratch.store('one', served.plainAddress, { git });
    expect(numbersOf(await readFolders(store, [treeFolder(0)]))).toEqual([1, 2, 3, 4, 5]);
    await scratch.store('two', served.address).append(createEntry(901));
    expect(numbersOf(await readFolders(store, [runsFolder]))).toEqual([901]);
    gitText(scratch.folder, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, 'plain']);
    expect(readFileSync(join(local('one'), 'config'), 'utf8')).toBe(
      readFileSync(join(local('plain'), 'config'), 'utf8'),
    );
    expect(filesContaining(local('one'), token)).toEqual([]);
    await readFolders(scratch.store('three', served.address), [treeFolder(0)]);
    expect(filesContaining(local('three'), token)).toEqual([]);
    expect(filesContaining(local('three'), 'http://')).toEqual([]);
  });
});

describe('few questions', () => {
  beforeEach(() => fillLedger(served.bare, { runs: 120, contentBytes: 0 }));

  const blobRequests = (): number =>
    served.traffic().requests.filter((request) => request === 'POST /served.git/git-upload-pack').length;

  test('events of several experiments come together', async () => {
    await opened(scratch.store('one', served.address), async (snapshot) => {
      blobRequests();
      for (const folder of await snapshot.list('events')) {
        expect(await snapshot.read([`events/${folder}`])).toHaveLength(1);
      }
      expect(blobRequests()).toBe(1);
      expect(missingBlobs(local('one'))).toHaveLength(120 + 12);
    });
  });

  test('single files one after the other: ever more with one question', async () => {
    await opened(scratch.store('one', served.address), async (snapshot) => {
      const names = await snapshot.list('references');
      blobRequests();
      const [first = ''] = names;
      expect(String(await snapshot.bytes(`references/${first}`))).toBe(remoteText(`references/${first}`));
      expect(missingBlobs(local('one'))).toHaveLength(120 + 12 + 12 - 1);
      for (const name of names) {
        expect(String(await snapshot.bytes(`references/${name}`))).toBe(remoteText(`references/${name}`));
      }
      expect(blobRequests()).toBe(3);
    });
    await opened(scratch.store('two', served.address), async (snapshot) => {
      // The newest thirty runs, newest first.
      const folders = [...(await snapshot.list('runs/2026-10'))].reverse().slice(0, 6);
      blobRequests();
      for (const folder of folders) {
        for (const name of [...(await snapshot.list(`runs/2026-10/${folder}`))].reverse()) {
          expect(await snapshot.bytes(`runs/2026-10/${folder}/${name}`)).not.toBeNull();
        }
      }
      expect(blobRequests()).toBeLessThanOrEqual(4);
    });
  });

  test('the same files asked for at once by many are all answered', async () => {
    await opened(scratch.store('one', served.address), async (snapshot) => {
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, index) => snapshot.read([treeFolder(index % 3), treeFolder(3)])),
      );
      expect(answers.map((files) => files.length)).toEqual([10, 10, 10, 10, 10, 10]);
    });
  });
});

describe('servers that do not do all of it', () => {
  beforeEach(() => fillLedger(served.bare, { runs: 20, contentBytes: 200 }));

  async function readsEverything(name: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
    const git = createGit({ environment: { ...environment, ...more } });
    const store = scratch.store(name, served.address, { git });
    expect(numbersOf(await readFolders(store, [treeFolder(1)]))).toEqual([6, 7, 8, 9, 10]);
    await store.append(createEntry(500));
    await scratch.store('other', served.address).append(createEntry(501));
    expect(await readFolders(store, ['runs'])).toHaveLength(22);
    expect(numbersOf(await readFolders(store, [runsFolder]))).toEqual([500, 501]);
    await opened(store, (snapshot) => snapshot.requireAdditions());
  }

  test('no filters: everything comes at once', async () => {
    served.configure('uploadpack.allowFilter', 'false');
    await readsEverything('one');
    expect(missingBlobs(local('one'))).toEqual([]);
  });

  test('filters switched off after the copy was made', async () => {
    const store = scratch.store('one', served.address);
    await readFolders(store, [treeFolder(0)]);
    served.configure('uploadpack.allowFilter', 'false');
    await readsEverything('one');
  });

  test('a filter that is refused: a complete copy', async () => {
    served.configure('uploadpackfilter.allow', 'false');
    await readsEverything('one');
    expect(packMarks(local('one'))).toEqual([]);
  });

  test('a filter that is refused after the copy was made', async () => {
    await readFolders(scratch.store('one', served.address), [treeFolder(0)]);
    served.configure('uploadpackfilter.allow', 'false');
    await readsEverything('one');
  });

  test('an old protocol without single objects: the copy becomes a complete one', async () => {
    served.configure('uploadpack.allowAnySHA1InWant', 'false');
    const old = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.version', GIT_CONFIG_VALUE_0: '0' };
    await readsEverything('one', old);
    expect(packMarks(local('one'))).toEqual([]);
    expect(missingBlobs(local('one'))).toEqual([]);
    gitText(local('one'), ['fsck', '--strict', '--no-dangling']);
  });

  test('content that the server lost is an error and no empty file', async () => {
    const [name = ''] = gitText(served.bare, ['ls-tree', '--name-only', `${branch}:${treeFolder(1)}`]).split('\n');
    const path = `${treeFolder(1)}/${name}`;
    const oid = gitText(served.bare, ['rev-parse', `${branch}:${path}`]);
    const pack = gitText(served.bare, ['rev-parse', '--git-path', 'objects/pack']);
    const objects = gitText(served.bare, ['cat-file', '--batch-all-objects', '--batch-check=%(objectname)']);
    const kept = objects.split('\n').filter((other) => other !== oid);
    const made = gitText(served.bare, ['pack-objects', '--quiet', 'kept'], kept.join('\n'));
    rmSync(join(served.bare, pack), { recursive: true });
    mkdirSync(join(served.bare, pack));
    for (const end of ['pack', 'idx']) {
      writeFileSync(
        join(served.bare, pack, `pack-${made}.${end}`),
        readFileSync(join(served.bare, `kept-${made}.${end}`)),
      );
    }
    const store = scratch.store('one', served.address);
    await expect(readFolders(store, [treeFolder(1)])).rejects.toMatchObject({ ...unreachable, place: path });
    await opened(store, (snapshot) => expect(snapshot.bytes(path)).rejects.toMatchObject(unreachable));
    expect(numbersOf(await readFolders(store, [treeFolder(0)]))).toEqual([1, 2, 3, 4, 5]);
    expect(await store.append(createEntry(500))).toMatchObject({ sequence: 21, push: 'pushed' });
  });

  test.each([
    ['ssh', 2],
    ['simple', 0],
  ])('by ssh (a program of the %s kind, protocol version %d)', async (variant, version) => {
    const program = join(scratch.folder, 'ssh');
    const log = join(scratch.folder, 'ssh.log');
    writeFileSync(
      program,
      `#!/bin/sh\necho "$GIT_PROTOCOL" >>'${log}'\nwhile [ $# -gt 1 ]; do shift; done\nexec sh -c "$1"\n`,
    );
    chmodSync(program, 0o755);
    const over = { ...environment, GIT_SSH: program, GIT_SSH_VARIANT: variant };
    const store = scratch.store('one', `git@host:${served.bare}`, { git: createGit({ environment: over }) });
    expect(numbersOf(await readFolders(store, [treeFolder(1)]))).toEqual([6, 7, 8, 9, 10]);
    expect(missingBlobs(local('one'))).toHaveLength(15 + 2 + 2);
    expect(await store.append(createEntry(500))).toMatchObject({ sequence: 21, push: 'pushed' });
    expect(readFileSync(log, 'utf8').includes('version=2')).toBe(version === 2);
  });

  test('a server that goes away between the copy and its contents', async () => {
    const snapshot = await scratch.store('one', served.address).snapshot();
    await served.close();
    const failure: unknown = await snapshot.read([treeFolder(0)]).catch((error: unknown) => error);
    await snapshot.close();
    expect(failure).toMatchObject(unreachable);
    expect(String(failure) + JSON.stringify(failure)).not.toContain(token);
  });
});

describe('writing from a copy without contents', () => {
  beforeEach(() => fillLedger(served.bare, { runs: 60, contentBytes: 3000 }));

  test('pushes its own records without reading those of others', async () => {
    const store = scratch.store('one', served.address);
    expect(await store.append(createEntry(901))).toMatchObject({ sequence: 61, push: 'pushed' });
    expect(await scratch.store('two', served.address).append(createEntry(902))).toMatchObject({ sequence: 62 });
    expect(await store.append(createEntry(903))).toMatchObject({ sequence: 63, push: 'pushed' });
    expect(served.traffic().bytes).toBeLessThan(60 * 3000);
    expect(missingBlobs(local('one')).length).toBeGreaterThanOrEqual(60);
    expect(numbersOf(await readFolders(store, [runsFolder]))).toEqual([901, 902, 903]);
    gitText(served.bare, ['fsck', '--strict']);
  });

  test('records kept offline are renumbered and pushed', async () => {
    const store = scratch.store('one', served.address);
    await store.append(createEntry(901));
    const offline = scratch.store('one', served.address, { offline: true });
    expect(await offline.append(createEntry(902))).toMatchObject({ sequence: 62, push: 'offline' });
    await scratch.store('two', served.address).append(createEntry(903));
    expect(await store.append(createEntry(904))).toMatchObject({ sequence: 64, push: 'pushed' });
    expect(numbersOf(await readFolders(scratch.store('three', served.address), [runsFolder]))).toEqual([
      901, 903, 902, 904,
    ]);
    gitText(served.bare, ['fsck', '--strict']);
  });

  test('another way to the branch, where pushes are refused', async () => {
    mayPush = false;
    const store = createLedgerStore({
      git: scratch.git,
      directory: local('one'),
      branch,
      remote: served.address,
      offline: false,
      random: Math.random,
      sleep: async () => undefined,
      commitElsewhere: async ({ parent, message, files }) => {
        const stream = files.map(
          ({ path, bytes }) => `M 100644 inline ${path}\ndata ${bytes.length}\n${String(bytes)}\n`,
        );
        const head = `commit refs/heads/${branch}\ncommitter GitHub <g@h> 1800000000 +0000\ndata ${message.length}\n${message}\n`;
        gitText(served.bare, ['fast-import', '--quiet'], `${head}from ${parent ?? ''}\n${stream.join('')}`);
        return { kind: 'committed' };
      },
    });
    expect(await store.append(createEntry(901))).toMatchObject({ sequence: 61, push: 'pushed' });
    expect(numbersOf(await readFolders(store, [runsFolder]))).toEqual([901]);
    expect(served.traffic().bytes).toBeLessThan(60 * 3000);
  });

  test('a branch that is not there yet is made', async () => {
    gitText(served.bare, ['update-ref', '-d', `refs/heads/${branch}`]);
    const store = scratch.store('one', served.address);
    expect(await store.append(createEntry(1))).toMatchObject({ sequence: 1, push: 'pushed' });
    expect(auditLedger(served.bare)).toEqual({ runs: [1], faults: [] });
    expect(await scratch.store('two', served.address).append(createEntry(2))).toMatchObject({ sequence: 2 });
    expect(packMarks(local('one'))).toEqual([]);
    expect(await readFolders(store, ['runs'])).toHaveLength(2);
  });

  test('a rewritten branch is noticed, and the advice does not need contents that are not here', async () => {
    const store = scratch.store('one', served.address);
    await store.append(createEntry(901));
    gitText(served.bare, ['update-ref', `refs/heads/${branch}`, `${branch}~3`]);
    await expect(store.snapshot()).rejects.toMatchObject({
      code: 'LEDGER_REWRITTEN',
      nextStep: expect.stringContaining('Put the branch back to the commit'),
    });
  });
});

describe('copies that were made otherwise', () => {
  beforeEach(() => fillLedger(served.bare, { runs: 20, contentBytes: 200 }));

  test('a complete copy stays complete', async () => {
    await readFolders(scratch.store('one', served.bare), ['runs']);
    expect(missingBlobs(local('one'))).toEqual([]);
    await scratch.store('two', served.address).append(createEntry(901));
    const store = scratch.store('one', served.address);
    expect(await store.append(createEntry(902))).toMatchObject({ sequence: 22 });
    expect(packMarks(local('one'))).toEqual([]);
    expect(missingBlobs(local('one'))).toEqual([]);
    const offline = scratch.store('one', served.address, { offline: true });
    expect(numbersOf(await readFolders(offline, [runsFolder]))).toEqual([901, 902]);
  });

  test('a remote on this machine is copied with its contents', async () => {
    for (const [name, remote] of [
      ['path', served.bare],
      ['address', `file://${served.bare}`],
    ] as const) {
      await readFolders(scratch.store(name, remote), [treeFolder(0)]);
      expect(missingBlobs(local(name))).toEqual([]);
      expect(packMarks(local(name))).toEqual([]);
    }
  });

  test('a copy without contents goes on with the same remote by its path', async () => {
    await readFolders(scratch.store('one', served.address), [treeFolder(0)]);
    await scratch.store('two', served.address).append(createEntry(901));
    const store = scratch.store('one', served.bare);
    expect(await store.append(createEntry(902))).toMatchObject({ sequence: 22, push: 'pushed' });
    expect(await readFolders(store, ['runs'])).toHaveLength(22);
  });

  test('a damaged complete copy is reported as damaged, not fetched again', async () => {
    const store = scratch.store('one', served.bare);
    await readFolders(store, ['runs']);
    await store.append(createEntry(901));
    const [, oid = ''] = /blob (\w+)/.exec(gitText(local('one'), ['ls-tree', '-r', branch, `${runsFolder}/`])) ?? [];
    rmSync(join(local('one'), 'objects', oid.slice(0, 2), oid.slice(2)));
    await expect(readFolders(scratch.store('one', served.address), [runsFolder])).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
    });
  });
});
