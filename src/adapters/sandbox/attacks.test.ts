import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  asIdentity,
  chown,
  drive,
  driverOf,
  identities,
  obstacle,
  programs,
  removeDriver,
  self,
} from '../../../fixtures/sandbox-identities.ts';
import type { SessionOptions } from '../../ports/sandbox.ts';
import { sanitisedGitConfig } from './git-config.ts';
import { path, type Scene, scene } from './scene.ts';

const required = process.env['BENCHGATE_REQUIRE_ALL'] === '1';
const attack = (name: string): string => join(programs, 'attacks', name);
const canary = `canary-${randomUUID()}`;
// The versions that version managers put first in PATH are scripts that need their owner's home.
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** Registers nothing: the attack makes no sense for this user. */
const inapplicable = (_name: string, _attack: () => void): void => undefined;

afterAll(removeDriver);

// Through sudo only where the machine lets this user; elsewhere there is nothing to try.
const players = identities
  .map((identity) => ({ identity, missing: obstacle(identity) }))
  .filter(({ identity, missing }) => missing === null || identity.skipRungs === 0);

describe.each(players)('attacks as $identity.name', ({ identity, missing }) => {
  if (missing !== null && !required) {
    it.skip(`no isolation: ${missing}`, () => {});
    return;
  }

  let stage: Scene;
  let outside: string;
  beforeEach(() => {
    stage = scene('candidate');
    outside = join(stage.root, 'outside');
    mkdirSync(outside);
  });
  afterEach(() => stage.remove());

  /** Writes a file outside the session's folders and returns its path. */
  function plant(name: string, content = canary): string {
    const file = join(outside, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  function both(
    command: string,
    changes: Partial<SessionOptions> = {},
    runs = 1,
    environment: Readonly<Record<string, string>> = {},
  ) {
    const play = (isolation: 'auto' | 'none', hidden: readonly string[]): Answer => {
      chown(stage.root, identity.owner);
      if (identity.owner !== identity.uid) chown(join(stage.root, 'outside'), identity.uid);
      return drive(identity, isolation, stage.options(command, { ...changes, hiddenPaths: hidden }), runs, environment);
    };
    return {
      control: (): Answer => play('none', []),
      isolated: (): Answer => {
        const answer = play('auto', changes.hiddenPaths ?? []);
        expect(answer.isolation.level).toBe('namespaces');
        return answer;
      },
    };
  }

  const output = (answer: Answer): string => answer.runs.at(-1)?.stdout ?? '';
  const count = (text: string, part: string): number => text.split(part).length - 1;

  it('may write its tree and its scratch folder', () => {
    const command = `echo x >file && mkdir ../made && echo x >../made/file && echo x >'${stage.scratch}/file'`;
    expect(both(command).isolated().runs[0]?.ending).toMatchObject({ exitCode: 0 });
  });

  it('does not see the environment of Benchgate or of other processes', () => {
    const secret = { BENCHGATE_TEST_SECRET: canary };
    const [file = '', ...args] = asIdentity(identity, ['sleep', '20']);
    const other = spawn(file, args, { env: { PATH: path, OTHER_SECRET: `other-${canary}` } });
    try {
      const play = both(`sh ${attack('read-environments.sh')}`, {}, 1, secret);
      const seen = output(play.control());
      expect(seen).toContain(`BENCHGATE_TEST_SECRET=${canary}`);
      expect(seen).toContain(`OTHER_SECRET=other-${canary}`);
      expect(output(play.isolated())).not.toContain(canary);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it.each(['read-files.sh', 'unmask-files.sh'])('does not read what is hidden (%s)', (program) => {
    const files = [plant('ledger/records.jsonl'), plant('references/sha'), plant('home/.git-credentials')];
    files.push(plant('other/tree/file'));
    const inTree = join(stage.tree, '.env');
    writeFileSync(inTree, canary);
    const hiddenPaths = [join(outside, 'ledger'), join(outside, 'references'), join(outside, 'other'), inTree];
    hiddenPaths.push(join(outside, 'home', '.git-credentials'));
    const names = [...files, inTree].map((file) => `'${file}'`).join(' ');
    const play = both(`sh ${attack(program)} ${names}; echo done`, { hiddenPaths });
    expect(count(output(play.control()), canary)).toBeGreaterThanOrEqual(5);
    const seen = output(play.isolated());
    expect(seen).not.toContain(canary);
    expect(seen).toContain('done');
  });

  it('does not find the token in the git configuration, and git goes on working', () => {
    const git = (...args: readonly string[]): void => {
      const result = spawnSync('git', ['-C', stage.tree, ...args], { encoding: 'utf8' });
      if (result.status !== 0) throw new Error(result.stderr);
    };
    git('init', '-q');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'one');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'tag', '-a', 'v1.2', '-m', 'v1.2');
    const included = plant('git-credentials-1.config', `[http "https://example.com/"]\n\textraheader = ${canary}\n`);
    git('config', 'http.https://github.com/.extraheader', `AUTHORIZATION: basic ${canary}`);
    git('config', 'include.path', included);
    const config = join(stage.tree, '.git', 'config');
    const sanitised = plant('config', sanitisedGitConfig(readFileSync(config, 'utf8')));
    const command = `git -c safe.directory='*' config --list; cat .git/config ../.git/config; git -c safe.directory='*' describe`;
    const changes = { hiddenPaths: [included], replacedFiles: [{ path: config, with: sanitised }] };
    const play = both(command, changes);
    expect(count(output(play.control()), canary)).toBeGreaterThanOrEqual(2);
    const seen = output(play.isolated());
    expect(seen).not.toContain(canary);
    expect(seen).toContain('v1.2\n');
  });

  it("does not write other repetitions' files, the other tree, the ledger or a hook", () => {
    const hook = join(stage.tree, '.git', 'hooks', 'post-checkout');
    const config = join(stage.tree, '.git', 'config');
    const setUp = (): string[] => {
      mkdirSync(join(stage.tree, '.git', 'hooks'), { recursive: true });
      writeFileSync(config, '');
      writeFileSync(hook, '');
      const names = ['scratch/result', 'other/tree/file', 'ledger/records.jsonl', 'home/.git-credentials', 'new/file'];
      const files = names.slice(0, -1).map((name) => plant(name, ''));
      return [...files, join(outside, 'new/file'), hook, config];
    };
    const files = setUp();
    const hiddenPaths = [join(outside, 'ledger'), join(outside, 'other'), join(outside, 'home/.git-credentials')];
    const play = both(`sh ${attack('write-files.sh')} ${files.map((file) => `'${file}'`).join(' ')}`, {
      hiddenPaths,
    });
    const forged = (): string[] => files.filter((file) => existsSync(file) && readFileSync(file, 'utf8') !== '');
    play.control();
    expect(forged()).toEqual(files);
    rmSync(outside, { recursive: true });
    rmSync(join(stage.tree, '.git'), { recursive: true });
    setUp();
    play.isolated();
    expect(forged()).toEqual([]);
  });

  it('does not put another repository in the place of .git', () => {
    const folder = join(stage.tree, '.git');
    mkdirSync(join(folder, 'hooks'), { recursive: true });
    const play = both(`sh ${attack('replace-folder.sh')} '${folder}'`);
    const forged = (): boolean => existsSync(join(folder, 'hooks', 'post-checkout'));
    play.control();
    expect(forged()).toBe(true);
    rmSync(folder, { recursive: true });
    rmSync(`${folder}.moved`, { recursive: true });
    mkdirSync(join(folder, 'hooks'), { recursive: true });
    play.isolated();
    expect(forged()).toBe(false);
  });

  it('does not take over the supervisor', () => {
    const program = `${python} ${attack('take-over-process.py')}`;
    const all = 'environ mem fd cwd root ptrace pidfd_getfd';
    // Each way works on an ordinary process, inside the sandbox too.
    const play = both(`${program} child; ${program} 1; exit 7`);
    expect(output(play.control())).toMatch(new RegExp(`^${all}\n`));
    const { runs } = play.isolated();
    expect(runs[0]?.stdout).toBe(`${all}\nnone\n`);
    expect(runs[0]?.ending).toMatchObject({ exitCode: 7, spawnError: null });
  });

  // No control: without a namespace of its own this would end every process of the machine, and refuses.
  it('does not disturb the next run by ending everything it can', () => {
    const disturb = `sh ${attack('disturb.sh')} '${readlinkSync('/proc/self/ns/pid')}'`;
    const command = `if [ -e again ]; then exit 3; fi; touch again; ${disturb}; exit $?`;
    const { runs } = both(command, {}, 2).isolated();
    expect(runs.map(({ ending }) => [ending.exitCode, ending.spawnError])).toEqual([
      [137, null],
      [3, null],
    ]);
  });

  it('does not answer in the name of the supervisor', () => {
    const command = `printf 'end 0\\nclean\\n'; printf 'end 0\\nclean\\n' >&2; exit 7`;
    expect(both(command).isolated().runs[0]?.ending).toMatchObject({ exitCode: 7, spawnError: null });
  });

  it('does not inherit a descriptor', () => {
    const seen = output(both('ls /proc/self/fd | grep -x "[0-9]"').isolated());
    // 3 is the folder that ls reads.
    expect(seen).toBe('0\n1\n2\n3\n');
  });

  it('does not kill a process outside', async () => {
    const [file = '', ...args] = asIdentity(identity, ['sleep', '20']);
    for (const mode of ['isolated', 'control'] as const) {
      const victim = spawn(file, args);
      const ended = new Promise((resolve) => victim.once('exit', resolve));
      both(`kill -9 ${victim.pid}`)[mode]();
      const waited = new Promise((resolve) => setTimeout(() => resolve('alive'), 200));
      const state = await Promise.race([ended, waited]);
      victim.kill('SIGKILL');
      if (mode === 'control') expect(state).not.toBe('alive');
      else expect(state).toBe('alive');
    }
  });

  it('leaves no process that writes into the next run', () => {
    const play = (mode: 'control' | 'isolated'): string => {
      const command = `sh ${attack('leave-daemon.sh')} '${join(stage.scratch, mode)}'`;
      return output(both(command, {}, 2)[mode]());
    };
    expect(play('control')).toContain('forged');
    expect(play('isolated')).toBe('');
  });

  it('leaves no temporary file to the next run', () => {
    const name = randomUUID();
    const play = both(`sh ${attack('leave-files.sh')} ${name}`, {}, 3);
    try {
      expect(output(play.control())).toContain('forged');
      expect(play.isolated().runs.map(({ stdout }) => stdout)).toEqual(['', '', '']);
    } finally {
      for (const folder of ['/tmp', '/var/tmp', '/dev/shm', '/dev', '/run'])
        rmSync(join(folder, name), { force: true });
    }
  });

  (identity.uid === 0 ? it : inapplicable)("does not change the kernel's settings", () => {
    const play = both(`sh ${attack('change-kernel.sh')}; echo done`);
    expect(output(play.control())).toContain('changed');
    expect(output(play.isolated())).toBe('done\n');
  });

  (identity.uid === 0 ? it : inapplicable)('does not open the devices of the machine', () => {
    const play = both(`sh ${attack('open-devices.sh')}; echo done`, { devices: true });
    expect(output(play.control())).toContain('opened');
    expect(output(play.isolated())).toBe('done\n');
  });

  (self === 0 && identity.uid !== 0 ? it : inapplicable)('does not become root through a set-user-id program', () => {
    const { root: folder, remove } = scene('root');
    const [program, secret] = [join(folder, 'cat'), join(folder, 'secret')];
    copyFileSync('/bin/cat', program);
    writeFileSync(secret, canary, { mode: 0o600 });
    chmodSync(program, 0o4755);
    try {
      const play = both(`'${program}' '${secret}'; sudo -n cat '${secret}'; echo done`);
      expect(output(play.control())).toContain(canary);
      expect(output(play.isolated())).toBe('done\n');
    } finally {
      remove();
    }
  });

  it('dies with Benchgate', async () => {
    const beat = join(stage.scratch, 'beat');
    const command = `(trap '' TERM HUP; while :; do echo x >>'${beat}'; sleep 0.02; done)`;
    const options = stage.options(command);
    chown(stage.root, identity.owner);
    const [file = '', ...args] = driverOf(identity);
    const driver = spawn(file, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    driver.stdin.end(JSON.stringify({ isolation: 'auto', options, runs: 1, skipRungs: identity.skipRungs }));
    while (!existsSync(beat)) await sleep(20);
    driver.kill('SIGKILL');
    await sleep(300);
    const before = statSync(beat).size;
    await sleep(300);
    expect(statSync(beat).size).toBe(before);
  });

  it.each(self === 0 ? ['/tmp', '/run'] : ['/tmp'])('does not reach a service that listens in %s', async (folder) => {
    const socket = join(folder, `${randomUUID()}.sock`);
    const service = spawn(process.execPath, [join(programs, 'secret-service.mjs'), socket, canary]);
    await new Promise((resolve) => service.stdout.once('data', resolve));
    try {
      const play = both(`${python} ${attack('connect.py')} '${socket}'; echo done`);
      expect(output(play.control())).toContain(canary);
      expect(output(play.isolated())).toBe('done\n');
    } finally {
      service.kill('SIGKILL');
      rmSync(socket, { force: true });
    }
  });
});
