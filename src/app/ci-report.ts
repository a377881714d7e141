import { EnvironmentError } from '../domain/errors.ts';
import { exitCodes } from '../domain/exit-code.ts';
import type { Revision } from '../domain/provenance.ts';
import type { Bundle } from '../ledger/bundle.ts';
import { bundleLimits } from '../ledger/bundle-header.ts';
import type { ArtifactLimits, PullRequest, Refusal } from '../ports/forge.ts';
import { decodeBundles, isBundleName, type NamedBytes, readBundles, replayOf } from './bundles.ts';
import { type Ci, type CiOutcome, openCiProject } from './ci.ts';
import { ciReport } from './ci-present.ts';
import { baseRules, ciRevisions } from './ci-rules.ts';
import { type BundleContext, bundleProblem, judgeBundles } from './judge-bundles.ts';
import type { Project } from './project.ts';
import { manifestPlace } from './rules.ts';

/** What a run may hand over in one artifact; far more than any honest one. */
const artifactLimits: ArtifactLimits = {
  archiveBytes: 64 * 1024 * 1024,
  files: 600,
  fileBytes: bundleLimits.bytes,
  totalBytes: 256 * 1024 * 1024,
};
const mostArtifacts = 300;
const artifactPrefix = 'benchgate';

/** `report`: judges what other jobs measured, anew and by the base's rules. Runs no code of the change. */
export async function reportInCi(ci: Ci): Promise<CiOutcome> {
  const project = await openCiProject(ci);
  if (ci.event.kind === 'workflow_run') return reportElsewhere(ci, project);
  const { event } = ci;
  const { repository } = project;
  const revisions = await ciRevisions(ci, project);
  const base = revisions.base === null ? null : await revisionOf(project, revisions.base.sha);
  const context: BundleContext = {
    head: { sha: revisions.subject.headSha, tree: repository.head.tree },
    base: base === null || revisions.base === null ? null : { revision: base, how: revisions.base.how },
    subject: revisions.subject,
    rules: revisions.rulesFrom === 'head' ? { from: 'head' } : await baseRules(ci),
    names: ci.options.only,
    origin: revisions.subject.refClass === 'fork' ? 'claimed' : 'trusted',
    record: !event.withoutSecrets,
    keep: async (outcome) => replayOf(outcome, ci.artifactDirectory),
  };
  const bundles = await readable(async () =>
    (await ci.world.files.exists(ci.artifactDirectory)) ? readBundles(ci.world, [ci.artifactDirectory]) : [],
  );
  return conclude(ci, project, context, event.pullRequest, bundles);
}

/**
 * After the measuring workflow of a pull request from a fork (or from Dependabot) is done. What is known comes from the event
 * and from the forge; the bundles are a stranger's files. Not a word of theirs decides which pull request, base or rules.
 */
async function reportElsewhere(ci: Ci, project: Project): Promise<CiOutcome> {
  const { event } = ci;
  const run = event.triggeringRun;
  if (run === null) throw unknown('the payload names no run', 'use `command: report` on workflow_run only');
  const nothing = (text: string): CiOutcome => {
    const base = { report: null, exitCode: exitCodes.ok, pullRequest: null, headSha: run.headSha };
    return { ...base, text: `${text}\n`, confirm: [], baseRef: null };
  };
  if (run.event !== 'pull_request')
    return nothing(`the run was for ${run.event}; there is no pull request to report on`);
  const owner = run.headRepository?.split('/')[0];
  const head = owner === undefined || run.headBranch === null ? null : `${owner}:${run.headBranch}`;
  const found = await ci.forge.pullRequestsAt(run.headSha, head);
  if (!found.ok) throw refused('the pull request could not be looked up', found.refusal);
  const candidates = found.value.filter(
    ({ headSha, headRepository, state }) =>
      headSha === run.headSha &&
      state === 'open' &&
      // Another fork may have the same commit.
      (run.headRepository === null
        ? headRepository === null
        : headRepository === null || isSame(headRepository, run.headRepository)),
  );
  const [change, second] = candidates;
  if (change === undefined) return nothing(`no open pull request is at ${run.headSha}: it has moved on or is closed`);
  if (second !== undefined) {
    throw unknown(
      `several open pull requests are at ${run.headSha}; which one is meant can't be told`,
      'close all but one of them, and run the measuring workflow again',
    );
  }
  const files = await downloaded(ci, run.id);
  if (typeof files === 'string') return broken(ci, project, change, files);
  if (files.length === 0 && !change.fork && change.author !== 'dependabot[bot]') {
    return nothing('the run handed over no bundle, and the pull request is no fork’s: its own workflow reports on it');
  }
  const bundles = await readable(async () => decodeBundles(files));
  if (typeof bundles === 'string') return broken(ci, project, change, bundles);
  const context = await strangersContext(ci, project, change, bundles[0] ?? null);
  if (typeof context === 'string') return broken(ci, project, change, context);
  return conclude(ci, project, context, change, bundles);
}

