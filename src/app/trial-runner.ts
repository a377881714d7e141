import type { TrialFiles, TrialRequest, Workload } from '../contracts.ts';
import { UsageError } from '../domain/errors.ts';
import type { Observation } from '../domain/observation.ts';
import type { Isolation } from '../domain/provenance.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { measuredEnvironment } from '../planning/environment.ts';
import type { Session } from '../ports/sandbox.ts';
import { plainText } from '../report/plain-text.ts';
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

/** A sandbox with the scratch folder it was opened for. */
interface Stage {
  readonly files: TrialFiles;
  readonly workload: Workload;
  readonly session: Session;
  /** Makes the scratch folder as good as new. Throws INPUT_OUTPUT (69) when something in it can't be removed. */
  readonly clean: () => Promise<void>;
  /** Says on the terminal what could not be removed: what was measured counts all the same. */
  readonly close: () => Promise<void>;
}

/** Opens the sandbox for one benchmark and arm. `benchmark` is the rule both arms are judged by; entry point and invocation are the arm's own. */
export async function openTrialRunner(world: World, benchmark: Benchmark, place: RunnerPlace): Promise<TrialRunner> {
  const { variables, withheld } = measuredEnvironment(world.machine.environment, benchmark.env);
  let stage = await openStage(world, benchmark, place, variables);
  /** Where the last trial left what can't be removed, the next one gets another folder instead of failing with it. */
  const cleaned = async (): Promise<Stage> => {
    try {
      await stage.clean();
    } catch {
      await stage.close();
      stage = await openStage(world, benchmark, place, variables);
    }
    return stage;
  };
  return {
    // Of the session in use: a replaced one may have been opened in another way.
    get isolation() {
      return stage.session.isolation;
    },
    withheld,
    async run(request) {
      const { files, session, workload } = await cleaned();
      await workload.prepare(request, files, world);
      const ending = await session.run(world.signal);
      return workload.observe(ending, request, files, world);
    },
    close: () => stage.close(),
  };
}

async function openStage(
  world: World,
  benchmark: Benchmark,
  place: RunnerPlace,
  variables: Readonly<Record<string, string>>,
): Promise<Stage> {
  const { checkout, corpusPath, protection } = place;
  const scratch = await world.files.temporaryFolder('benchgate-trial-');
  const files: TrialFiles = {
    configPath: joinPath(scratch, 'config.json'),
    resultPath: joinPath(scratch, 'result.json'),
    artifactPath: joinPath(scratch, 'artifact.bin'),
    stdoutPath: joinPath(scratch, 'stdout'),
    stderrPath: joinPath(scratch, 'stderr'),
  };
  try {
    const workload = workloadOf(world, benchmark, checkout);
    const session = await world.sandbox.open({
      command: workload.command(files),
      projectDirectory: checkout.directory,
      treeDirectory: checkout.tree,
      scratchDirectory: scratch,
      environment: { ...variables, TMPDIR: scratch },
      hiddenPaths: protection.hiddenPaths,
      coveredPaths: protection.coveredPaths,
      readablePaths: protection.protectedPaths,
      corpusPath: corpusPath === '' ? null : corpusPath,
      replacedFiles: protection.replacedFiles,
      writablePaths: writablePaths(world, checkout),
      devices: benchmark.gpu !== 'none',
      timeoutSeconds: benchmark.timeoutSeconds,
      outputLimitBytes,
      stdoutPath: files.stdoutPath,
      stderrPath: files.stderrPath,
    });
    return {
      files,
      workload,
      session,
      clean: () => world.files.emptyFolder(scratch),
      async close() {
        await session.close();
        try {
          await world.files.remove(scratch);
        } catch (error) {
          world.terminal.error(`benchgate: ${plainText(error instanceof Error ? error.message : String(error))}\n`);
        }
      },
    };
  } catch (error) {
    await world.files.remove(scratch);
    throw error;
  }
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
