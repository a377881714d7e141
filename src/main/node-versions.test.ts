import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Node programs to try, from BENCHGATE_NODES (colon-separated); CI gives 20, 22 and 24. */
const nodes = (process.env['BENCHGATE_NODES'] ?? '').split(':').filter((path) => path !== '');
const versions = nodes.map((node) => [execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(), node] as const);
const repository = fileURLToPath(new URL('../../', import.meta.url));

it.skipIf(versions.length === 0 && process.env['BENCHGATE_REQUIRE_ALL'] !== '1')(
  'Node 20, 22 and 24 are there to be tried (set BENCHGATE_NODES)',
  () => {
    expect(versions.map(([version]) => version.split('.')[0])).toEqual(['v20', 'v22', 'v24']);
  },
);

it.each(versions)(
  'the demo runs on %s from a clone without node_modules',
  (_version, node) => {
    const clone = realpathSync(mkdtempSync(join(tmpdir(), 'benchgate-clone-')));
    try {
      for (const name of ['dist', 'fixtures/demo', 'package.json'])
        cpSync(join(repository, name), join(clone, name), { recursive: true });
      const output = execFileSync(node, ['dist/cli.js', 'demo', '--json', '--report', join(clone, 'report.json')], {
        cwd: clone,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const kinds = (JSON.parse(output) as { report: { verdicts: { experiment: string; kind: string }[] } }).report
        .verdicts;
      expect(Object.fromEntries(kinds.map(({ experiment, kind }) => [experiment, kind]))).toEqual({
        parse: 'PASS',
        search: 'FAIL',
        render: 'PASS',
      });
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  },
  60_000,
);
