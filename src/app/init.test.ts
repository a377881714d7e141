import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readManifest } from '../manifest/read.ts';
import { firstManifest } from './init.ts';

const plain = { name: 'example', command: null, setup: null, harness: [] };

it('firstManifest() is a valid manifest whose placeholder fails until it is replaced', () => {
  const reading = readManifest(firstManifest(plain), 'bench/manifest.toml');
  expect(reading).toMatchObject({
    ok: true,
    warnings: [],
    manifest: {
      project: { name: 'example' },
      benchmarks: [{ name: 'example', policy: 'paired', tolerance: 0.05, runner: { metric: 'wall_seconds' } }],
    },
  });
  expect(firstManifest(plain)).toContain('exit 1');
});

it('firstManifest() writes any name and command so that they are read back', () => {
  const text = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom('"', '\\', "'", '\t', '\u007f', '#', 'ß', '😀', '\u0001'),
        fc.string({ maxLength: 1 }),
      ),
    })
    .filter((one) => one.trim() !== '' && !one.includes('\0'));
  fc.assert(
    fc.property(text, (command) => {
      const reading = readManifest(firstManifest({ ...plain, command }), 'bench/manifest.toml');
      const runner = reading.ok ? reading.manifest.benchmarks[0]?.runner : reading.problems;
      expect(runner).toEqual({ kind: 'command', command, metric: 'wall_seconds' });
    }),
  );
});

it('firstManifest() writes harness paths and any setup so that they are read back', () => {
  const text = firstManifest({ ...plain, setup: 'make "it" #1', harness: ['tools/perf "1".js'] });
  const project = (toml: string) => {
    const reading = readManifest(toml, 'bench/manifest.toml');
    return reading.ok ? reading.manifest.project : reading.problems;
  };
  expect(project(text)).toMatchObject({ harnessPaths: ['bench/', 'tools/perf "1".js'], setup: null });
  expect(project(text.replace('# setup', 'setup'))).toMatchObject({ setup: 'make "it" #1' });
  expect(firstManifest(plain)).not.toContain('harness_paths');
});
