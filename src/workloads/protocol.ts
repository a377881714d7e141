import type { TrialFiles, Workload, WorkloadWorld } from '../contracts.ts';
import type { Failure, Json, Observation } from '../domain/observation.ts';
import { endingFailure } from './ending.ts';
import { invocationConfig } from './invocation-config.ts';
import { type ProjectResult, readResult } from './result.ts';
import { fillTemplate } from './template.ts';

const resultLimitBytes = 16 * 1024 * 1024;
/** Of metadata and of components, each. */
const keptCharacters = 65_536;
const artifactLimitBytes = 1024 * 1024 * 1024;

/** benchstone's subprocess protocol: a config file in, a result file out, an artifact for correctness benchmarks. */
export function protocolWorkload(invocation: string, entryPoint: string): Workload {
  return {
    kind: 'protocol',
    command: (files) =>
      fillTemplate(invocation, {
        entry_point: entryPoint,
        config_path: files.configPath,
        output_path: files.resultPath,
      }),
    async prepare(request, files, world) {
      const config = invocationConfig(request, request.wantsArtifact ? files.artifactPath : null);
      await world.files.writeScratch(files.configPath, config);
    },
    async observe(ending, request, files, world) {
      const { wallSeconds } = ending;
      const failed = (failure: Failure, artifactHash: string | null = null, metadata: Json = {}): Observation => ({
        status: 'error',
        failure,
        artifactHash,
        metadata,
        wallSeconds,
      });
      const failure = await endingFailure(ending, files, world);
      if (failure !== null) return failed(failure);
      const result = await resultOf(files, world);
      if ('reason' in result) return failed(result);
      const artifact = request.wantsArtifact ? await artifactOf(files, world) : { hash: null };
      if ('reason' in artifact) return failed(artifact, null, bounded(result.metadata));
      if (result.status === 'error') {
        return failed(
          { reason: 'reported_error', detail: textOf(result.message) },
          artifact.hash,
          bounded(result.metadata),
        );
      }
      if (result.metric !== null && !Number.isFinite(result.metric)) {
        const detail = `the runner reported ${result.samples === null ? String(result.metric) : 'samples'} that is not a finite number`;
        return failed({ reason: 'non_finite_metric', detail }, artifact.hash, bounded(result.metadata));
      }
      return {
        status: 'ok',
        metric: result.metric,
        samples: result.samples,
        artifactHash: artifact.hash,
        components: bounded(result.components),
        metadata: bounded(result.metadata),
        message: result.message === null ? null : textOf(result.message),
        wallSeconds,
      };
    },
  };
}

/** The value when it is small enough to be on every ledger line for ever, else a note of what was left out. */
function bounded(value: Json): Json {
  const { length } = JSON.stringify(value);
  return length <= keptCharacters ? value : { omitted: `${length} characters of JSON; ${keptCharacters} are kept` };
}

function textOf(value: Json): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 1000);
}

async function resultOf(files: TrialFiles, world: WorkloadWorld): Promise<ProjectResult | Failure> {
  let bytes: Uint8Array | null;
  try {
    bytes = await world.files.readBytes(files.resultPath, resultLimitBytes);
  } catch (error) {
    if (error instanceof RangeError) return { reason: 'result_too_large', detail: error.message };
    throw error;
  }
  if (bytes === null) return { reason: 'result_missing', detail: 'exit status 0, but no result file was written' };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { reason: 'result_not_json', detail: 'the result file is not UTF-8' };
  }
  const reading = readResult(text);
  return reading.ok ? reading.result : reading.failure;
}

async function artifactOf(files: TrialFiles, world: WorkloadWorld): Promise<{ hash: string } | Failure> {
  try {
    const hash = await world.artifacts.keep(files.artifactPath, artifactLimitBytes);
    return hash === null ? { reason: 'artifact_missing', detail: 'no regular file at artifact_path' } : { hash };
  } catch (error) {
    if (error instanceof RangeError) return { reason: 'artifact_too_large', detail: error.message };
    throw error;
  }
}
