import { copyFile, mkdir, mkdtemp, readdir, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAbsent } from '../node/file-errors.ts';
import { removeTree } from '../node/remove-tree.ts';
import { exactText } from './byte-path.ts';
import type { GitRun } from './git-run.ts';
import type { BindGit, TreeReading } from './tree-state.ts';

// Every option that configuration could change is given, so that the bytes depend on the content alone.
const diffArguments = [
  'diff --cached --binary --full-index --no-ext-diff --no-textconv --no-color --no-renames --no-relative --unified=3',
  '--inter-hunk-context=0 --diff-algorithm=myers --indent-heuristic --submodule=short --ignore-submodules=none -O/dev/null',
].flatMap((line) => line.split(' '));

async function copyIfThere(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch((error: unknown) => {
    if (!isAbsent(error)) throw error;
  });
}

function configValue(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * A git folder that borrows the project's objects and settings and has an index of its own, so that files can be added
 * (which writes objects and the index) without a trace in the project.
 */
async function borrowGitFolder(run: GitRun, sha: string, folder: string): Promise<void> {
  const paths = await run(['rev-parse', '--path-format=absolute', '--git-dir', '--git-common-dir']);
  const [gitFolder = '', commonFolder = ''] = paths.stdout.toString().split('\n');
  await mkdir(join(folder, 'objects', 'info'), { recursive: true });
  await mkdir(join(folder, 'refs'));
  await mkdir(join(folder, 'info'));
  const config = [
    '[include]',
    `path = ${configValue(join(commonFolder, 'config'))}`,
    `path = ${configValue(join(gitFolder, 'config.worktree'))}`,
    '[core]',
    'repositoryformatversion = 1',
    'bare = false',
    ...(sha.length === 64 ? ['[extensions]', 'objectFormat = sha256'] : []),
  ];
  const shared = (await readdir(gitFolder)).filter((name) => name.startsWith('sharedindex.'));
  await Promise.all([
    writeFile(join(folder, 'HEAD'), `${sha}\n`),
    writeFile(join(folder, 'config'), `${config.join('\n')}\n`),
    writeFile(join(folder, 'objects', 'info', 'alternates'), `${join(commonFolder, 'objects')}\n`),
    copyIfThere(join(commonFolder, 'info', 'attributes'), join(folder, 'info', 'attributes')),
    copyIfThere(join(gitFolder, 'info', 'sparse-checkout'), join(folder, 'info', 'sparse-checkout')),
    ...['index', ...shared].map((name) => copyIfThere(join(gitFolder, name), join(folder, name))),
  ]);
}

interface Names {
  readonly files: readonly string[];
  /** Submodules, and repositories inside the tree that are none: they can only be named by their commit. */
  readonly repositories: readonly string[];
}

function comparable(tree: TreeReading): Names {
  const names = [...tree.dirty].filter(([, reason]) => reason !== 'submodule_uninitialised');
  const isRepository = ([path, reason]: (typeof names)[number]): boolean =>
    reason === 'submodule' || path.endsWith('/');
  return {
    files: names.filter((entry) => !isRepository(entry)).map(([path]) => path),
    repositories: names.filter(isRepository).map(([path]) => path.replace(/\/$/, '')),
  };
}

async function ownDiff(bind: BindGit, tree: TreeReading, prefix: string): Promise<Buffer> {
  const { files, repositories } = comparable(tree);
  const names = [...files, ...repositories];
  if (tree.sha === null || names.length === 0) return Buffer.alloc(0);
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'benchgate-diff-'));
  try {
    const run = bind(tree.top);
    await borrowGitFolder(run, tree.sha, folder);
    const here = ['-c', 'core.looseCompression=0', `--git-dir=${folder}`, `--work-tree=${tree.top}`];
    // Forgetting the entries first drops flags and conflicts, which would keep the content on disk out.
    const forget = names.map((name) => `0 ${'0'.repeat(tree.sha?.length ?? 40)}\t${name}\0`).join('');
    await run([...here, 'update-index', '-z', '--index-info'], { input: Buffer.from(forget, 'latin1') });
    const take = async (taken: readonly string[], allowFailure: readonly number[]): Promise<void> => {
      const input = Buffer.from(taken.map((name) => `${name}\0`).join(''), 'latin1');
      await run([...here, 'update-index', '--add', '--remove', '-z', '--stdin'], { input, allowFailure });
    };
    await take(files, []);
    // One without a commit is refused, and left out. No git runs inside: its configuration may be measured code's.
    for (const repository of repositories) await take([repository], [128]);
    const sides = [`--src-prefix=a/${prefix}`, `--dst-prefix=b/${prefix}`];
    return (await run([...here, ...diffArguments, ...sides, tree.sha])).stdout;
  } finally {
    await removeTree(folder);
  }
}

/**
 * A patch from the head to the files on disk: tracked and untracked, whatever flags or excludes hide them, binary
 * content included (`git apply` replays it), then each submodule's against its own head, with the submodule's path
 * before the names. Content of a foreign repository lying in the tree is not included, only its commit.
 */
export async function treeDiff(bind: BindGit, tree: TreeReading, prefix = ''): Promise<Buffer> {
  const parts = [await ownDiff(bind, tree, prefix)];
  for (const [path, submodule] of tree.submodules) {
    parts.push(await treeDiff(bind, submodule, `${prefix}${exactText(path) ?? ''}/`));
  }
  return Buffer.concat(parts);
}
