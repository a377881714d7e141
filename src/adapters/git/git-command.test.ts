import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGit, GitFailure, maskCredentials } from './git-command.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchgate-git-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('output is bytes and input reaches the program', async () => {
  const git = createGit({ executable: script('echo', 'cat'), environment: process.env });
  const input = Buffer.from([0, 255, 10, 13]);
  expect((await git.run([], { input })).stdout).toEqual(input);
});

test('the repository variables of a surrounding git are not inherited', async () => {
  const environment = { ...process.env, GIT_DIR: '/elsewhere', GIT_INDEX_FILE: '/x', LC_ALL: 'de_DE', KEPT: 'yes' };
  const git = createGit({ executable: script('env', 'env'), environment });
  const lines = (await git.run([])).stdout.toString().split('\n');
  expect(lines.filter((line) => /^GIT_(DIR|INDEX_FILE)=/.test(line))).toEqual([]);
  expect(lines).toEqual(
    expect.arrayContaining(['LC_ALL=C', 'GIT_TERMINAL_PROMPT=0', 'GIT_OPTIONAL_LOCKS=0', 'KEPT=yes']),
  );
});

test('a failure carries exit code, arguments and messages without credentials', async () => {
  const executable = script('fail', 'echo "fatal: no access to https://me:secret@host/x" >&2; exit 7');
  const git = createGit({ executable, environment: process.env });
  const args = ['fetch', 'https://me:p@ss@host/x', '-c', 'http.extraheader=AUTHORIZATION: basic c2VjcmV0'];
  const failure = await git.run(args).catch((error: unknown) => error);
  if (!(failure instanceof GitFailure)) throw failure;
  expect(failure).toMatchObject({ code: 'GIT_FAILED', exitCode: 69, gitExitCode: 7 });
  const shown = JSON.stringify([failure, failure.message, failure.place]);
  expect(shown).not.toMatch(/secret|p@ss|c2VjcmV0/);
  expect(failure.message).toContain('https://***@host/x');
});

test('an allowed exit code is an answer', async () => {
  const git = createGit({ executable: script('one', 'exit 1'), environment: process.env });
  expect((await git.run([], { allowFailure: [1] })).exitCode).toBe(1);
});

test('only the end of endless messages is kept', async () => {
  const executable = script('noise', 'head -c 3000000 /dev/zero | tr "\\0" x >&2; echo THE-END >&2; exit 1');
  const { stderr } = await createGit({ executable, environment: process.env }).run([], { allowFailure: [1] });
  expect(stderr.length).toBeLessThanOrEqual(65_536);
  expect(stderr).toContain('THE-END');
});

test('a missing program, folder or disk space each has its own error', async () => {
  const missing = createGit({ executable: 'no-such-git', environment: process.env });
  await expect(missing.run(['version'])).rejects.toMatchObject({ code: 'GIT_MISSING', exitCode: 69 });
  const git = createGit({ environment: process.env });
  await expect(git.run(['version'], { cwd: join(folder, 'none') })).rejects.toMatchObject({ code: 'INPUT_OUTPUT' });
  const full = script('full', 'echo "fatal: write error: No space left on device" >&2; exit 128');
  const onFullDisk = createGit({ executable: full, environment: process.env });
  await expect(onFullDisk.run([], { allowFailure: [128] })).rejects.toMatchObject({ code: 'DISK_FULL' });
});

test("the other side's full disk is not this machine's", async () => {
  const executable = script('remote-full', 'echo "remote: fatal: No space left on device" >&2; exit 1');
  const git = createGit({ executable, environment: process.env });
  await expect(git.run([])).rejects.toMatchObject({ code: 'GIT_FAILED' });
});

test('a signal stops git', async () => {
  const git = createGit({ executable: script('wait', 'exec sleep 20'), environment: process.env });
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(), 50);
  await expect(git.run([], { signal: stopping.signal })).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
});

test.each([
  ['https://user:pw@host/a', 'https://***@host/a'],
  ['https://token@host/a', 'https://***@host/a'],
  ['ssh://user:pw@host/a', 'ssh://***@host/a'],
  ['ssh://git@host/a', 'ssh://git@host/a'],
  ['git@host:a', 'git@host:a'],
  ['authorization: bearer abc', 'authorization: bearer ***'],
])('%s is shown as %s', (text, shown) => {
  expect(maskCredentials(text)).toBe(shown);
});
