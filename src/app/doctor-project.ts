import type { Finding, Severity } from '../doctor/finding.ts';
import { BenchgateError } from '../domain/errors.ts';
import type { Problem } from '../manifest/manifest.ts';
import { readManifest } from '../manifest/read.ts';
import { findingsOf, note } from './doctor-finding.ts';
import { withSnapshot } from './evidence-reader.ts';
import { filesOutsideHarness } from './init-harness.ts';
import { joinPath, relativePath } from './paths.ts';
import { manifestPath, openProject, type Project, type ProjectOptions } from './project.ts';
import type { World } from './world.ts';

export interface ProjectCheck {
  readonly findings: readonly Finding[];
  /** The label of `policy.gate_change`; null when there is none or the manifest can't be read. */
  readonly approvalLabel: string | null;
}

/** What is wrong with the manifest and the ledger that the options name. */
export async function checkProject(world: World, top: string, options: ProjectOptions): Promise<ProjectCheck> {
  let project: Project;
  try {
    project = await openProject(world, options);
  } catch (error) {
    if (!(error instanceof BenchgateError)) throw error;
    const place = error.place ?? '';
    const problems = error.code === 'MANIFEST_INVALID' ? await manifestProblems(world, top, place) : [];
    const stopped = () => findingsOf(shownPath(top, place), () => Promise.reject(error));
    return { findings: problems.length > 0 ? problems : await stopped(), approvalLabel: null };
  }
  const path = shownPath(top, joinPath(project.directory, manifestPath));
  const { benchmarks, policy } = project.manifest;
  const findings = [
    note('MANIFEST', 'manifest', path, `readable; benchmarks: ${benchmarks.map(({ name }) => name).join(', ')}`),
    ...project.manifestWarnings.map((problem) => manifestFinding(path, 'warning', problem)),
    ...(await findingsOf(path, () => checkHarness(world, project, path))),
    ...(await findingsOf('ledger', () => checkLedger(project))),
    ...protectionNote(project, options),
  ];
  return { findings, approvalLabel: policy.gateChangeLabel };
}

/** Benchmarks whose own files a pull request could soften. */
async function checkHarness(world: World, project: Project, path: string): Promise<readonly Finding[]> {
  const { directory, manifest } = project;
  const findings: Finding[] = [];
  for (const { name, runner, line } of manifest.benchmarks) {
    const command = runner.kind === 'command' ? runner.command : runner.entryPoint;
    const files = await filesOutsideHarness(world, directory, command, manifest.project.harnessPaths);
    if (files.length === 0) continue;
    findings.push({
      code: 'COMMAND_OUTSIDE_HARNESS',
      severity: 'warning',
      area: 'manifest',
      path,
      line,
      message: `${JSON.stringify(name)} runs ${files.join(', ')}, outside \`harness_paths\`: a pull request that edits it is measured by its own version`,
      nextStep: `if it is the benchmark and not what is measured, add it to \`harness_paths\` under [project]: ${JSON.stringify(files)}`,
    });
  }
  return findings;
}

/** Each problem of the manifest with its line; none when the manifest itself can be read. */
async function manifestProblems(world: World, top: string, place: string): Promise<readonly Finding[]> {
  const text = await world.files.readText(place);
  const reading = text === null ? null : readManifest(text, place);
  if (reading === null || reading.ok) return [];
  return reading.problems.map((problem) => manifestFinding(shownPath(top, place), 'error', problem));
}

function shownPath(top: string, place: string): string {
  return (place.startsWith('/') ? relativePath(top, place) : null) ?? (place === '' ? manifestPath : place);
}

function manifestFinding(file: string, severity: Severity, problem: Problem): Finding {
  const { path, line, message, hint } = problem;
  const code = severity === 'error' ? 'MANIFEST_INVALID' : 'MANIFEST';
  const text = path === '' ? message : `${path}: ${message}`;
  return {
    code,
    severity,
    area: 'manifest',
    path: file,
    line,
    message: text,
    nextStep: hint ?? 'see docs/manifest.md',
  };
}

async function checkLedger(project: Project): Promise<readonly Finding[]> {
  const tip = await withSnapshot(project, async (snapshot) => {
    await snapshot.requireAdditions();
    return snapshot.tip;
  });
  const where = project.ledger.remote === null ? 'on this machine alone' : 'in step with its remote';
  const said =
    tip === null ? 'does not exist yet; the first measurement makes it' : `only ever grew, up to ${tip.slice(0, 10)}`;
  return [
    note('LEDGER', 'ledger', 'ledger', `the ledger, ${where}, ${said}`, 'check every line: `benchgate ledger verify`'),
  ];
}

/** Reading the rules of a branch takes an administrator's token, which belongs into no job. */
function protectionNote(project: Project, options: ProjectOptions): readonly Finding[] {
  if (project.ledger.remote === null) return [];
  const branch = options.ledgerBranch ?? project.manifest.ledger.branch ?? 'bench-data';
  const message = `whether ${branch} is protected can't be read without an administrator's token, so it was not looked at`;
  const nextStep = `in the repository's settings, forbid force pushes to ${branch} and its deletion`;
  return [note('BRANCH_PROTECTION', 'ledger', 'ledger', message, nextStep)];
}