function isSame(first: string, second: string): boolean {
  return first.toLowerCase() === second.toLowerCase();
}

/** Files of all artifacts of the run that look like ours; what is wrong with an artifact that is none to unpack. */
async function downloaded({ forge }: Ci, runId: number): Promise<NamedBytes[] | string> {
  const artifacts = await forge.artifacts(runId);
  if (!artifacts.ok) throw refused('the artifacts of the run could not be listed', artifacts.refusal);
  const own = artifacts.value.filter(({ name, expired }) => name.startsWith(artifactPrefix) && !expired);
  if (own.length > mostArtifacts) return `the run has ${own.length} artifacts; at most ${mostArtifacts} are read`;
  const files: NamedBytes[] = [];
  let totalBytes = 0;
  for (const artifact of own) {
    const read = await forge.artifactFiles(artifact, artifactLimits);
    if (!read.ok && read.refusal.kind === 'rejected') return read.refusal.detail;
    if (!read.ok) throw refused(`the artifact ${JSON.stringify(artifact.name)} could not be read`, read.refusal);
    for (const { path, bytes } of read.value) {
      if (isBundleName(path)) files.push({ name: `${artifact.name}/${path}`, bytes });
      totalBytes += bytes.length;
    }
    // All of it is held at once.
    if (totalBytes > artifactLimits.totalBytes) return 'the artifacts of the run hold more than any honest run does';
  }
  return files;
}

/**
 * The revisions of a stranger's run: the merge commit that the bundles name must have the pull request's head as its second
 * parent and, as its first, a commit of the base branch. Returns what is wrong otherwise.
 */
async function strangersContext(
  ci: Ci,
  project: Project,
  change: PullRequest,
  first: Bundle | null,
): Promise<BundleContext | string> {
  const { forge } = ci;
  if (first === null) return 'the run handed over no bundle: it failed, was cancelled, or did not upload one';
  const { header } = first;
  const measured = header.merge ?? header.head;
  if (header.head !== change.headSha) return 'the bundles are of another head than the pull request has';
  const revision = await revisionOf(project, measured).catch(() => null);
  if (revision === null) return `the measured commit ${measured} can't be fetched any more; run the workflow again`;
  const [parent, second, third] = await project.repository.parents(measured);
  if (header.merge !== null && (second !== change.headSha || third !== undefined))
    return 'the measured commit is no merge of the pull request';
  const claimed = header.merge === null ? header.base : (parent ?? null);
  if (claimed === null || (header.base !== null && header.base !== claimed))
    return 'the bundles compare with another base';
  const common = async (one: string, other: string): Promise<string | null> => {
    const answer = await forge.mergeBase(one, other);
    if (!answer.ok) throw refused('the base could not be compared', answer.refusal);
    return answer.value;
  };
  if ((await common(claimed, change.baseRef)) !== claimed)
    return `the base ${claimed} is no commit of ${change.baseRef}`;
  const left = await common(change.baseRef, change.headSha);
  if (left === null || (header.merge === null && left !== claimed))
    return `the base ${claimed} is not where the change leaves ${change.baseRef}`;
  const tip = await common(change.baseRef, change.baseRef);
  const base = await revisionOf(project, claimed);
  for (const sha of [left, change.headSha, ...(tip === null ? [] : [tip])]) await revisionOf(project, sha);
  // Whoever makes the merge commit chooses the base: an old one must not bring back old rules.
  const [rules, latest] = await Promise.all(
    [claimed, tip ?? claimed].map((sha) => project.repository.fileAt(sha, manifestPlace(project))),
  );
  if (rules !== latest)
    return `the manifest of ${change.baseRef} is another one now than at the base ${claimed}; run the workflow again`;
  const isFork = isStranger(ci, change);
  return {
    head: { sha: change.headSha, tree: revision.tree },
    base: {
      revision: base,
      how:
        header.merge === null
          ? `merge base with ${change.baseRef}`
          : `commit of ${change.baseRef} that was merged with`,
    },
    subject: {
      headSha: change.headSha,
      merge: header.merge,
      refClass: isFork ? 'fork' : 'pull_request',
      withoutSecrets: null,
    },
    // A label can't be told to be newer than the push here, so a stranger's new rules are never used.
    rules: {
      ...(await baseRules(ci)),
      labels: [],
      freshLabels: [],
      takesLabels: false,
      edited: { from: left, to: change.headSha },
    },
    names: ci.options.only,
    origin: isFork ? 'claimed' : 'trusted',
    record: false,
  };
}

