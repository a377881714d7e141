import type { Arm } from '../domain/observation.ts';
import type { Checkout } from './checkout.ts';
import { joinPath, parentPath, relativePath } from './paths.ts';
import type { Project } from './project.ts';
import type { World } from './world.ts';

/** What is kept from measured code, in the sandbox's terms. */
export interface Protection {
  /** Secrets, hidden from both arms: ledger, data folder, credentials. */
  readonly hiddenPaths: readonly string[];
  /** The other arm's tree. */
  readonly coveredPaths: readonly string[];
  /** Read-only to this arm even within its tree: git's own folders, the harness that judges, Benchgate's program. */
  readonly protectedPaths: readonly string[];
  /** Git configuration with secrets, and the harmless copies shown instead. */
  readonly replacedFiles: readonly { readonly path: string; readonly with: string }[];
}

export interface Protections {
  readonly of: (arm: Arm, phase: 'setup' | 'trials') => Protection;
  readonly close: () => Promise<void>;
}

/**
 * What each arm may not see or change; `harness` is relative to the trees. The folders to be hidden are created first: a path
 * that appears after a sandbox was opened would be visible in it.
 */
export async function protect(
  world: World,
  project: Project,
  head: Checkout,
  base: Checkout | null,
  harness: readonly string[],
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
    await world.files.writeScratch(copy, text);
    replacedFiles.push({ path, with: copy });
  }
  const trees = [head.tree, ...(base === null ? [] : [base.tree])];
  const own = [gitDirectory, ...trees.map((tree) => joinPath(tree, '.git')), ownProgram(world.programDirectory, trees)];
  const harnesses: string[] = [];
  for (const path of trees.flatMap((tree) => harness.map((relative) => joinPath(tree, relative)))) {
    if (await world.files.exists(path)) harnesses.push(path);
  }
  return {
    of(arm, phase) {
      const other = arm === 'candidate' ? base : head;
      const coveredPaths = other === null ? [] : [other.tree];
      // Dependencies of the harness are installed below it; what setup did to its tracked files is looked at afterwards.
      const protectedPaths = phase === 'setup' ? own : [...own, ...harnesses];
      return { hiddenPaths: hidden, coveredPaths, protectedPaths, replacedFiles };
    },
    close: () => world.files.remove(folder),
  };
}

/**
 * Benchgate's program; installed in a project, its whole package, whose package.json says what runs. The links to it in
 * `node_modules/.bin` stay the project's own: installing anything else must be able to write there.
 */
function ownProgram(programDirectory: string, trees: readonly string[]): string {
  const folder = parentPath(programDirectory);
  return trees.some((tree) => (relativePath(tree, folder) ?? '') !== '') ? folder : programDirectory;
}
