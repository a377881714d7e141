import { expect, it } from 'vitest';
import { ending, memoryWorld, trialFiles } from '../../fixtures/memory-files.ts';
import { protocolWorkload } from './protocol.ts';

const workload = protocolWorkload('run {entry_point} {config_path} {output_path}', 'bench/a b.py');
const request = {
  benchmark: 'search',
  seed: 7,
  corpusPath: '',
  repetitionIndex: 1,
  repetitionTotal: 3,
  wantsArtifact: false,
};

function observe(result: string | Uint8Array | null, change: Parameters<typeof ending>[0] = {}, artifact?: string) {
  const files = new Map<string, string | Uint8Array>([[trialFiles.stderrPath, 'warming up\n  boom\n']]);
  if (result !== null) files.set(trialFiles.resultPath, result);
  if (artifact !== undefined) files.set(trialFiles.artifactPath, artifact);
  const wanted = { ...request, wantsArtifact: artifact !== undefined };
  return workload.observe(ending(change), wanted, trialFiles, memoryWorld(files));
}

it('protocolWorkload() fills the invocation and writes the config, with an artifact path only when one is wanted', async () => {
  expect(workload.command(trialFiles)).toBe('run bench/a b.py /t/config.json /t/result.json');
  for (const wantsArtifact of [false, true]) {
    const files = new Map<string, string>();
    await workload.prepare({ ...request, wantsArtifact }, trialFiles, memoryWorld(files));
    expect(JSON.parse(files.get('/t/config.json') ?? '')).toEqual({
      artifact_path: wantsArtifact ? '/t/artifact.bin' : null,
      benchmark: 'search',
      corpus_path: '',
      repetition_index: 1,
      repetition_total: 3,
      seed: 7,
    });
  }
});

it('protocolWorkload() observes a metric, and keeps our time instead of the runner’s', async () => {
  const text = '{"status":"ok","metric":[3,1,2],"wall_clock_seconds":99,"message":{"a":1},"metric_components":[1]}';
  expect(await observe(text)).toEqual({
    status: 'ok',
    metric: 2,
    samples: [3, 1, 2],
    artifactHash: null,
    components: [1],
    metadata: {},
    message: '{"a":1}',
    wallSeconds: 1.5,
  });
});

const good = '{"status":"ok","metric":1}';

it.each([
  ['exit_code', 'exit status 3; stderr ends: warming up boom', good, { exitCode: 3 }],
  ['exit_code', 'exit status unknown; stderr ends: warming up boom', good, { exitCode: null }],
  ['signal', 'SIGSEGV', good, { exitCode: null, signal: 'SIGSEGV' }],
  ['timed_out', 'stopped by SIGTERM', good, { exitCode: null, timedOut: true }],
  ['timed_out', 'ignored SIGTERM', good, { exitCode: null, timedOut: true, forced: true, signal: 'SIGKILL' }],
  ['output_too_large', 'limit', good, { exitCode: null, outputTooLarge: true }],
  ['spawn_failed', 'ENOENT', good, { exitCode: null, spawnError: 'ENOENT' }],
  ['interrupted', 'from outside', good, { exitCode: 0, interrupted: true }],
  ['result_missing', 'no result file', null, {}],
  ['result_not_json', 'not JSON', 'x', {}],
  ['result_not_json', 'not JSON', '\ufeff{"status":"ok","metric":1}', {}],
  ['result_not_json', 'UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), {}],
  ['result_too_large', 'limit', new Uint8Array(17 * 1024 * 1024), {}],
  ['result_invalid', '"status"', '{}', {}],
  ['result_invalid', '"metric"', '{"status":"ok","metric":"x"}', {}],
  ['non_finite_metric', 'NaN', '{"status":"ok","metric":NaN}', {}],
  ['non_finite_metric', 'Infinity', '{"status":"ok","metric":1e999}', {}],
  ['non_finite_metric', 'samples', '{"status":"ok","metric":[1,Infinity]}', {}],
  ['reported_error', 'boom', '{"status":"error","message":"boom"}', {}],
  ['reported_error', '5', '{"status":"error","message":5,"metric":NaN}', {}],
] as const)('protocolWorkload() observes %s (%s)', async (reason, detail, result, change) => {
  const observation = await observe(result, change);
  expect(observation).toMatchObject({
    status: 'error',
    failure: { reason, detail: expect.stringContaining(detail) },
    wallSeconds: 1.5,
  });
});

it('protocolWorkload() keeps an artifact, also of a reported error, and misses it before anything the runner said', async () => {
  const reported = '{"status":"error","message":"m","metadata":{"k":1}}';
  expect(await observe(good, {}, 'bytes')).toMatchObject({ status: 'ok', artifactHash: 'sha256:5' });
  expect(await observe(reported, {}, 'bytes')).toMatchObject({
    failure: { reason: 'reported_error' },
    artifactHash: 'sha256:5',
    metadata: { k: 1 },
  });
  expect(await observe(good, {}, '\0')).toMatchObject({ failure: { reason: 'artifact_too_large' } });
  const world = memoryWorld(new Map([[trialFiles.resultPath, reported]]));
  const missing = await workload.observe(ending(), { ...request, wantsArtifact: true }, trialFiles, world);
  expect(missing).toMatchObject({ failure: { reason: 'artifact_missing' }, metadata: { k: 1 } });
});

it('protocolWorkload() bounds what a runner can make of a message and of stderr', async () => {
  const long = 'x'.repeat(100_000);
  const message = await observe(`{"status":"ok","metric":1,"message":"${long}"}`);
  expect(message.status === 'ok' ? message.message?.length : 0).toBe(1000);
  const world = memoryWorld(new Map([[trialFiles.stderrPath, `${long}ä€😀`]]));
  const crash = await workload.observe(ending({ exitCode: 1 }), request, trialFiles, world);
  expect(crash.status === 'error' ? crash.failure.detail.length : 0).toBeLessThan(350);
});
