import { IntegrityError } from '../domain/errors.ts';
import type { DirtyPath, TreeState } from '../domain/provenance.ts';
import { count } from '../domain/quantity.ts';
import { joinPath } from './paths.ts';
import type { Project } from './project.ts';
import type { World } from './world.ts';

/** When the tree was looked at; a dirty path is blamed on the phase before. */
export type Phase = 'before the run' | 'by project.setup' | 'by the benchmarks';

const shownPaths = 10;

/** Paths that Benchgate itself may be told to overlook are globs from the manifest. */
export function treeState(project: Project): Promise<TreeState> {
  return project.repository.state(acceptedPaths(project));
}

function acceptedPaths({ manifest, allowDirtyPaths }: Project): readonly string[] {
  return [...manifest.project.allowDirtyPaths, ...allowDirtyPaths];
}

/** Throws DIRTY_TREE (65) naming the paths and who left them, unless the tree is as its head says. */
export function requireClean(state: TreeState, phase: Phase): void {
  if (state.dirty.length === 0) return;
  const list = state.dirty.slice(0, shownPaths).map((path) => `  ${path.path}  (${path.reason.replaceAll('_', ' ')})`);
  const more = state.dirty.length > shownPaths ? [`  … and ${state.dirty.length - shownPaths} more`] : [];
  throw new IntegrityError(
    'DIRTY_TREE',
    `the work tree differs from its head in ${count(state.dirty.length, 'path')}, changed ${phase}:\n${[...list, ...more].join('\n')}`,
    {
      place: state.top,
      nextStep:
        phase === 'before the run'
          ? `${advice(state.dirty)}, or pass --allow-dirty`
          : `have it write elsewhere or ignore the path in .gitignore; list it in project.allow_dirty_paths if it must stay`,
    },
  );
}

/**
 * The same for a checkout of the candidate's code: what decides lies in it, and the code that is judged may write there.
 * Throws DIRTY_TREE (65).
 */
export async function requireCleanCheckout(
  world: World,
  project: Project,
  checkout: { readonly tree: string },
  phase: Phase,
): Promise<void> {
  const repository = await world.openRepository(checkout.tree);
  requireClean(await repository.state(acceptedPaths(project)), phase);
}

function advice(dirty: readonly DirtyPath[]): string {
  const reasons = new Set(dirty.map((path) => path.reason));
  if (reasons.has('submodule_uninitialised')) return 'run `git submodule update --init --recursive`';
  if (reasons.has('lfs_pointer')) return 'run `git lfs pull`';
  if (reasons.has('assume_unchanged') || reasons.has('skip_worktree')) {
    return 'run `git update-index --no-assume-unchanged --no-skip-worktree -- PATH` and look at the difference';
  }
  return 'commit or stash the changes';
}

/** Keeps the uncommitted changes beside the ledger (mode 0600) and returns their digest, `sha256:<hex>`. */
export async function keepDiff(world: World, project: Project): Promise<string> {
  const diff = await project.repository.diff();
  const digest = world.sha256(diff);
  await world.files.write(joinPath(world.dataDirectory, 'diffs', `${digest}.diff`), diff, 0o600);
  return `sha256:${digest}`;
}
