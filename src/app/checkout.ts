import { EnvironmentError } from '../domain/errors.ts';
import type { Arm } from '../domain/observation.ts';
import type { Revision } from '../domain/provenance.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { measuredEnvironment } from '../planning/environment.ts';
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

const setupTimeoutSeconds = 3600;
const setupOutputBytes = 64 * 1024 * 1024;

/** Folders below the home where build tools keep downloads; writable while `setup` runs, not while benchmarks do. */
const buildCaches = [
  '.cache',
  '.npm',
  '.yarn',
  '.pnpm-store',
  '.local/share/pnpm',
  '.bun',
  '.cargo',
  '.rustup',
  'go',
  '.gradle',
  '.m2',
  '.ivy2',
  '.sbt',
  '.nuget',
  '.dotnet',
  '.gem',
  '.bundle',
  '.composer',
  '.cabal',
  '.stack',
  '.ccache',
];

/** Runs `project.setup` of this arm's own manifest, if it has one. Throws SETUP_FAILED (69) with the end of its output. */
export async function runSetup(
  world: World,
  checkout: Checkout,
  hiddenPaths: readonly string[],
  protectedPaths: readonly string[],
): Promise<void> {
  const command = checkout.manifest.project.setup;
  if (command === null) return;
  world.progress.step(`setup of the ${checkout.arm} (${checkout.revision.sha.slice(0, 10)}): ${command}`);
  const scratch = await world.files.temporaryFolder('benchgate-setup-');
  const stderrPath = joinPath(scratch, 'stderr');
  const stdoutPath = joinPath(scratch, 'stdout');
  const { variables } = measuredEnvironment(world.machine.environment, []);
  const caches: string[] = [];
  for (const name of buildCaches) {
    const path = joinPath(world.machine.homeDirectory, name);
    if (await world.files.exists(path)) caches.push(path);
  }
  try {
    const session = await world.sandbox.open({
      command,
      projectDirectory: checkout.directory,
      treeDirectory: checkout.tree,
      scratchDirectory: scratch,
      environment: { ...variables, TMPDIR: scratch },
      hiddenPaths,
      readablePaths: protectedPaths,
      writablePaths: [...caches, ...writablePaths(world, checkout.manifest)],
      devices: false,
      timeoutSeconds: setupTimeoutSeconds,
      outputLimitBytes: setupOutputBytes,
      stdoutPath,
      stderrPath,
    });
    try {
      const ending = await session.run(world.signal);
      if (ending.exitCode === 0 || ending.interrupted) return;
      const output = `${await tail(world, stdoutPath)}${await tail(world, stderrPath)}`.trim();
      const how = ending.timedOut
        ? 'ran over its hour'
        : ending.outputTooLarge
          ? 'printed too much'
          : (ending.spawnError ?? `exit status ${ending.exitCode}`);
      throw new EnvironmentError('SETUP_FAILED', `project.setup failed for the ${checkout.arm}: ${how}\n${output}`, {
        place: `${command} in ${checkout.directory}`,
        nextStep:
          'run it by hand; it gets a scrubbed environment, and a read-only home except for build caches and project.writable_paths',
      });
    } finally {
      await session.close();
    }
  } finally {
    await world.files.remove(scratch);
  }
}

async function tail(world: World, path: string): Promise<string> {
  const bytes = await world.files.readBytes(path, setupOutputBytes * 2);
  return bytes === null ? '' : new TextDecoder().decode(bytes.subarray(Math.max(0, bytes.length - 2000)));
}

/** The manifest's writable paths, absolute. */
export function writablePaths(world: World, manifest: Manifest): readonly string[] {
  return manifest.project.writablePaths.map((path) =>
    path === '~' || path.startsWith('~/') ? joinPath(world.machine.homeDirectory, path.slice(2)) : path,
  );
}
