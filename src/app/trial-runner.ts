import type { TrialFiles, TrialRequest, Workload } from '../contracts.ts';
import { UsageError } from '../domain/errors.ts';
import type { Observation } from '../domain/observation.ts';
import type { Isolation } from '../domain/provenance.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { measuredEnvironment } from '../planning/environment.ts';
import type { Session } from '../ports/sandbox.ts';
import { commandWorkload } from '../workloads/command.ts';
import { protocolWorkload } from '../workloads/protocol.ts';
import { type Checkout, writablePaths } from './checkout.ts';
import { joinPath } from './paths.ts';
import type { Protection } from './protection.ts';
import type { World } from './world.ts';

const outputLimitBytes = 16 * 1024 * 1024;

/** Runs one benchmark's trials on one arm, one after the other, each in a clean process table. */
export interface TrialRunner {
  readonly isolation: Isolation;
  /** Names of environment variables that were not passed on. */
  readonly withheld: readonly string[];
  readonly run: (request: TrialRequest) => Promise<Observation>;
  readonly close: () => Promise<void>;
}

export interface RunnerPlace {
  readonly checkout: Checkout;
  readonly corpusPath: string;
  readonly protection: Protection;
}

/** Opens the sandbox for one benchmark and arm. The rule (`benchmark`) is the base's; entry point and invocation are the arm's. */
export async function openTrialRunner(world: World, benchmark: Benchmark, place: RunnerPlace): Promise<TrialRunner> {
  const scratch = await world.files.temporaryFolder('benchgate-trial-');
  const files: TrialFiles = {
    configPath: joinPath(scratch, 'config.json'),
    resultPath: joinPath(scratch, 'result.json'),
    artifactPath: joinPath(scratch, 'artifact.bin'),
    stdoutPath: joinPath(scratch, 'stdout'),
    stderrPath: joinPath(scratch, 'stderr'),
  };
  const { variables, withheld } = measuredEnvironment(world.machine.environment, benchmark.env);
  const workload = workloadOf(world, benchmark, place.checkout);
  let session: Session;
  try {
    session = await world.sandbox.open({
      command: workload.command(files),
      projectDirectory: place.checkout.directory,
      treeDirectory: place.checkout.tree,
      scratchDirectory: scratch,
      environment: { ...variables, TMPDIR: scratch },
      hiddenPaths: place.protection.hiddenPaths,
      readablePaths:
        place.corpusPath === ''
          ? place.protection.protectedPaths
          : [...place.protection.protectedPaths, place.corpusPath],
      replacedFiles: place.protection.replacedFiles,
      writablePaths: writablePaths(world, place.checkout.manifest),
      devices: benchmark.gpu !== 'none',
      timeoutSeconds: benchmark.timeoutSeconds,
      outputLimitBytes,
      stdoutPath: files.stdoutPath,
      stderrPath: files.stderrPath,
    });
  } catch (error) {
    await world.files.remove(scratch);
    throw error;
  }
  return {
    isolation: session.isolation,
    withheld,
    async run(request) {
      await world.files.emptyFolder(scratch);
      await workload.prepare(request, files, world);
      const ending = await session.run(world.signal);
      return workload.observe(ending, request, files, world);
    },
    async close() {
      await session.close();
      await world.files.remove(scratch);
    },
  };
}

/** How this arm runs the benchmark: its own entry of that name where it has one, else the rule's. */
function workloadOf(world: World, benchmark: Benchmark, checkout: Checkout): Workload {
  const own = checkout.manifest.benchmarks.find((candidate) => candidate.name === benchmark.name) ?? benchmark;
  const runner = own.runner.kind === benchmark.runner.kind ? own.runner : benchmark.runner;
  switch (runner.kind) {
    case 'command':
      return commandWorkload(
        runner.command,
        benchmark.runner.kind === 'command' ? benchmark.runner.metric : runner.metric,
        () => world.asset('meter.py'),
      );
    case 'protocol': {
      const invocation = checkout.manifest.project.invocation;
      if (invocation === null) {
        throw new UsageError('MANIFEST_INVALID', `${benchmark.name} needs project.invocation`, {
          place: joinPath(checkout.directory, 'bench/manifest.toml'),
          nextStep: 'add `invocation = "… {entry_point} {config_path} {output_path}"` to [project]',
        });
      }
      return protocolWorkload(invocation, runner.entryPoint);
    }
  }
}
