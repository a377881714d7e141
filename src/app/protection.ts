import type { Arm } from '../domain/observation.ts';
import type { Checkout } from './checkout.ts';
import { joinPath } from './paths.ts';
import type { Project } from './project.ts';
import type { World } from './world.ts';

/** What is kept from measured code, in the sandbox's terms. */
export interface Protection {
  /** Hidden from this arm: ledger, data folder, credentials, the other arm's tree. */
  readonly hiddenPaths: readonly string[];
  /** Read-only to this arm even within its tree: git's own folders, Benchgate's program. */
  readonly protectedPaths: readonly string[];
  /** Git configuration with secrets, and the harmless copies shown instead. */
  readonly replacedFiles: readonly { readonly path: string; readonly with: string }[];
}

export interface Protections {
  readonly of: (arm: Arm) => Protection;
  readonly close: () => Promise<void>;
}

/**
 * What each arm may not see or change. The folders to be hidden are created first: a path that appears after a sandbox was
 * opened would be visible in it.
 */
export async function protect(
  world: World,
  project: Project,
  head: Checkout,
  base: Checkout | null,
): Promise<Protections> {
  const { gitDirectory } = project.repository;
  await world.files.ensureFolder(world.dataDirectory);
  const hidden: string[] = [world.dataDirectory];
  for (const path of [project.ledgerDirectory, ...(await world.credentialPaths(gitDirectory))]) {
    if (await world.files.exists(path)) hidden.push(path);
  }
  const folder = await world.files.temporaryFolder('benchgate-config-');
  const replacedFiles: { path: string; with: string }[] = [];
  for (const [index, { path, text }] of (await world.sanitisedConfigs(gitDirectory)).entries()) {
    const copy = joinPath(folder, String(index));
    await world.files.write(copy, text, 0o600);
    replacedFiles.push({ path, with: copy });
  }
  const trees = [head.tree, ...(base === null ? [] : [base.tree])];
  const protectedPaths = [gitDirectory, ...trees.map((tree) => joinPath(tree, '.git')), world.programDirectory];
  return {
    of(arm) {
      const other = arm === 'candidate' ? base : head;
      return { hiddenPaths: other === null ? hidden : [...hidden, other.tree], protectedPaths, replacedFiles };
    },
    close: () => world.files.remove(folder),
  };
}
