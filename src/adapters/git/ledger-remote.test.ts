import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  auditLedger,
  branch,
  createEntry,
  createScratchLedger,
  gitText,
  runsFolder,
  type ScratchLedger,
} from '../../../fixtures/ledgers/scratch-ledger.ts';
import { startGitHttpServer } from '../../../fixtures/servers/git-http.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';
import type { Git } from './git-command.ts';

let scratch: ScratchLedger;
let remote = '';
beforeEach(() => {
  scratch = createScratchLedger();
  remote = scratch.createRemote();
});
afterEach(() => scratch.remove());

async function numbersIn(store: LedgerStore): Promise<number[]> {
  const snapshot = await store.snapshot();
  const files = await snapshot.read([runsFolder]);
  await snapshot.close();
  return files.map(({ text }) => (JSON.parse(text) as { number: number }).number);
}

function rejectPushes(message: string): void {
  mkdirSync(join(remote, 'hooks'), { recursive: true });
  const hook = join(remote, 'hooks/pre-receive');
  writeFileSync(hook, `#!/bin/sh\necho "${message}"\nexit 1\n`);
  chmodSync(hook, 0o755);
}

const kept = { message: expect.stringContaining('kept locally') };

describe('a ledger with a remote', () => {
  test('creates the branch there and is read by another store', async () => {
    const one = scratch.store('one', remote);
    expect(await numbersIn(one)).toEqual([]);
    const first = await one.append(createEntry(1));
    expect(first).toMatchObject({ sequence: 1, existed: false, push: 'pushed' });
    expect(gitText(remote, ['rev-parse', branch])).toBe(first.commit);
    const two = scratch.store('two', remote);
    expect(await numbersIn(two)).toEqual([1]);
    expect(await two.append(createEntry(2))).toMatchObject({ sequence: 2, push: 'pushed' });
    expect(await numbersIn(one)).toEqual([1, 2]);
    expect(auditLedger(remote)).toEqual({ runs: [1, 2], faults: [] });
    expect(auditLedger(join(scratch.folder, 'one'))).toEqual({ runs: [1, 2], faults: [] });
  });

  test('takes an entry once, whoever wrote it', async () => {
    const first = await scratch.store('one', remote).append(createEntry(1));
    await scratch.store('one', remote).append(createEntry(2));
    const again = await scratch.store('two', remote).append(createEntry(1));
    expect(again).toEqual({ ...first, existed: true });
    expect(auditLedger(remote)).toEqual({ runs: [1, 2], faults: [] });
  });

  test('a reference that another writer added first is left out', async () => {
    const reference = `references/${'cd'.repeat(32)}`;
    await scratch.store('one', remote, { offline: true }).append(createEntry(1, { [reference]: 'same' }));
    await scratch.store('two', remote).append(createEntry(2, { [reference]: 'same' }));
    await scratch.store('one', remote).append(createEntry(3, { [reference]: 'same' }));
    expect(auditLedger(remote)).toEqual({ runs: [2, 1, 3], faults: [] });
  });

  test('a branch that is made between two questions about it is found', async () => {
    let asked = false;
    const git: Git = {
      ...scratch.git,
      run: async (args, options) => {
        const result = await scratch.git.run(args, options);
        if (args.includes('fetch') && !asked) {
          asked = true;
          await scratch.store('two', remote).append(createEntry(2));
        }
        return result;
      },
    };
    expect(await scratch.store('one', remote, { git }).append(createEntry(1))).toMatchObject({ sequence: 2 });
    expect(auditLedger(remote)).toEqual({ runs: [2, 1], faults: [] });
  });

  test('a connection that breaks off is tried again, one that stays broken is not tried for ever', async () => {
    let left = 2;
    const git: Git = {
      ...scratch.git,
      run: async (args, options) => {
        if (!args.includes('push')) return scratch.git.run(args, options);
        left -= 1;
        const stderr = 'fatal: unable to access: Connection reset by peer';
        return left < 0 ? scratch.git.run(args, options) : { exitCode: 128, stdout: Buffer.alloc(0), stderr };
      },
    };
    const store = scratch.store('one', remote, { git });
    expect(await store.append(createEntry(1))).toMatchObject({ push: 'pushed' });
    left = 3;
    await expect(store.append(createEntry(2))).rejects.toMatchObject({ code: 'LEDGER_UNREACHABLE', ...kept });
    expect(await store.append(createEntry(3))).toMatchObject({ sequence: 3, push: 'pushed' });
    expect(auditLedger(remote)).toEqual({ runs: [1, 2, 3], faults: [] });
  });

  test('an old lock on what was last seen is named, not taken for a rewrite', async () => {
    const store = scratch.store('one', remote);
    await store.append(createEntry(1));
    await scratch.store('two', remote).append(createEntry(2));
    const lock = join(scratch.folder, 'one/refs/benchgate/remote', `${branch}.lock`);
    writeFileSync(lock, '');
    utimesSync(lock, 1, 1);
    await expect(store.snapshot()).rejects.toMatchObject({ code: 'GIT_FAILED', place: lock });
  });

  test('a branch of the same name that is no ledger is left alone', async () => {
    const work = join(scratch.folder, 'work');
    gitText(scratch.folder, ['init', '--quiet', '-b', branch, work]);
    gitText(work, ['commit', '--quiet', '--allow-empty', '-m', 'mine']);
    gitText(work, ['push', '--quiet', remote, branch]);
    const tip = gitText(remote, ['rev-parse', branch]);
    const store = scratch.store('one', remote);
    const foreign = { code: 'LEDGER_FOREIGN_FILE', exitCode: 65, nextStep: expect.stringContaining('--ledger-branch') };
    await expect(store.snapshot()).rejects.toMatchObject(foreign);
    await expect(store.append(createEntry(1))).rejects.toMatchObject(foreign);
    expect(gitText(remote, ['rev-parse', branch])).toBe(tip);
    gitText(remote, ['update-ref', '-d', `refs/heads/${branch}`]);
    expect(await store.append(createEntry(1))).toMatchObject({ sequence: 1, push: 'pushed' });
  });
});

