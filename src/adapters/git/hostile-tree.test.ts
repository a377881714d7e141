import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  initialised,
  repositoryAt,
  runGit,
  type ScratchRepository,
  scratchEnvironment,
  scratchFolder,
  withOneCommit,
} from '../../../fixtures/scratch-repository.ts';
import type { Revision } from '../../domain/provenance.ts';
import type { Repository } from '../../ports/repository.ts';
import { createGit } from './git-command.ts';
import { openRepository } from './repository.ts';
import { createWorktrees } from './worktrees.ts';

const scratch = scratchFolder();
afterAll(scratch.close);

const git = createGit({ environment: scratchEnvironment });
const trace = join(scratch.folder, 'trace');
beforeEach(() => rmSync(trace, { force: true }));

async function seen(opened: Repository): Promise<string[]> {
  return (await opened.state([])).dirty.map(({ path, reason }) => `${path}: ${reason}`);
}

/** A git folder whose configuration runs a program as soon as git looks at the content of a file. */
function arm(folder: string): void {
  const settings = [
    ['filter.x.clean', `touch ${trace}; cat`],
    ['filter.x.process', `touch ${trace}; false`],
    ['core.fsmonitor', `touch ${trace}; false`],
    ['remote.origin.uploadpack', `touch ${trace}; false`],
  ];
  for (const [name = '', value = ''] of settings) runGit(folder, ['config', '--file', 'config', name, value]);
  mkdirSync(join(folder, 'info'), { recursive: true });
  writeFileSync(join(folder, 'info', 'attributes'), '* filter=x\n');
}

/** Both commands that read the whole tree. */
async function look(opened: Repository): Promise<string[]> {
  const dirty = await seen(opened);
  await opened.diff();
  await opened.lfsPointers(opened.top);
  return dirty;
}

describe('a git planted by measured code', () => {
  const fake = (folder: string): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'git'), `#!/bin/sh\ntouch ${trace}\nexit 1\n`);
    chmodSync(join(folder, 'git'), 0o755);
  };
  const searched = (...folders: string[]): NodeJS.ProcessEnv => ({
    ...scratchEnvironment,
    PATH: [...folders, scratchEnvironment['PATH']].join(delimiter),
  });

  it.each([
    ['in node_modules of the project', 'node_modules/.bin'],
    ['in a folder of the project', 'tools'],
  ])('%s is not run', async (_name, below) => {
    const project = withOneCommit(scratch.fresh());
    const bin = join(project.top, below);
    mkdirSync(bin, { recursive: true });
    const early = createGit({ environment: searched(bin), workingFolder: project.top });
    fake(bin);
    const late = createGit({ environment: searched(bin), workingFolder: join(project.top) });
    for (const planted of [early, late]) {
      expect((await planted.run(['--version'])).stdout.toString()).toMatch(/^git version/);
    }
    const opened = await openRepository({ git: late, directory: project.top });
    const options = { git: late, repository: opened, temporaryRoot: scratch.fresh(), isProcessAlive: () => true };
    await (await createWorktrees({ ...options, log: () => undefined }).open(opened.head)).close();
    expect(existsSync(trace)).toBe(false);
  });

  it('in front of the real one, later, is not run', async () => {
    const front = scratch.fresh('front');
    mkdirSync(front);
    const early = createGit({ environment: searched(front) });
    fake(front);
    const project = withOneCommit(scratch.fresh());
    const opened = await openRepository({ git: early, directory: project.top });
    const options = { git: early, repository: opened, temporaryRoot: scratch.fresh(), isProcessAlive: () => true };
    await (await createWorktrees({ ...options, log: () => undefined }).open(opened.head)).close();
    expect(existsSync(trace)).toBe(false);
  });

  it('is not found as a helper of git either', async () => {
    const project = withOneCommit(scratch.fresh());
    const bin = join(project.top, 'node_modules/.bin');
    fake(bin);
    renameSync(join(bin, 'git'), join(bin, 'git-planted'));
    const found = createGit({ environment: searched(bin, '.', ''), workingFolder: project.top });
    expect((await found.run(['planted'], { cwd: bin, allowFailure: [1] })).stderr).toMatch(/not a git command/);
    expect(existsSync(trace)).toBe(false);
  });
});