async function revisionOf(project: Project, sha: string): Promise<Revision> {
  const { repository } = project;
  const revision = (await repository.fetchCommit(sha)) ? await repository.resolve(sha) : null;
  if (revision !== null) return revision;
  throw unknown(
    `the commit ${sha} could not be fetched`,
    'give the job `permissions: contents: read`, and run it again',
  );
}

/** Judges what was handed over; in place of bundles: why none could be read. */
async function conclude(
  ci: Ci,
  project: Project,
  context: BundleContext,
  change: Pick<PullRequest, 'number' | 'baseRef'> | null,
  bundles: readonly Bundle[] | string,
): Promise<CiOutcome> {
  const { outcome, verdicts } = await judgeBundles(ci.world, project, bundles, context);
  const report = await ciReport(ci, project, outcome, verdicts, context.origin);
  return {
    report,
    text: '',
    exitCode: report.exitCode,
    pullRequest: change?.number ?? null,
    baseRef: change?.baseRef ?? null,
    headSha: context.subject.headSha,
    confirm: [],
  };
}

/** The bundles, or what is wrong with the first that can't be read. */
async function readable(read: () => Promise<readonly Bundle[]>): Promise<readonly Bundle[] | string> {
  try {
    return await read();
  } catch (error) {
    const problem = bundleProblem(error);
    if (problem === null) throw error;
    return problem;
  }
}

/** A stranger's run whose very revision can't be relied on: everything INVALID, by the manifest of the default branch. */
function broken(ci: Ci, project: Project, change: PullRequest, problem: string): Promise<CiOutcome> {
  const { headSha } = change;
  const context: BundleContext = {
    head: { sha: headSha, tree: project.repository.head.tree },
    base: null,
    subject: { headSha, merge: null, refClass: 'fork', withoutSecrets: null },
    rules: { from: 'head' },
    names: ci.options.only,
    origin: isStranger(ci, change) ? 'claimed' : 'trusted',
    record: false,
  };
  return conclude(ci, project, context, change, problem);
}

/** Whether a stranger's job measured: the run may be a fork's although somebody here has proposed the same commit. */
function isStranger({ event }: Ci, change: PullRequest): boolean {
  return change.fork || (event.triggeringRun?.fork ?? true);
}

function refused(what: string, refusal: Refusal): EnvironmentError {
  const fix =
    refusal.permission === null
      ? 'run the workflow again later'
      : `give the job \`permissions: ${refusal.permission}\``;
  return new EnvironmentError('FORGE_REFUSED', `${what}: ${refusal.detail}`, {
    place: refusal.status === null ? refusal.kind : `status ${refusal.status}`,
    nextStep: fix,
  });
}

function unknown(message: string, nextStep: string): EnvironmentError {
  return new EnvironmentError('REVISION_MISSING', message, { place: 'workflow_run', nextStep });
}
