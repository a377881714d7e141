import { BenchgateError, EnvironmentError } from '../domain/errors.ts';
import { type ExitCode, exitCodes } from '../domain/exit-code.ts';
import type { Conclusion, Verdict } from '../domain/verdict.ts';
import type { Job } from '../ports/job.ts';
import { improvementsOf, regressionsOf } from '../report/findings.ts';
import { renderHtml } from '../report/html.ts';
import { toJson } from '../report/json.ts';
import type { RunProblem } from '../report/problem.ts';
import { renderTerminal } from '../report/terminal.ts';
import type { RunReport } from '../report/view.ts';
import type { Ci, CiOutcome } from './ci.ts';
import { rememberCheck } from './ci-finish.ts';
import { manageInCi } from './ci-manage.ts';
import { gateInCi, runInCi } from './ci-measure.ts';
import type { CiCommand } from './ci-options.ts';
import { reportInCi } from './ci-report.ts';
import { joinPath } from './paths.ts';
import { problemPublication, publicationOf } from './publication.ts';
import { type Publication, publish } from './publish.ts';

export interface CiEnvironment {
  /** Fetches the event's revision into the workspace; false when there is a repository already. */
  readonly checkout: () => Promise<boolean>;
}

/** Runs the step's command, publishes what came of it, sets the outputs; returns the step's exit code, 0 or 1. */
export async function conductCi(ci: Ci & CiEnvironment): Promise<number> {
  const { job } = ci;
  const check = await startCheck(ci);
  let done: { outcome: CiOutcome; files: ReportFiles | null; commentUrl: string | null };
  try {
    await prepareWorkspace(ci);
    const outcome = await execute(ci);
    const { report } = outcome;
    job.say(report === null ? outcome.text : renderTerminal(report));
    const files = report === null ? null : await writeReports(ci, report);
    const commentUrl =
      report === null
        ? null
        : await publishTo(
            ci,
            publicationOf(report, stickyKey(ci)),
            check,
            outcome.pullRequest,
            outcome.headSha,
            outcome.baseRef,
          );
    done = { outcome, files, commentUrl };
  } catch (error) {
    return publishProblem(ci, check, error);
  }
  // What is published stays: from here on trouble only goes to the log.
  setOutputs(ci, done.outcome, done.files, done.commentUrl);
  await ci.builds?.save().catch((error: unknown) => {
    job.say(`benchgate: the build was not kept: ${error instanceof Error ? error.message : String(error)}`);
  });
  return failsStep(ci, done.outcome) ? 1 : 0;
}

function execute(ci: Ci): Promise<CiOutcome> {
  switch (ci.options.command) {
    case 'gate':
    case 'nightly':
    case 'guard':
      return gateInCi(ci);
    case 'run':
      return runInCi(ci);
    case 'report':
      return reportInCi(ci);
    case 'baseline establish':
    case 'promote':
    case 'reference freeze':
    case 'reference replace':
      return manageInCi(ci);
  }
}

/** Whether the command's result belongs on the pull request and in a check. */
function showsResults(command: CiCommand): boolean {
  return command === 'gate' || command === 'nightly' || command === 'guard' || command === 'report';
}

async function prepareWorkspace({ options, workspace, checkout, job }: Ci & CiEnvironment): Promise<void> {
  if (options.checkout === 'false') return;
  const fetched = await checkout();
  if (fetched) job.say('benchgate: the workspace held no repository; the event’s revision was fetched into it');
  else if (options.checkout === 'true') {
    throw new EnvironmentError('INPUT_OUTPUT', 'checkout: true, but the workspace holds a repository already', {
      place: workspace,
      nextStep: 'remove the checkout step before this one, or use checkout: auto',
    });
  }
}

/** One comment for each project of a repository and name of the check (legs of a matrix give each their own); only the forge's own repository name and the project's folder count. */
function stickyKey({ world, event, options }: Ci): string {
  const { owner, name } = event.repository;
  const folder = joinPath('/', options.projectDirectory);
  return world
    .sha256(JSON.stringify([owner, name, folder, options.checkName, options.command === 'guard']))
    .slice(0, 16);
}

/**
 * A check belongs to a commit, not to a pull request: the same head may be proposed for a branch with other rules, or none, and
 * that verdict must not stand in for the one that is required.
 */
function checkNameFor(name: string, baseRef: string | null, defaultBranch: string | null): string {
  return baseRef === null || baseRef === defaultBranch ? name : `${name} (${baseRef})`;
}

/**
 * A check in progress, where the event says on which commit; null otherwise (then it is made when it is done). Whether
 * there is anything to say after another run is not known yet, and a check that is skipped would count as passed.
 */
async function startCheck({ forge, job, event, options }: Ci): Promise<number | null> {
  if (event.kind === 'workflow_run') return null;
  const headSha = event.pullRequest?.headSha ?? event.sha;
  // A guard may have nothing to measure.
  const hasVerdicts = showsResults(options.command) && options.command !== 'guard';
  if (!options.check || !hasVerdicts || event.kind === 'other') return null;
  const name = checkNameFor(options.checkName, event.pullRequest?.baseRef ?? null, event.defaultBranch);
  const started = await forge.startCheck(name, headSha, event.runUrl);
  if (!started.ok) return null;
  rememberCheck(job, started.value);
  return started.value;
}

