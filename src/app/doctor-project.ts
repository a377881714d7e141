import type { Finding, Severity } from '../doctor/finding.ts';
import { BenchgateError } from '../domain/errors.ts';
import type { Problem } from '../manifest/manifest.ts';
import { readManifest } from '../manifest/read.ts';
import { findingsOf, note } from './doctor-finding.ts';
import { withSnapshot } from './evidence-reader.ts';
import { joinPath, relativePath } from './paths.ts';
import { manifestPath, openProject, type Project, type ProjectOptions } from './project.ts';
import type { World } from './world.ts';

/** What is wrong with the manifest and the ledger that the options name. */
export async function checkProject(world: World, top: string, options: ProjectOptions): Promise<readonly Finding[]> {
  let project: Project;
  try {
    project = await openProject(world, options);
  } catch (error) {
    if (!(error instanceof BenchgateError)) throw error;
    const place = error.place ?? '';
    const problems = error.code === 'MANIFEST_INVALID' ? await manifestProblems(world, top, place) : [];
    return problems.length > 0 ? problems : findingsOf(shownPath(top, place), () => Promise.reject(error));
  }
  const path = shownPath(top, joinPath(project.directory, manifestPath));
  const { benchmarks } = project.manifest;
  return [
    note('MANIFEST', 'manifest', path, `readable; benchmarks: ${benchmarks.map(({ name }) => name).join(', ')}`),
    ...project.manifestWarnings.map((problem) => manifestFinding(path, 'warning', problem)),
    ...(await findingsOf('ledger', () => checkLedger(project))),
    ...protectionNote(project, options),
  ];
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
