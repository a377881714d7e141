import type { Finding } from '../doctor/finding.ts';
import { findingsOf, note } from './doctor-finding.ts';
import { joinPath } from './paths.ts';
import type { World } from './world.ts';

/** Whether git answers. `gitVersion` throws GIT_MISSING (69). */
export function checkGit(gitVersion: () => Promise<string>): Promise<readonly Finding[]> {
  return findingsOf('git', async () => [note('GIT', 'environment', 'git', await gitVersion())]);
}

/** Opens a sandbox as a measurement does, around nothing, and says what it keeps apart. */
export function checkIsolation(world: World): Promise<readonly Finding[]> {
  return findingsOf('sandbox', async () => {
    const folder = await world.files.temporaryFolder('benchgate-doctor-');
    try {
      const [tree, scratch] = [joinPath(folder, 'tree'), joinPath(folder, 'scratch')];
      for (const path of [tree, scratch]) await world.files.ensureFolder(path);
      const session = await world.sandbox.open({
        command: 'true',
        projectDirectory: tree,
        treeDirectory: tree,
        scratchDirectory: scratch,
        environment: { PATH: world.machine.environment['PATH'] ?? '/usr/bin:/bin' },
        hiddenPaths: [],
        readablePaths: [],
        writablePaths: [],
        devices: false,
        timeoutSeconds: 30,
        outputLimitBytes: 64 * 1024,
        stdoutPath: joinPath(scratch, 'stdout'),
        stderrPath: joinPath(scratch, 'stderr'),
      });
      try {
        const { exitCode } = await session.run(world.signal);
        const { level, detail } = session.isolation;
        const finding = note(
          'ISOLATION',
          'environment',
          'sandbox',
          `measured code is isolated by ${level} (${detail})`,
        );
        if (exitCode !== 0) return [notRunning(finding, detail)];
        return [level === 'none' ? notIsolated(finding, detail) : finding];
      } finally {
        await session.close();
      }
    } finally {
      await world.files.remove(folder);
    }
  });
}

function notRunning(finding: Finding, detail: string): Finding {
  const message = `not even \`true\` runs as measured code would (${detail})`;
  return { ...finding, severity: 'error', message, nextStep: 'see docs/isolation.md, or run with `--isolation none`' };
}

function notIsolated(finding: Finding, detail: string): Finding {
  const message = `measured code is not isolated here: ${detail}`;
  const nextStep = 'install bubblewrap and allow user namespaces; until then every report says `secrets not isolated`';
  return { ...finding, severity: 'warning', message, nextStep };
}

/** Whether there is a token; never what it is. */
export function checkToken({ machine }: World): readonly Finding[] {
  const isSet = (machine.environment['GITHUB_TOKEN'] ?? '') !== '';
  const message = isSet
    ? 'GITHUB_TOKEN is set; its rights were not tried'
    : 'GITHUB_TOKEN is not set; the command line needs none, and the action has the token of its job';
  return [note('TOKEN', 'environment', 'GITHUB_TOKEN', message)];
}
