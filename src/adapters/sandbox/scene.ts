import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

/** Made outside /tmp, which a sandbox replaces, so that what is hidden there is hidden on purpose. */
export function scene(name = 'scene'): Scene {
  const root = mkdtempSync(join(process.cwd(), 'node_modules', `.sandbox-test-`));
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
      readablePaths: [],
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
