import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSandbox } from './sandbox.ts';
import { clock, type Scene, scene } from './scene.ts';

const required = process.env['BENCHGATE_REQUIRE_ALL'] === '1';
let stage: Scene;
beforeEach(() => {
  stage = scene('candidate');
});
afterEach(() => stage.remove());

it('measured code can’t move a folder away that holds something protected and put its own in that place', async (test) => {
  const harness = join(stage.tree, 'tools/perf/bench');
  mkdirSync(harness, { recursive: true });
  writeFileSync(join(harness, 'run.sh'), 'honest\n');
  const command = `cd ..
mv tools/perf/bench tools/perf/away; mv tools/perf tools/away; mv tools away
rm -rf tools/perf/bench; mkdir -p tools/perf/bench; echo forged > tools/perf/bench/run.sh
echo more > tools/perf/written; cat tools/perf/bench/run.sh`;
  const sandbox = createSandbox({ isolation: 'auto', clock });
  const session = await sandbox.open(stage.options(command, { readablePaths: [harness] }));
  try {
    if (session.isolation.level === 'none' && !required) return test.skip(`no isolation: ${session.isolation.detail}`);
    await session.run(new AbortController().signal);
    expect(stage.stdout()).toBe('honest\n');
    expect(readFileSync(join(harness, 'run.sh'), 'utf8')).toBe('honest\n');
    expect(readFileSync(join(stage.tree, 'tools/perf/written'), 'utf8')).toBe('more\n');
  } finally {
    await session.close();
  }
});
