import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineLadder, type Rung } from './rungs.ts';
import { createSandbox } from './sandbox.ts';
import { clock, path, type Scene, scene } from './scene.ts';

const quiet = new AbortController().signal;
const ladder = machineLadder();
const [first] = ladder.rungs;
const trial = scene();
const opened = await createSandbox({ isolation: 'auto', clock }).open(trial.options('true'));
await opened.close();
trial.remove();
const isolates = opened.isolation.level === 'namespaces';

let stage: Scene;
beforeEach(() => {
  stage = scene();
});
afterEach(() => stage.remove());

const broken: Rung = {
  name: 'broken',
  before: [],
  bwrap: '/bin/false',
  setpriv: null,
  bwrapUid: 0,
  user: { uid: 0, gid: 0, groups: [] },
};

describe('createSandbox', () => {
  it('says that isolation was switched off', async () => {
    const session = await createSandbox({ isolation: 'none', clock }).open(stage.options('true'));
    expect(session.isolation).toEqual({ level: 'none', detail: 'isolation was switched off' });
  });

  it('says why there is no isolation, and runs', async () => {
    const none = { rungs: [], reason: 'bubblewrap (bwrap) is not installed' };
    const session = await createSandbox({ isolation: 'auto', clock, ladder: none }).open(stage.options('exit 3'));
    expect(session.isolation).toEqual({ level: 'none', detail: 'bubblewrap (bwrap) is not installed' });
    expect(await session.run(quiet)).toMatchObject({ exitCode: 3 });
  });

  it('names what each way had to say', async () => {
    const missing = { ...broken, name: 'missing', bwrap: '/nowhere/bwrap' };
    const both = { rungs: [broken, missing], reason: '' };
    const session = await createSandbox({ isolation: 'auto', clock, ladder: both }).open(stage.options('true'));
    expect(session.isolation.detail).toBe('broken: ended with status 1; missing: spawn /nowhere/bwrap ENOENT');
  });

  it.runIf(isolates && first !== undefined)('goes on to the next way', async () => {
    const rungs = [broken, ...ladder.rungs];
    const session = await createSandbox({ isolation: 'auto', clock, ladder: { rungs, reason: '' } }).open(
      stage.options('true'),
    );
    expect(session.isolation.level).toBe('namespaces');
    await session.close();
  });

  it.runIf(isolates)('never gives up isolation because of wrong options', async () => {
    const options = stage.options('true', { projectDirectory: join(stage.root, 'absent') });
    await expect(createSandbox({ isolation: 'auto', clock }).open(options)).rejects.toMatchObject({
      code: 'SETUP_FAILED',
      exitCode: 69,
    });
  });
});

describe.runIf(isolates)('a project below the folder for temporary files', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'sandbox-')));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('sees its tree, its scratch folder and its toolchain, and nothing else there', async () => {
    for (const name of ['trees/a', 'trees/b', 'scratch', 'venv/bin', 'venv/lib', 'real']) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'file'), name);
    }
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const session = await createSandbox({ isolation: 'auto', clock }).open({
      ...stage.options(`cd '${folder}'; ls -d * trees/*; cat link/file; touch trees/a/new; touch venv/new || exit 4`),
      treeDirectory: join(folder, 'trees/a'),
      projectDirectory: join(folder, 'trees/a'),
      environment: { PATH: `${join(folder, 'venv/bin')}:${path}`, CARGO_HOME: join(folder, 'link'), TMPDIR: tmpdir() },
    });
    expect(await session.run(quiet)).toMatchObject({ exitCode: 4 });
    await session.close();
    expect(stage.stdout()).toBe('link\ntrees\ntrees/a\nvenv\nreal');
    expect(existsSync(join(folder, 'trees/a/new'))).toBe(true);
  });

  it('leaves nothing in the folders that only carry it', async () => {
    const tree = join(folder, 'trees/a');
    mkdirSync(tree, { recursive: true });
    const session = await createSandbox({ isolation: 'auto', clock }).open({
      ...stage.options('cat ../note; echo left >../note'),
      treeDirectory: tree,
      projectDirectory: tree,
    });
    for (let run = 0; run < 3; run += 1) {
      await session.run(quiet);
      expect(stage.stdout()).toBe('');
    }
    await session.close();
  });

  it('survives that its sandbox is killed between two runs', async () => {
    const session = await createSandbox({ isolation: 'auto', clock }).open(stage.options('exit 3'));
    expect(await session.run(quiet)).toMatchObject({ exitCode: 3 });
    const found = spawnSync('pgrep', ['-P', String(process.pid), 'bwrap'], { encoding: 'utf8' }).stdout.trim();
    for (const pid of found.split('\n').filter((line) => line !== '')) process.kill(Number(pid), 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await session.run(quiet)).toMatchObject({ exitCode: 3 });
    await session.close();
  });
});
