import { lstatSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  initialised,
  repositoryAt,
  runGit,
  type ScratchRepository,
  scratchEnvironment,
  scratchFolder,
} from '../../../fixtures/scratch-repository.ts';
import { createGit } from './git-command.ts';
import { openRepository } from './repository.ts';

const scratch = scratchFolder();
afterAll(scratch.close);
const git = createGit({ environment: scratchEnvironment });

interface Case {
  readonly repository: ScratchRepository;
  readonly base: string;
  readonly head: string;
}

function changed(change: (repository: ScratchRepository) => void): Case {
  const repository = initialised(scratch.fresh('graft'));
  repository.write('bench/manifest.toml', 'old rules\n');
  repository.write('bench/run.js', 'old runner\n');
  repository.write('src/code.js', 'old code\n');
  const base = repository.commit('base');
  change(repository);
  return { repository, base, head: repository.commit('head') };
}

async function grafted({ repository, base, head }: Case, paths: readonly string[] = ['bench']) {
  const opened = await openRepository({ git, directory: repository.top });
  const revision = await opened.resolve(head);
  if (revision === null) throw new Error('no head');
  const result = await opened.graft(revision, base, paths);
  const show = (path: string): string => runGit(repository.top, ['show', `${result.sha}:${path}`]);
  const list = runGit(repository.top, ['ls-tree', '-r', '--name-only', result.sha]).split('\n');
  return { result, revision, show, list, opened };
}

describe('graft()', () => {
  it('returns the head itself when the paths agree', async () => {
    const { result, revision } = await grafted(changed((repository) => repository.write('src/code.js', 'new\n')));
    expect(result).toEqual(revision);
  });

  it('takes changed, removed and added files of the paths from the donor and everything else from the head', async () => {
    const { show, list } = await grafted(
      changed((repository) => {
        repository.write('bench/manifest.toml', 'lax rules\n');
        rmSync(join(repository.top, 'bench/run.js'));
        repository.write('bench/extra "quoted"\n\\é.js', 'new\n');
        repository.write('src/code.js', 'new code\n');
      }),
    );
    expect(show('bench/manifest.toml')).toBe('old rules');
    expect(show('bench/run.js')).toBe('old runner');
    expect(show('src/code.js')).toBe('new code');
    expect(list).toEqual(['bench/manifest.toml', 'bench/run.js', 'src/code.js']);
  });

  it('replaces a link that the head put in the place of a folder, or of a folder above', async () => {
    const { list, result, opened } = await grafted(
      changed((repository) => {
        rmSync(join(repository.top, 'bench'), { recursive: true });
        symlinkSync('src', join(repository.top, 'bench'));
      }),
    );
    expect(list).toEqual(['bench/manifest.toml', 'bench/run.js', 'src/code.js']);
    expect((await opened.resolve(result.sha))?.tree).toBe(result.tree);
  });

  it('is the same commit for the same inputs, and on no branch', async () => {
    const given = changed((repository) => repository.write('bench/run.js', 'new\n'));
    const [first, second] = [await grafted(given), await grafted(given)];
    expect(first.result).toEqual(second.result);
    expect(runGit(given.repository.top, ['for-each-ref']).split('\n')).toHaveLength(1);
  });

  it('works in a clone of depth 1 that fetched the donor alone', async () => {
    const { repository, base, head } = changed((each) => each.write('bench/run.js', 'new\n'));
    runGit(repository.top, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
    const top = scratch.fresh('shallow');
    runGit(scratch.folder, ['clone', '-q', '--depth=1', `file://${repository.top}`, top]);
    const opened = await openRepository({ git, directory: top });
    expect(await opened.parents(head)).toEqual([base]);
    expect(await opened.fetchCommit(base)).toBe(true);
    const { show } = await grafted({ repository: repositoryAt(top), base, head });
    expect(show('bench/run.js')).toBe('old runner');
  });
});

describe('changes()', () => {
  it('names the paths that differ and cuts the diff at a line end', async () => {
    const { repository, base, head } = changed((each) => {
      each.write('bench/run.js', 'new runner\n'.repeat(100));
      each.write('src/code.js', 'elsewhere\n');
    });
    const opened = await openRepository({ git, directory: repository.top });
    const { paths, diff } = await opened.changes(base, head, ['bench', 'absent'], 400);
    expect(paths).toEqual(['bench/run.js']);
    expect(diff).toContain('-old runner\n+new runner\n');
    expect(diff.length).toBeLessThanOrEqual(400);
    expect(diff.endsWith('\n')).toBe(true);
    expect(await opened.changes(base, head, ['docs'], 400)).toEqual({ paths: [], diff: '' });
    expect(lstatSync(join(repository.top, 'bench')).isDirectory()).toBe(true);
    expect(readFileSync(join(repository.top, 'src/code.js'), 'utf8')).toBe('elsewhere\n');
  });
});
