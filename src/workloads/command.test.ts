import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ending, memoryWorld, trialFiles } from '../../fixtures/memory-files.ts';
import { commandWorkload, quote } from './command.ts';

const meterText = async () => 'the meter';
const request = {
  benchmark: 'b',
  seed: 1,
  corpusPath: '',
  repetitionIndex: 0,
  repetitionTotal: 1,
  wantsArtifact: false,
};

it('commandWorkload() runs a command as it is and takes the time measured outside', async () => {
  const workload = commandWorkload("echo 'a'", 'wall_seconds', meterText);
  const files = new Map<string, string>();
  await workload.prepare(request, trialFiles, memoryWorld(files));
  expect(workload.command(trialFiles)).toBe("echo 'a'");
  expect(files.size).toBe(0);
  expect(await workload.observe(ending(), request, trialFiles, memoryWorld())).toMatchObject({
    status: 'ok',
    metric: 1.5,
  });
});

it('commandWorkload() puts the meter before a command for the other metrics', async () => {
  const workload = commandWorkload("echo 'a'", 'max_rss_bytes', meterText);
  const files = new Map<string, string>();
  await workload.prepare(request, trialFiles, memoryWorld(files));
  expect(files.get('/t/config.json')).toBe('the meter');
  expect(workload.command(trialFiles)).toBe("python3 -I '/t/config.json' '/t/result.json' 'echo '\\''a'\\'''");
});

it.each([
  ['{"cpu_seconds":0.25,"max_rss_bytes":4096}', { status: 'ok', metric: 0.25 }],
  ['{"max_rss_bytes":4096}', { failure: { reason: 'result_missing' } }],
  ['{"cpu_seconds":"1"}', { failure: { reason: 'result_missing' } }],
  ['{"cpu_seconds":1e999}', { failure: { reason: 'result_missing' } }],
  ['null', { failure: { reason: 'result_missing' } }],
  ['{', { failure: { reason: 'result_missing' } }],
  [null, { failure: { reason: 'result_missing' } }],
] as const)('commandWorkload() reads the meter’s %s', async (text, expected) => {
  const workload = commandWorkload('true', 'cpu_seconds', meterText);
  const world = memoryWorld(text === null ? new Map() : new Map([[trialFiles.resultPath, text]]));
  expect(await workload.observe(ending(), request, trialFiles, world)).toMatchObject(expected);
  const crash = await workload.observe(ending({ exitCode: 9 }), request, trialFiles, world);
  expect(crash).toMatchObject({ failure: { reason: 'exit_code' } });
});

it('quote() makes one word of any text for /bin/sh', () => {
  const words = fc.sample(
    fc.string().filter((text) => !text.includes('\0')),
    60,
  );
  words.push("'", "a'b", '$(x) `y` "z" \\', '\n');
  const output = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${words.map(quote).join(' ')}`], { encoding: 'utf8' });
  expect(output.split('\0').slice(0, -1)).toEqual(words);
});
