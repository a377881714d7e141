import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sanitisedGitConfig, sanitisedGitConfigs } from './git-config.ts';

describe('sanitisedGitConfig', () => {
  it('leaves a configuration without secrets as it is', () => {
    const text =
      '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:a/b\n\tpushurl = ssh://git@host/a\n';
    expect(sanitisedGitConfig(text)).toBe(text);
  });

  it.each([
    [
      'an extra header',
      '[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic SECRET\n',
      '[http "https://github.com/"]\n',
    ],
    ['one in its section line', '[http "https://x/"] extraHeader = SECRET\n', '[http "https://x/"]\n'],
    ['one over two lines', '[http]\n\textraheader = A: \\\nSECRET\n\tproxy = p\n', '[http]\n\tproxy = p\n'],
    ['a password', '[remote "o"]\n\turl = https://me:SECRET@host/a\n', '[remote "o"]\n\turl = https://host/a\n'],
    ['a token for a user', '[remote "o"]\n\turl = https://SECRET@host/a\n', '[remote "o"]\n\turl = https://host/a\n'],
    ['another protocol', '[a]\n\turl = ssh://me:SECRET@host/a\n', '[a]\n\turl = ssh://me@host/a\n'],
    [
      'an address in a section',
      '[url "https://x:SECRET@h/"]\n\tinsteadOf = a\n',
      '[url "https://h/"]\n\tinsteadOf = a\n',
    ],
    [
      'a credential section',
      '[credential "https://h"]\n\thelper = !echo SECRET\n[core]\n\ta = b\n',
      '[core]\n\ta = b\n',
    ],
    ['one line of it', '[credential] helper = "store --file SECRET"\n[core]\n', '[core]\n'],
  ])('takes out %s', (_what, text, expected) => {
    expect(sanitisedGitConfig(text)).toBe(expected);
  });
});

describe('sanitisedGitConfigs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'git-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("finds the repository's, its submodules' and the user's", () => {
    const secret = '[http]\n\textraheader = SECRET\n';
    const git = join(folder, 'repository', '.git');
    const paths = [join(git, 'config'), join(git, 'modules/a/config'), join(git, 'worktrees/w/config.worktree')];
    paths.push(join(folder, '.gitconfig'));
    for (const path of paths) {
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, secret);
    }
    writeFileSync(join(git, 'config.worktree'), '[core]\n');
    const found = sanitisedGitConfigs({
      homeDirectory: folder,
      environment: { GIT_CONFIG_SYSTEM: join(folder, 'none') },
      gitDirectory: git,
    });
    expect(found).toEqual(paths.map((path) => ({ path, text: '[http]\n' })));
  });
});
