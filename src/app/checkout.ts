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
    close: async () => undefined,
  };
}

/**
 * A temporary checkout of another revision. Where that revision has no manifest yet, the head's is used.
 * The caller must close it. Throws GIT_FAILED (69), MANIFEST_INVALID (64).
 */
export async function openCheckout(world: World, project: Project, arm: Arm, revision: Revision): Promise<Checkout> {
  const worktree = await world.worktreesOf(project.repository).open(revision);
  try {
    const directory = joinPath(worktree.path, project.pathInRepository);
    const place = joinPath(directory, manifestPath);
    const text = await world.files.readText(place);
    const manifest = text === null ? project.manifest : parseManifest(text, place).manifest;
    return { arm, revision, tree: worktree.path, directory, manifest, close: worktree.close };
  } catch (error) {
    await worktree.close();
    throw error;
  }
}

/** The manifest's writable paths, absolute. */
export function writablePaths(world: World, manifest: Manifest): readonly string[] {
  return manifest.project.writablePaths.map((path) =>
    path === '~' || path.startsWith('~/') ? joinPath(world.machine.homeDirectory, path.slice(2)) : path,
  );
}