describe('a submodule whose git folder measured code can write', () => {
  const library = withOneCommit(scratch.fresh('library'));

  /** A project with an ordinary submodule `sub`. */
  const withSubmodule = (): ScratchRepository => {
    const project = withOneCommit(scratch.fresh());
    project.git('submodule', '--quiet', 'add', library.top, 'sub');
    project.commit();
    return project;
  };

  /** A clone of the library somewhere in the tree, armed and with a file whose content git must look at. */
  const plant = (top: string, place: string): string => {
    runGit(scratch.folder, ['clone', '-q', library.top, join(top, place)]);
    arm(join(top, place, '.git'));
    writeFileSync(join(top, place, 'a.txt'), 'ALPHA\n');
    return join(top, place, '.git');
  };

  it('an entry without .gitmodules gets a git folder of its own', async () => {
    const project = withOneCommit(scratch.fresh());
    const sha = library.git('rev-parse', 'HEAD');
    project.git('update-index', '--add', '--cacheinfo', `160000,${sha},sub`);
    project.git('commit', '-qm', 'entry');
    mkdirSync(join(project.top, 'sub'));
    const opened = await openRepository({ git, directory: project.top });
    expect(await look(opened)).toEqual([]);
    rmSync(join(project.top, 'sub'), { recursive: true });
    plant(project.top, 'sub');
    expect(await look(opened)).toEqual(['sub: submodule']);
    expect(await look(await openRepository({ git, directory: project.top }))).toEqual(['sub: submodule']);
    expect(existsSync(trace)).toBe(false);
  });

  const rewritten: readonly (readonly [name: string, rewrite: (top: string) => void])[] = [
    [
      'a folder in the tree',
      (top) => writeFileSync(join(top, 'sub/.git'), `gitdir: ${join(top, 'build/evil/.git')}\n`),
    ],
    ['a relative folder', (top) => writeFileSync(join(top, 'sub/.git'), 'gitdir: ../build/evil/.git')],
    [
      'a name in other bytes than UTF-8',
      (top) => {
        symlinkSync(join(top, 'build/evil/.git'), Buffer.from(`${top}/build/\xff`, 'latin1'));
        symlinkSync(join(top, '.git/modules/sub'), join(top, 'build/\uFFFD'));
        writeFileSync(join(top, 'sub/.git'), Buffer.from('gitdir: ../build/\xff\n', 'latin1'));
      },
    ],
    [
      'a path that means something else when links are followed late',
      (top) => {
        mkdirSync(join(top, 'build/evil/x'));
        symlinkSync('../build/evil/x', join(top, 'sub/way'));
        mkdirSync(join(top, 'build/.git/modules'), { recursive: true });
        symlinkSync('../../evil/.git', join(top, 'build/.git/modules/sub'));
        writeFileSync(join(top, 'sub/.git'), 'gitdir: way/../../.git/modules/sub');
      },
    ],
    [
      'the work tree is a link to another folder',
      (top) => {
        rmSync(join(top, 'sub'), { recursive: true });
        symlinkSync('build/evil', join(top, 'sub'));
      },
    ],
    [
      '.git is a link',
      (top) => {
        rmSync(join(top, 'sub/.git'));
        symlinkSync('../build/evil/.git', join(top, 'sub/.git'));
      },
    ],
  ];

  it.each(rewritten)('.git is made to lead to %s', async (_name, rewrite) => {
    const project = withSubmodule();
    const opened = await openRepository({ git, directory: project.top });
    expect(await look(opened)).toEqual([]);
    plant(project.top, 'build/evil');
    rewrite(project.top);
    writeFileSync(join(project.top, 'sub/a.txt'), 'ALPHA\n');
    expect(await look(opened)).toContain('sub: submodule');
    expect(existsSync(trace)).toBe(false);
  });

  it('.git that leads to another submodule hides nothing', async () => {
    const project = withSubmodule();
    project.git('submodule', '--quiet', 'add', library.top, 'twin');
    project.commit();
    const opened = await openRepository({ git, directory: project.top });
    project.write('sub/.git', 'gitdir: ../.git/modules/twin\n');
    project.write('sub/a.txt', 'ALPHA\n');
    expect(await seen(opened)).toEqual(['sub/a.txt: submodule']);
  });

  it('a foreign repository beside is named by its commit without running git in it', async () => {
    const project = withOneCommit(scratch.fresh());
    const opened = await openRepository({ git, directory: project.top });
    plant(project.top, 'inner');
    initialised(join(project.top, 'empty'));
    expect(await look(opened)).toEqual(['empty/: untracked', 'inner/: untracked']);
    const patch = Buffer.from(await opened.diff()).toString();
    expect(patch).toContain(`+Subproject commit ${library.git('rev-parse', 'HEAD')}`);
    expect(patch).not.toContain('empty');
    expect(existsSync(trace)).toBe(false);
  });

  it("the person's own filters stay in use inside", async () => {
    const project = withSubmodule();
    writeFileSync(join(project.top, 'sub/.gitattributes'), 'a.txt filter=own\n');
    runGit(join(project.top, 'sub'), ['add', '.gitattributes']);
    runGit(join(project.top, 'sub'), ['commit', '-qm', 'filter']);
    project.commit();
    const config = join(scratch.folder, 'person');
    writeFileSync(config, '[filter "own"]\n\tclean = echo alpha\n');
    const own = createGit({ environment: { ...scratchEnvironment, GIT_CONFIG_GLOBAL: config } });
    project.write('sub/a.txt', 'ALPHA\n');
    expect(await seen(await openRepository({ git: own, directory: project.top }))).toEqual([]);
  });
});

