import { type ExamineOptions, examineWorkflows } from '../doctor/examine.ts';
import { type Area, type Finding, sorted } from '../doctor/finding.ts';
import { type ExitCode, exitCodes, worstExitCode } from '../domain/exit-code.ts';
import { checkGit, checkIsolation, checkToken } from './doctor-machine.ts';
import { checkProject } from './doctor-project.ts';
import { readWorkflows, workflowBytes } from './doctor-workflows.ts';
import type { ProjectOptions } from './project.ts';
import { repositoryTop } from './repository-top.ts';
import type { World } from './world.ts';

export interface DoctorOptions {
  readonly project: ProjectOptions;
  /** What workflows call the action; null for whatever has `benchgate` in its name. */
  readonly action: string | null;
  /** What git says its version is. Throws GIT_MISSING (69). */
  readonly gitVersion: () => Promise<string>;
}

export interface DoctorReport {
  /** Everything found, errors first. */
  readonly findings: readonly Finding[];
  readonly exitCode: ExitCode;
}

/**
 * Looks at workflows, manifest, git, sandbox, ledger and token, each whatever the others say. Writes nothing but temporary
 * files and the local copy of the ledger. Exit code: 0 without errors, else 69, 65 or 64, the worst. Throws what is no
 * finding: bugs and interruptions.
 */
export async function doctor(world: World, options: DoctorOptions): Promise<DoctorReport> {
  const top = await repositoryTop(world, options.project.directory);
  const project = await checkProject(world, top, options.project);
  const examine = { action: options.action, approvalLabel: project.approvalLabel };
  const findings = [
    ...(await checkWorkflows(world, top, examine)),
    ...(await checkGit(options.gitVersion)),
    ...(await checkIsolation(world)),
    ...project.findings,
    ...checkToken(world),
  ];
  const codes = findings.filter(({ severity }) => severity === 'error').map(({ area }) => exitCodeOfArea(area));
  return { findings: sorted(findings), exitCode: worstExitCode([exitCodes.ok, ...codes]) };
}

function exitCodeOfArea(area: Area): ExitCode {
  switch (area) {
    case 'workflow':
    case 'manifest':
      return exitCodes.usage;
    case 'ledger':
      return exitCodes.integrity;
    case 'environment':
      return exitCodes.environment;
  }
}

async function checkWorkflows(world: World, top: string, options: ExamineOptions): Promise<readonly Finding[]> {
  const { files, unread } = await readWorkflows(world, top);
  return [...examineWorkflows(files, options), ...unread.map(unreadable)];
}

function unreadable(path: string): Finding {
  const message = `not looked at: it is larger than ${workflowBytes / 1024} KiB, or no ordinary file`;
  const common = { code: 'WORKFLOW_SHAPE', severity: 'error', area: 'workflow', line: null } as const;
  return { ...common, path, message, nextStep: 'make it an ordinary file of GitHub’s size' };
}
