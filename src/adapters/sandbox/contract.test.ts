import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { IsolationLevel } from '../../domain/provenance.ts';
import type { ProcessEnding, Session, SessionOptions } from '../../ports/sandbox.ts';
import { createSandbox } from './sandbox.ts';
import { clock, path, type Scene, scene } from './scene.ts';

const quiet = new AbortController().signal;
const plainEnding = {
  signal: null,
  timedOut: false,
  outputTooLarge: false,
  interrupted: false,
  spawnError: null,
  forced: false,
};

/** Bytes of a file now and a while later: equal when nobody writes any more. */
async function growth(file: string): Promise<number> {
  const before = statSync(file).size;
  await sleep(300);
  return statSync(file).size - before;
}

/** What every implementation owes its callers. */
function sandboxContract(level: IsolationLevel): void {
  const sandbox = createSandbox({ isolation: level === 'none' ? 'none' : 'auto', clock });
  const scenes: Scene[] = [];
  const sessions: Session[] = [];

  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
    for (const used of scenes.splice(0)) used.remove();
  });

  function newScene(name?: string): Scene {
    const made = scene(name);
    scenes.push(made);
    return made;
  }

  async function open(options: SessionOptions): Promise<Session> {
    const session = await sandbox.open(options);
    sessions.push(session);
    return session;
  }

  async function runOnce(
    used: Scene,
    command: string,
    changes: Partial<SessionOptions> = {},
    signal = quiet,
  ): Promise<ProcessEnding> {
    return (await open(used.options(command, changes))).run(signal);
  }

  it('says which isolation it has', async () => {
    const session = await open(newScene().options('true'));
    expect(session.isolation.level).toBe(level);
    expect(session.isolation.detail).not.toBe('');
  });

  it.each([0, 1, 3, 127, 255])('reports exit status %i', async (status) => {
    const ending = await runOnce(newScene(), `exit ${status}`);
    expect(ending).toMatchObject({ ...plainEnding, exitCode: status });
    expect(ending.wallSeconds).toBeGreaterThan(0);
  });

  it('writes stdout and stderr to their files, once per run', async () => {
    const used = newScene();
    const session = await open(used.options('echo out; echo error >&2'));
    for (let run = 0; run < 2; run += 1) {
      await session.run(quiet);
      expect([used.stdout(), used.stderr()]).toEqual(['out\n', 'error\n']);
    }
  });

  it.each([
    ['SIGSEGV', 'kill -SEGV $$', 139],
    ['SIGKILL', 'kill -KILL $$', 137],
    ['SIGINT', 'kill -INT $$; echo survived', 130],
    ['SIGSEGV', '(kill -SEGV $(exec sh -c "echo \\$PPID")); exit $?', 139],
  ])('reports a death by %s', async (signal, command, exitCode) => {
    expect(await runOnce(newScene(), command)).toMatchObject({ ...plainEnding, signal, exitCode });
  });

  it('measures the time of the command alone', async () => {
    const { wallSeconds } = await runOnce(newScene(), 'sleep 0.2');
    expect(wallSeconds).toBeGreaterThan(0.19);
    expect(wallSeconds).toBeLessThan(2);
  });

  it('ends a command that takes too long', async () => {
    const used = newScene();
    const command = 'trap "echo asked; exit 0" TERM; sleep 60 & wait';
    const ending = await runOnce(used, command, { timeoutSeconds: 0.2 });
    expect(ending).toMatchObject({ ...plainEnding, exitCode: null, timedOut: true, forced: false });
    expect(ending.wallSeconds).toBeLessThan(2);
    expect(used.stdout()).toBe('asked\n');
  });

  it('kills what ignores SIGTERM, grandchildren included, and runs again', async () => {
    const used = newScene();
    const beat = join(used.scratch, 'beat');
    const child = `trap "" TERM; while :; do echo x >>"$1"; sleep 0.02; done`;
    writeFileSync(join(used.project, 'child.sh'), child);
    const stubborn = `trap "" TERM; if [ -e again ]; then exit 5; fi; sh -c 'sh child.sh "$1" & wait' sh "${beat}" & wait`;
    const session = await open(used.options(stubborn, { timeoutSeconds: 0.3 }));
    expect(await session.run(quiet)).toMatchObject({ ...plainEnding, exitCode: null, timedOut: true, forced: true });
    expect(statSync(beat).size).toBeGreaterThan(0);
    expect(await growth(beat)).toBe(0);
    writeFileSync(join(used.project, 'again'), '');
    expect(await session.run(quiet)).toMatchObject({ ...plainEnding, exitCode: 5 });
  });

  it.each([
    ['in its group', ''],
    ['in a session of its own', 'setsid'],
  ])('removes a process left behind %s', async (_where, prefix) => {
    const used = newScene();
    const beat = join(used.scratch, 'beat');
    writeFileSync(join(used.project, 'daemon.sh'), `while :; do echo x >>"${beat}"; sleep 0.02; done`);
    const command = `${prefix} sh daemon.sh & while [ ! -s "${beat}" ]; do sleep 0.02; done`;
    expect(await runOnce(used, command)).toMatchObject({ ...plainEnding, exitCode: 0 });
    expect(await growth(beat)).toBe(0);
  });

  it.each(['stdout', 'stderr'])('stops a command that fills %s', async (stream) => {
    const used = newScene();
    const redirection = stream === 'stderr' ? '>&2' : '';
    const ending = await runOnce(used, `head -c 1073741824 /dev/zero ${redirection}; sleep 60`);
    expect(ending).toMatchObject({ ...plainEnding, exitCode: null, outputTooLarge: true });
    expect(statSync(join(used.scratch, stream)).size).toBe(1_000_000);
  });

  it('notices too much output of a short run, and allows exactly the limit', async () => {
    const used = newScene();
    const most = await runOnce(used, 'head -c 1000000 /dev/zero');
    expect(most).toMatchObject({ ...plainEnding, exitCode: 0 });
    const tooMuch = await runOnce(used, 'head -c 1000001 /dev/zero');
    expect(tooMuch).toMatchObject({ ...plainEnding, exitCode: null, outputTooLarge: true });
  });

  it('gives an empty stdin', async () => {
    const used = newScene();
    await runOnce(used, 'cat; read -r line || echo none');
    expect(used.stdout()).toBe('none\n');
  });

  it('gives the environment it was told and nothing of its own', async () => {
    process.env['BENCHGATE_CANARY'] = 'canary';
    const used = newScene();
    const environment = {
      PATH: path,
      QUOTES: `a'b"c$(id)\`id\`\\`,
      LINES: 'one\ntwo\n',
      EMPTY: '',
      UNICODE: 'ä☃',
      LD_LIBRARY_PATH: ':/nowhere',
    };
    await runOnce(used, 'exec env -0', { environment });
    const pairs = used
      .stdout()
      .split('\0')
      .filter((entry) => entry !== '' && !/^(?:PWD|OLDPWD|SHLVL|_|BENCHGATE_RUN)=/.test(entry))
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const);
    expect(Object.fromEntries(pairs)).toEqual(environment);
  });

  it('takes a large environment', async () => {
    const used = newScene();
    const environment = { PATH: path, A: 'ä'.repeat(50_000), B: 'b'.repeat(120_000), C: 'c'.repeat(120_000) };
    expect(await runOnce(used, `echo \${#B} \${#C}`, { environment })).toMatchObject({ exitCode: 0 });
    expect(used.stdout()).toBe('120000 120000\n');
  });

  it('starts in the project folder, where the command may write', async () => {
    const used = newScene();
    await runOnce(used, 'pwd; echo made >file');
    expect(used.stdout()).toBe(`${used.project}\n`);
    expect(readFileSync(join(used.project, 'file'), 'utf8')).toBe('made\n');
  });

  it('is interrupted', async () => {
    const used = newScene();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 150);
    const ending = await runOnce(used, 'sleep 60 & sleep 60', {}, controller.signal);
    expect(ending).toMatchObject({ ...plainEnding, exitCode: null, interrupted: true, forced: false });
    expect(ending.wallSeconds).toBeLessThan(2);
  });

  it('does not start after an interruption', async () => {
    const used = newScene();
    const ending = await runOnce(used, 'echo x >started', {}, AbortSignal.abort());
    expect(ending).toMatchObject({ ...plainEnding, exitCode: null, interrupted: true });
    expect(existsSync(join(used.project, 'started'))).toBe(false);
  });

  it('runs many times, whatever the command leaves', async () => {
    const used = newScene();
    const session = await open(used.options('echo x >>count; sleep 30 & echo $(wc -l <count); exit 4'));
    for (let run = 1; run <= 20; run += 1) {
      expect(await session.run(quiet)).toMatchObject({ ...plainEnding, exitCode: 4 });
      expect(used.stdout().trim()).toBe(String(run));
    }
  });

  it('says that it could not start', async () => {
    const used = newScene();
    const session = await open(used.options('true'));
    rmSync(used.project, { recursive: true });
    const ending = await session.run(quiet);
    expect(ending).toMatchObject({ ...plainEnding, exitCode: null, spawnError: expect.stringContaining(used.project) });
  });

  it('says that it has nowhere to write the output to', async () => {
    const used = newScene();
    const folder = join(used.scratch, 'run');
    mkdirSync(folder);
    const session = await open(used.options('true', { stdoutPath: join(folder, 'stdout') }));
    rmSync(folder, { recursive: true });
    const ending = await session.run(quiet);
    expect(ending).toMatchObject({ ...plainEnding, exitCode: null, spawnError: expect.stringContaining('ENOENT') });
  });

  it.each(['two words', `quo'te"s`, 'new\nline', 'dollar$(id)`id`', 'ünï☃', '-dash', '*?[a]'])(
    'works in a folder named %j',
    async (name) => {
      const used = newScene(name);
      expect(await runOnce(used, 'pwd; echo x >file')).toMatchObject({ ...plainEnding, exitCode: 0 });
      expect(used.stdout()).toBe(`${used.project}\n`);
    },
  );

  it.each([
    ['a symbolic link', 'ln -sf "$SECRET"'],
    ['a pipe', 'rm stdout; mkfifo'],
    ['a folder', 'rm stdout; mkdir'],
  ])('leaves a regular file where the command put %s', async (_what, replace) => {
    const used = newScene();
    const secret = join(used.root, 'secret');
    writeFileSync(secret, 'canary');
    const command = `cd "${used.scratch}" && ${replace.replace('"$SECRET"', secret)} stdout`;
    const session = await open(used.options(command));
    await session.run(quiet);
    expect(lstatSync(join(used.scratch, 'stdout')).isFile()).toBe(true);
    expect(used.stdout()).toBe('');
    expect(readFileSync(secret, 'utf8')).toBe('canary');
    expect(await session.run(quiet)).toMatchObject({ ...plainEnding, exitCode: 0 });
  });

  it('refuses output files whose folder the command replaced', async () => {
    const used = newScene();
    const folder = join(used.scratch, 'run');
    mkdirSync(folder);
    const command = `cd "${used.scratch}" && mv run gone && ln -s "${used.tree}" run`;
    const ending = await runOnce(used, command, { stdoutPath: join(folder, 'stdout') });
    expect(ending).toMatchObject({ exitCode: null, spawnError: expect.stringContaining('replaced') });
  });

  it('runs two sessions in turn', async () => {
    const [first, second] = [newScene(), newScene()];
    const one = await open(first.options('echo first'));
    const two = await open(second.options('echo second'));
    for (let run = 0; run < 3; run += 1) {
      await one.run(quiet);
      await two.run(quiet);
      expect([first.stdout(), second.stdout()]).toEqual(['first\n', 'second\n']);
    }
  });
}

const trial = scene();
const opened = await createSandbox({ isolation: 'auto', clock }).open(trial.options('true'));
await opened.close();
trial.remove();
const missing = opened.isolation.level === 'namespaces' ? null : opened.isolation.detail;

describe('without isolation', () => sandboxContract('none'));

describe.skipIf(missing !== null && process.env['BENCHGATE_REQUIRE_ALL'] !== '1')(
  missing === null ? 'in namespaces' : `in namespaces (missing: ${missing})`,
  () => sandboxContract('namespaces'),
);