function publishTo(
  ci: Ci,
  what: Publication,
  startedId: number | null,
  pullRequest: number | null,
  headSha: string,
  baseRef: string | null,
): Promise<string | null> {
  const { options, event } = ci;
  const isPush = event.kind === 'push';
  const name = checkNameFor(options.checkName, baseRef ?? event.pullRequest?.baseRef ?? null, event.defaultBranch);
  return publish(ci.forge, ci.job, what, {
    pullRequest: isPush ? null : pullRequest,
    headSha,
    comment: options.comment,
    check: options.check ? { name, startedId, detailsUrl: event.runUrl } : null,
    summary: options.summary,
    annotations: options.annotations,
  });
}

async function writeReports({ world, artifactDirectory }: Ci, report: RunReport): Promise<ReportFiles> {
  const json = joinPath(artifactDirectory, 'report.json');
  const html = joinPath(artifactDirectory, 'report.html');
  await world.files.ensureFolder(artifactDirectory);
  await world.files.write(json, toJson(report), 0o644);
  await world.files.write(html, renderHtml(report), 0o644);
  return { json, html };
}

interface ReportFiles {
  readonly json: string;
  readonly html: string;
}

function setOutputs({ job }: Ci, outcome: CiOutcome, files: ReportFiles | null, commentUrl: string | null): void {
  const { report } = outcome;
  job.output('verdict', report === null ? '' : worstKind(report.verdicts));
  job.output('conclusion', report?.conclusion ?? conclusionOfExit(outcome.exitCode));
  job.output('exit-code', String(outcome.exitCode));
  job.output('report-json', files?.json ?? '');
  job.output('report-html', files?.html ?? '');
  job.output('comment-url', commentUrl ?? '');
  job.output('ledger-head', report?.ledger.commit ?? '');
  job.output('regressions', JSON.stringify(report === null ? [] : regressionsOf(report)));
  job.output('improvements', JSON.stringify(report === null ? [] : improvementsOf(report)));
  job.output('confirm', outcome.confirm.join('\n'));
}

/** The first verdict of the worst conclusion; none at all is NEEDS_MORE_DATA: nothing was shown. */
function worstKind(verdicts: readonly Verdict[]): string {
  const order: readonly Conclusion[] = ['failure', 'neutral', 'success'];
  for (const conclusion of order) {
    const found = verdicts.filter((verdict) => verdict.conclusion === conclusion);
    const broken = found.find(({ kind }) => kind === 'INVALID');
    if (found[0] !== undefined) return (broken ?? found[0]).kind;
  }
  return 'NEEDS_MORE_DATA';
}

function conclusionOfExit(exitCode: number): Conclusion {
  if (exitCode === exitCodes.ok) return 'success';
  return exitCode === exitCodes.undecided ? 'neutral' : 'failure';
}

/** The step fails on conclusion `failure`; a run without verdicts (`run`) only when something was wrong with it. */
function failsStep({ options }: Ci, { report, exitCode }: CiOutcome): boolean {
  if (options.failOn === 'never') return false;
  const conclusion = report?.conclusion ?? conclusionOfExit(exitCode);
  return conclusion === 'failure' || (options.failOn === 'undecided' && conclusion === 'neutral');
}

/** What went wrong is published like a result; then the step fails, whatever `fail-on` says: nobody found out anything. */
async function publishProblem(ci: Ci, check: number | null, error: unknown): Promise<number> {
  const { job, event, options } = ci;
  const problem = problemOf(error, event.runUrl);
  sayProblem(job, problem);
  const headSha = event.pullRequest?.headSha ?? event.triggeringRun?.headSha ?? event.sha;
  // An event without code of its own has no commit that a check could be about: the default branch's tip did nothing wrong.
  const isQuiet = !showsResults(options.command) || event.kind === 'other';
  const to = isQuiet ? { ...ci, options: { ...options, comment: 'never' as const, check: false } } : ci;
  const what = problemPublication(problem, stickyKey(ci));
  const commentUrl = await publishTo(to, what, check, event.pullRequest?.number ?? null, headSha, null);
  setProblemOutputs(job, problem, commentUrl);
  return 1;
}

/** The same before anything is known about the event: log, annotation and outputs. Returns the step's exit code. */
export function reportEarlyProblem(job: Job, error: unknown): number {
  const problem = problemOf(error, null);
  sayProblem(job, problem);
  const message = `${problem.message}\n${problem.nextStep}`;
  job.annotate({ level: 'error', title: `Benchgate: ${problem.code}`, message, path: null, line: null });
  setProblemOutputs(job, problem, null);
  return 1;
}

function setProblemOutputs(job: Job, problem: RunProblem, commentUrl: string | null): void {
  job.output('verdict', 'ERROR');
  job.output('conclusion', 'failure');
  job.output('exit-code', String(problem.exitCode));
  for (const name of ['report-json', 'report-html', 'ledger-head', 'confirm']) job.output(name, '');
  job.output('comment-url', commentUrl ?? '');
  for (const name of ['regressions', 'improvements']) job.output(name, '[]');
}

function sayProblem(job: Job, problem: RunProblem): void {
  const where = problem.place === null ? '' : `\n  where: ${problem.place}`;
  job.say(`benchgate: ${problem.message}${where}\n  next:  ${problem.nextStep}`);
}

function problemOf(error: unknown, runUrl: string | null): RunProblem {
  const known = error instanceof BenchgateError ? error : null;
  const exitCode: ExitCode = known?.exitCode ?? exitCodes.bug;
  return {
    code: known?.code ?? 'BUG',
    message: known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    place: known?.place ?? null,
    nextStep: known?.nextStep ?? 'this is a bug in Benchgate; please report it with the lines above',
    exitCode,
    runUrl,
  };
}