describe('offline', () => {
  test('writes are kept, renumbered after those of others, and pushed with the next one', async () => {
    const one = scratch.store('one', remote);
    await one.append(createEntry(1));
    const offline = scratch.store('one', remote, { offline: true });
    expect(await offline.append(createEntry(2))).toMatchObject({ sequence: 2, push: 'offline' });
    expect(await offline.append(createEntry(3))).toMatchObject({ sequence: 3, push: 'offline' });
    await scratch.store('two', remote).append(createEntry(4));
    expect(await numbersIn(offline)).toEqual([1, 2, 3]);
    expect(await numbersIn(one)).toEqual([1, 4, 2, 3]);
    expect(auditLedger(remote).runs).toEqual([1, 4]);
    expect(await one.append(createEntry(5))).toMatchObject({ sequence: 5, push: 'pushed' });
    expect(auditLedger(remote)).toEqual({ runs: [1, 4, 2, 3, 5], faults: [] });
  });

  test('a ledger begun offline joins one that began elsewhere', async () => {
    await scratch.store('one', remote, { offline: true }).append(createEntry(1));
    await scratch.store('two', remote).append(createEntry(2));
    expect(await numbersIn(scratch.store('one', remote))).toEqual([2, 1]);
    const again = await scratch.store('one', remote).append(createEntry(1));
    expect(again).toMatchObject({ sequence: 2, existed: true, push: 'pushed' });
    expect(gitText(remote, ['rev-parse', branch])).toBe(again.commit);
    expect(auditLedger(remote)).toEqual({ runs: [2, 1], faults: [] });
  });

  test('an entry that both sides have is on the branch once', async () => {
    await scratch.store('one', remote, { offline: true }).append(createEntry(1));
    await scratch.store('one', remote, { offline: true }).append(createEntry(2));
    await scratch.store('two', remote).append(createEntry(1));
    await scratch.store('one', remote).append(createEntry(3));
    expect(auditLedger(remote)).toEqual({ runs: [1, 2, 3], faults: [] });
  });

  test('local commits that are no appends are not pushed', async () => {
    await scratch.store('one', remote, { offline: true }).append(createEntry(1));
    const directory = join(scratch.folder, 'one');
    const tree = gitText(directory, ['rev-parse', `${branch}^{tree}`]);
    const commit = gitText(directory, ['commit-tree', tree, '-p', branch, '-m', 'by hand']);
    gitText(directory, ['update-ref', `refs/heads/${branch}`, commit]);
    await scratch.store('two', remote).append(createEntry(2));
    await expect(scratch.store('one', remote).append(createEntry(3))).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' });
    expect(auditLedger(remote)).toEqual({ runs: [2], faults: [] });
  });
});

describe('a remote that was rewritten', () => {
  const rewritten = { code: 'LEDGER_REWRITTEN', exitCode: 65 };
  let store: LedgerStore;
  beforeEach(async () => {
    store = scratch.store('one', remote);
    await store.append(createEntry(1));
    await store.append(createEntry(2));
  });

  test('set back', async () => {
    gitText(remote, ['update-ref', `refs/heads/${branch}`, `${branch}~1`]);
    await expect(store.snapshot()).rejects.toMatchObject(rewritten);
    await expect(store.append(createEntry(3))).rejects.toMatchObject(rewritten);
    expect(auditLedger(remote).runs).toEqual([1]);
  });

  test('replaced', async () => {
    const other = scratch.createRemote('other.git');
    await scratch.store('two', other).append(createEntry(3));
    gitText(other, ['push', '--quiet', '--force', remote, branch]);
    await expect(store.snapshot()).rejects.toMatchObject(rewritten);
    await expect(store.append(createEntry(4))).rejects.toMatchObject(rewritten);
  });

  test('removed, and put back by hand', async () => {
    gitText(remote, ['update-ref', '-d', `refs/heads/${branch}`]);
    const error: unknown = await store.snapshot().catch((reason: unknown) => reason);
    expect(error).toMatchObject(rewritten);
    const command = /git (--git-dir=\S+ push) <remote> (\S+:refs\/heads\/[\w-]+)/.exec(
      String((error as { nextStep: string }).nextStep),
    );
    gitText(scratch.folder, [...(command?.[1] ?? '').split(' '), remote, command?.[2] ?? '']);
    expect(await numbersIn(store)).toEqual([1, 2]);
  });

  test('one that seems to go back for a moment only is asked again', async () => {
    const tip = gitText(remote, ['rev-parse', branch]);
    gitText(remote, ['update-ref', `refs/heads/${branch}`, `${branch}~1`]);
    setTimeout(() => gitText(remote, ['update-ref', `refs/heads/${branch}`, tip]), 60);
    expect(await numbersIn(store)).toEqual([1, 2]);
  });
});

