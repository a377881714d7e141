import type { TrialFiles, Workload, WorkloadWorld } from '../contracts.ts';
import type { Observation } from '../domain/observation.ts';
import { endingFailure } from './ending.ts';

const resultLimitBytes = 4096;

export type CommandMetric = 'wall_seconds' | 'cpu_seconds' | 'max_rss_bytes';

/**
 * The short form: any command, timed by the harness. `wall_seconds` is measured outside the process; the other two by a
 * small Python program beside it, whose text the caller provides.
 */
export function commandWorkload(command: string, metric: CommandMetric, meterText: () => Promise<string>): Workload {
  return {
    kind: 'command',
    command: (files) =>
      metric === 'wall_seconds'
        ? command
        : `python3 -I ${quote(files.configPath)} ${quote(files.resultPath)} ${quote(command)}`,
    async prepare(_request, files, world) {
      if (metric !== 'wall_seconds') await world.files.writeScratch(files.configPath, await meterText());
    },
    async observe(ending, _request, files, world): Promise<Observation> {
      const { wallSeconds } = ending;
      const failure = await endingFailure(ending, files, world);
      if (failure !== null) return { status: 'error', failure, artifactHash: null, metadata: {}, wallSeconds };
      const value = metric === 'wall_seconds' ? wallSeconds : await metered(metric, files, world);
      if (value === null) {
        const missing = { reason: 'result_missing', detail: `the meter left no ${metric}` } as const;
        return { status: 'error', failure: missing, artifactHash: null, metadata: {}, wallSeconds };
      }
      return {
        status: 'ok',
        metric: value,
        samples: null,
        artifactHash: null,
        components: null,
        metadata: {},
        message: null,
        wallSeconds,
      };
    },
  };
}

async function metered(metric: CommandMetric, files: TrialFiles, world: WorkloadWorld): Promise<number | null> {
  const bytes = await world.files.readBytes(files.resultPath, resultLimitBytes).catch((error: unknown) => {
    if (error instanceof RangeError) return null;
    throw error;
  });
  if (bytes === null) return null;
  try {
    const usage = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const value = usage[metric];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  } catch {
    return null;
  }
}

/** One word for `/bin/sh`. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
