import { EnvironmentError } from '../domain/errors.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { type Capacity, refusal } from '../planning/admission.ts';
import { joinPath } from './paths.ts';
import type { World } from './world.ts';

/** What this machine offers, or what BENCHGATE_MAX_THREADS and BENCHGATE_GPU_COUNT say it does. Throws CAPACITY (69) for nonsense. */
export function capacityOf(world: World): Capacity {
  const read = (name: string, fallback: number): number => {
    const text = world.machine.environment[name];
    if (text === undefined || text === '') return fallback;
    if (/^\d+$/.test(text)) return Number(text);
    throw new EnvironmentError('CAPACITY', `${name} must be a whole number`, {
      place: `${name}=${text}`,
      nextStep: 'unset it or give a number',
    });
  };
  return { threads: read('BENCHGATE_MAX_THREADS', world.machine.host.cpuCount), gpus: read('BENCHGATE_GPU_COUNT', 0) };
}

/** Throws CAPACITY or TOOL_MISSING (69) for what would make a benchmark meaningless here, before anything runs. */
export async function requireMachine(world: World, benchmarks: readonly Benchmark[]): Promise<void> {
  if (world.machine.host.platform === 'win32') {
    throw new EnvironmentError('TOOL_MISSING', 'benchmarks can’t be measured on Windows: they are run by /bin/sh', {
      place: 'process.platform',
      nextStep: 'measure on Linux or macOS (or in WSL); `benchgate report` and the other commands work here',
    });
  }
  const capacity = capacityOf(world);
  for (const benchmark of benchmarks) {
    const place = `benchmark ${JSON.stringify(benchmark.name)}, bench/manifest.toml:${benchmark.line}`;
    const why = refusal(benchmark, [], capacity);
    if (why !== null) {
      throw new EnvironmentError('CAPACITY', `${benchmark.name} can't run here: ${why}`, {
        place,
        nextStep: 'use a larger machine, or say what this one has with BENCHGATE_MAX_THREADS and BENCHGATE_GPU_COUNT',
      });
    }
    if (
      benchmark.runner.kind === 'command' &&
      benchmark.runner.metric !== 'wall_seconds' &&
      !(await onPath(world, 'python3'))
    ) {
      throw new EnvironmentError(
        'TOOL_MISSING',
        `metric = "${benchmark.runner.metric}" needs python3, which is not on PATH`,
        {
          place,
          nextStep: 'install Python 3.8 or later, or use metric = "wall_seconds"',
        },
      );
    }
  }
}

async function onPath(world: World, program: string): Promise<boolean> {
  for (const folder of (world.machine.environment['PATH'] ?? '').split(':')) {
    if (folder !== '' && (await world.files.exists(joinPath(folder, program)))) return true;
  }
  return false;
}

/** The first variable of a benchmark's `env` that is not set or empty here; null when all are there. */
export function missingVariable(world: World, { env }: Benchmark): string | null {
  return env.find((name) => (world.machine.environment[name] ?? '') === '') ?? null;
}