describe('a remote that does not take the push', () => {
  test('a hook: the records stay and follow with the next write', async () => {
    const store = scratch.store('one', remote);
    await store.append(createEntry(1));
    rejectPushes('protected branch: ask an owner');
    const refused = store.append(createEntry(2));
    await expect(refused).rejects.toMatchObject({ code: 'LEDGER_PUSH_REJECTED', exitCode: 69, ...kept });
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('ask an owner') });
    expect(await numbersIn(store)).toEqual([1, 2]);
    execFileSync('rm', [join(remote, 'hooks/pre-receive')]);
    expect(await store.append(createEntry(2))).toMatchObject({ sequence: 2, existed: true, push: 'pushed' });
    expect(auditLedger(remote)).toEqual({ runs: [1, 2], faults: [] });
  });

  test('a ref that can not be made there: no endless race', async () => {
    gitText(scratch.folder, ['init', '--quiet', 'work']);
    const work = join(scratch.folder, 'work');
    gitText(work, ['commit', '--quiet', '--allow-empty', '-m', 'x']);
    gitText(work, ['push', '--quiet', remote, `HEAD:refs/heads/${branch}/below`]);
    const store = scratch.store('one', remote);
    await expect(store.append(createEntry(1))).rejects.toMatchObject({ code: 'LEDGER_PUSH_REJECTED', ...kept });
  });

  test('gone: reading fails and points to --offline, writing keeps the records', async () => {
    const store = scratch.store('one', remote);
    await store.append(createEntry(1));
    renameSync(remote, `${remote}-away`);
    const unreachable = { code: 'LEDGER_UNREACHABLE', exitCode: 69, nextStep: expect.stringContaining('--offline') };
    await expect(store.snapshot()).rejects.toMatchObject(unreachable);
    await expect(store.append(createEntry(2))).rejects.toMatchObject({ ...unreachable, ...kept });
    expect(await numbersIn(scratch.store('one', remote, { offline: true }))).toEqual([1, 2]);
    renameSync(`${remote}-away`, remote);
    await store.append(createEntry(3));
    expect(auditLedger(remote)).toEqual({ runs: [1, 2, 3], faults: [] });
  });

  test('an address that is an option, or nobody answers at', async () => {
    const marker = join(scratch.folder, 'marker');
    for (const address of [`--upload-pack=touch ${marker}`, `ext::touch ${marker}`, 'http://127.0.0.1:1/x']) {
      await expect(scratch.store('one', address).snapshot(), address).rejects.toMatchObject({
        code: 'LEDGER_UNREACHABLE',
      });
    }
    expect(existsSync(marker)).toBe(false);
  });
});

describe('over HTTP', () => {
  test('reads and writes with a token that no message shows', async () => {
    let pushAllowed = true;
    const server = await startGitHttpServer({ root: scratch.folder, token: 's3cret', mayPush: () => pushAllowed });
    gitText(remote, ['config', 'http.receivepack', 'true']);
    const address = `${server.urlWithToken}/remote.git`;
    const one = scratch.store('one', address);
    const two = scratch.store('two', address);
    expect(one.remote).toBe(`${server.url}/remote.git`.replace('//', '//***@'));
    await one.append(createEntry(1));
    await two.append(createEntry(2));
    expect(await one.append(createEntry(3))).toMatchObject({ sequence: 3, push: 'pushed' });
    pushAllowed = false;
    const refused: unknown = await two.append(createEntry(4)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'LEDGER_PUSH_REJECTED', ...kept });
    const denied: unknown = await scratch
      .store('three', `${server.url}/remote.git`)
      .snapshot()
      .catch((e: unknown) => e);
    expect(denied).toMatchObject({ code: 'LEDGER_UNREACHABLE' });
    const wrong = server.urlWithToken.replace('s3cret', 'wr0ng');
    const unauthorised: unknown = await scratch
      .store('three', `${wrong}/remote.git`)
      .snapshot()
      .catch((e: unknown) => e);
    expect(unauthorised).toMatchObject({ code: 'LEDGER_UNREACHABLE' });
    const shown = [refused, denied, unauthorised].map((error) => `${String(error)} ${JSON.stringify(error)}`).join();
    expect(shown).not.toMatch(/s3cret|wr0ng/);
    expect(auditLedger(remote)).toEqual({ runs: [1, 2, 3], faults: [] });
    await server.close();
  });
});
