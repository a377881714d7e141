import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readManifest } from '../manifest/read.ts';
import { firstManifest } from './init.ts';

it('firstManifest() is a valid manifest whose placeholder fails until it is replaced', () => {
  const reading = readManifest(firstManifest('example', null), 'bench/manifest.toml');
  expect(reading).toMatchObject({
    ok: true,
    warnings: [],
    manifest: {
      project: { name: 'example' },
      benchmarks: [{ name: 'example', policy: 'paired', tolerance: 0.05, runner: { metric: 'wall_seconds' } }],
    },
  });
  expect(firstManifest('example', null)).toContain('exit 1');
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
      const reading = readManifest(firstManifest('example', command), 'bench/manifest.toml');
      const runner = reading.ok ? reading.manifest.benchmarks[0]?.runner : reading.problems;
      expect(runner).toEqual({ kind: 'command', command, metric: 'wall_seconds' });
    }),
  );
});