describe('a checkout', () => {
  const openAt = async (project: ScratchRepository, log: string[] = []): Promise<void> => {
    const repository = await openRepository({ git, directory: project.top });
    const options = { git, repository, temporaryRoot: scratch.fresh('tmp'), isProcessAlive: () => true };
    const worktrees = createWorktrees({ ...options, log: (text) => log.push(text) });
    await (await worktrees.open((await repository.resolve('HEAD')) as Revision)).close();
  };

  it.each(['../../outside', '/outside', 'x/../../outside', 'x.update=!true #'])(
    'refuses a submodule with the name %s',
    async (name) => {
      const project = withOneCommit(scratch.fresh());
      const library = withOneCommit(scratch.fresh('library'));
      runGit(scratch.folder, ['clone', '-q', '--bare', library.top, join(project.top, 'outside')]);
      project.write('.gitmodules', `[submodule "${name}"]\n\tpath = sub\n\turl = ${library.top}\n`);
      project.git('update-index', '--add', '--cacheinfo', `160000,${library.git('rev-parse', 'HEAD')},sub`);
      project.git('add', '.gitmodules');
      project.git('commit', '-qm', 'name');
      await expect(openAt(project)).rejects.toMatchObject({
        code: 'GIT_FAILED',
        place: expect.stringMatching(/\.gitmodules$/) as string,
      });
    },
  );

  it('logs no control characters of git-lfs', async () => {
    const bin = scratch.fresh('bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'git-lfs'), '#!/bin/sh\nprintf "bad \\033]0;x\\007\\nbenchgate: fine" >&2\n', {
      mode: 0o755,
    });
    const project = withOneCommit(scratch.fresh());
    project.write('.gitattributes', '*.bin filter=lfs\n');
    project.write('x.bin', `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`);
    project.commit();
    const path = [bin, scratchEnvironment['PATH']].join(delimiter);
    const lying = createGit({ environment: { ...scratchEnvironment, PATH: path } });
    const repository = await openRepository({ git: lying, directory: project.top });
    const log: string[] = [];
    const options = { git: lying, repository, temporaryRoot: scratch.fresh('tmp'), isProcessAlive: () => true };
    await (await createWorktrees({ ...options, log: (text) => log.push(text) }).open(repository.head)).close();
    expect(log.join('')).toContain('bad \\u001b]0;x\\u0007\\u000abenchgate: fine');
    expect(repositoryAt(project.top).git('status', '--porcelain')).toBe('');
    expect(readFileSync(join(project.top, 'a.txt'), 'utf8')).toBe('alpha\n');
  });
});
