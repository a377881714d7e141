import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { SessionOptions } from '../../ports/sandbox.ts';

/** A project tree and a scratch folder for tests. */
export interface Scene {
  readonly root: string;
  readonly tree: string;
  readonly project: string;
  readonly scratch: string;
  readonly options: (command: string, changes?: Partial<SessionOptions>) => SessionOptions;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly remove: () => void;
}

export const clock: Clock = {
  now: () => new Date().toISOString(),
  monotonicSeconds: () => performance.now() / 1000,
};

export const path = process.env['PATH'] ?? '/usr/bin:/bin';

/** Programs that tests run inside; visible there even when the clone lies below /tmp. */
const programs = join(process.cwd(), 'fixtures', 'programs');

/** Outside the folders that a sandbox replaces, where the machine has such a place for us: a clone may lie below /tmp. */
function stagesFolder(): string {
  const own = join(process.cwd(), 'node_modules');
  if (!/^\/(?:tmp|var\/tmp|run)\//.test(own)) return own;
  try {
    accessSync('/var/lib', constants.W_OK);
    return '/var/lib';
  } catch {
    return own;
  }
}

/** Made outside /tmp, which a sandbox replaces, so that what is hidden there is hidden on purpose. */
export function scene(name = 'scene'): Scene {
  const root = mkdtempSync(join(stagesFolder(), '.sandbox-test-'));
  chmodSync(root, 0o755);
  const tree = join(root, name, 'tree');
  const project = join(tree, 'project');
  const scratch = join(root, name, 'scratch');
  for (const folder of [project, scratch]) mkdirSync(folder, { recursive: true });
  const stdoutPath = join(scratch, 'stdout');
  const stderrPath = join(scratch, 'stderr');
  return {
    root,
    tree,
    project,
    scratch,
    options: (command, changes = {}) => ({
      command,
      projectDirectory: project,
      treeDirectory: tree,
      scratchDirectory: scratch,
      environment: { PATH: path },
      hiddenPaths: [],
      readablePaths: [programs],
      writablePaths: [],
      devices: false,
      timeoutSeconds: 20,
      outputLimitBytes: 1_000_000,
      stdoutPath,
      stderrPath,
      ...changes,
    }),
    stdout: () => readFileSync(stdoutPath, 'utf8'),
    stderr: () => readFileSync(stderrPath, 'utf8'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
