import { UsageError } from '../domain/errors.ts';
import type { Arm } from '../domain/observation.ts';
import type { Revision } from '../domain/provenance.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { joinPath } from './paths.ts';
import { manifestPath, type Project, parseManifest } from './project.ts';
import type { World } from './world.ts';

/** One arm's code on disk, built and ready to be measured. */
export interface Checkout {
  readonly arm: Arm;
  readonly revision: Revision;
  /** Top of the work tree. */
  readonly tree: string;
  /** Folder that holds bench/manifest.toml. */
  readonly directory: string;
  /** The arm's own manifest: its invocation, entry points and setup are its code, not the rule. */
  readonly manifest: Manifest;
  /** As in Worktree; nothing for the project's own work tree, whose files are the person's. */
  readonly untracked: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

/** The project's own work tree. */
export function headCheckout(project: Project, revision: Revision): Checkout {
  return {
    arm: 'candidate',
    revision,
    tree: project.repository.top,
    directory: project.directory,
    manifest: project.manifest,
    untracked: async () => [],
    close: async () => undefined,
  };
}

/**
 * A temporary checkout of another revision. Its manifest is the one given, else the one it has, else the project's.
 * The caller must close it. Throws GIT_FAILED (69), MANIFEST_INVALID (64).
 */
export async function openCheckout(
  world: World,
  project: Project,
  arm: Arm,
  revision: Revision,
  own: Manifest | null = null,
): Promise<Checkout> {
  const worktree = await world.worktreesOf(project.repository).open(revision);
  try {
    const directory = joinPath(worktree.path, project.pathInRepository);
    const place = joinPath(directory, manifestPath);
    const text = await world.files.readText(place);
    const manifest = own ?? (text === null ? project.manifest : parseManifest(text, place).manifest);
    const { close, untracked } = worktree;
    return { arm, revision, tree: worktree.path, directory, manifest, untracked, close };
  } catch (error) {
    await worktree.close();
    throw error;
  }
}

/**
 * The writable paths of this arm's manifest, absolute. Which of them measured code may have, the sandbox decides, which
 * follows their links. Throws MANIFEST_INVALID (64) for a relative one: what it is relative to differs between arms.
 */
export function writablePaths(world: World, checkout: Checkout): readonly string[] {
  return checkout.manifest.project.writablePaths.map((path) => {
    if (path === '~' || path.startsWith('~/')) return joinPath(world.machine.homeDirectory, path.slice(2));
    if (path.startsWith('/')) return joinPath(path);
    throw new UsageError('MANIFEST_INVALID', `the writable path ${JSON.stringify(path)} is relative`, {
      place: `${joinPath(checkout.directory, manifestPath)}, project.writable_paths`,
      nextStep: 'write it from / or from ~/; the work tree needs no entry, it is writable',
    });
  });
}
