import { EnvironmentError } from '../domain/errors.ts';
import { measuredEnvironment } from '../planning/environment.ts';
import type { Builds } from './builds.ts';
import { type Checkout, writablePaths } from './checkout.ts';
import { joinPath } from './paths.ts';
import type { Protection } from './protection.ts';
import type { World } from './world.ts';

const setupTimeoutSeconds = 3600;
const setupOutputBytes = 64 * 1024 * 1024;

/**
 * Folders below the home where build tools keep downloads and compiled parts; writable while `setup` runs, not while
 * benchmarks do. Data only: a tool's folder as a whole also holds programs that are on PATH (`.cargo/bin`, `go/bin`,
 * `.dotnet/tools`) and settings that name programs (`.cargo/config.toml`, `.gradle/init.d`), which the other arm and
 * whatever the person starts next would run.
 *
 * What stays open: the caches are shared. The setup of one arm can change a downloaded package that the other arm, or
 * another project, builds from; a machine that measures code of strangers should not keep caches between jobs.
 */
const buildCaches = [
  '.cache',
  '.npm',
  '.yarn/cache',
  '.yarn/berry/cache',
  '.pnpm-store',
  '.local/share/pnpm/store',
  '.bun/install/cache',
  '.cargo/registry',
  '.cargo/git',
  'go/pkg',
  '.gradle/caches',
  '.gradle/wrapper',
  '.m2/repository',
  '.ivy2/cache',
  '.ivy2/local',
  '.sbt/boot',
  '.nuget/packages',
  '.composer/cache',
  '.cabal/packages',
  '.stack/pantry',
  '.ccache',
];

/** Runs `project.setup` of this arm's own manifest, if it has one. Throws SETUP_FAILED (69) with the end of its output. */
export async function runSetup(world: World, checkout: Checkout, protection: Protection): Promise<void> {
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
      hiddenPaths: protection.hiddenPaths,
      coveredPaths: protection.coveredPaths,
      readablePaths: protection.protectedPaths,
      replacedFiles: protection.replacedFiles,
      writablePaths: writablePaths(world, checkout),
      cachePaths: caches,
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

/** Builds the base, or takes what an earlier job built of the same tree on the same kind of machine. Throws as runSetup. */
export async function setUpBase(
  world: World,
  base: Checkout,
  protection: Protection,
  builds: Builds | undefined,
): Promise<void> {
  if (base.manifest.project.setup === null || builds === undefined) return runSetup(world, base, protection);
  if (await builds.restore(base)) return world.progress.note('setup of the baseline: taken from the cache');
  await runSetup(world, base, protection);
  if (!world.signal.aborted) await builds.keep(base);
}

async function tail(world: World, path: string): Promise<string> {
  const bytes = await world.files.readBytes(path, setupOutputBytes * 2);
  return bytes === null ? '' : new TextDecoder().decode(bytes.subarray(Math.max(0, bytes.length - 2000)));
}
