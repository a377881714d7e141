import { UsageError } from '../domain/errors.ts';
import { exitCodes } from '../domain/exit-code.ts';
import { establishBaseline, promote } from './baseline.ts';
import { type Ci, type CiOutcome, ciRunKey, openCiProject } from './ci.ts';
import { ordinaryOptions } from './prepare.ts';
import type { Project } from './project.ts';
import { freezeReference } from './reference.ts';
import { eventRevisions } from './revisions.ts';
import { run } from './run.ts';

/**
 * `baseline establish`, `promote`, `reference freeze` and `reference replace`: what a maintainer starts by hand. Never on a
 * pull request: a change must not move what it is judged by.
 */
export async function manageInCi(ci: Ci): Promise<CiOutcome> {
  const { event, options, world } = ci;
  if (event.kind !== 'workflow_dispatch' && event.kind !== 'push' && event.kind !== 'schedule') {
    throw new UsageError('USAGE', `\`command: ${options.command}\` is not to be used on the event ${event.name}`, {
      place: 'with: command',
      nextStep: 'run it by hand: `on: workflow_dispatch`',
    });
  }
  if (event.kind !== 'workflow_dispatch' && event.ref !== `refs/heads/${event.defaultBranch ?? ''}`) {
    throw new UsageError('USAGE', `\`command: ${options.command}\` moves what the default branch is judged by`, {
      place: event.ref,
      nextStep: 'run it on the default branch, or by hand: `on: workflow_dispatch`',
    });
  }
  const project = await openCiProject(ci);
  const { subject } = await eventRevisions(project.repository, ci.forge, event);
  const text = await manage(ci, project, subject);
  world.progress.done();
  const { headSha } = subject;
  return {
    report: null,
    text,
    exitCode: exitCodes.ok,
    pullRequest: null,
    headSha,
    confirm: [],
    baseRef: null,
  };
}

async function manage(
  ci: Ci,
  project: Project,
  subject: Awaited<ReturnType<typeof eventRevisions>>['subject'],
): Promise<string> {
  const { world, options, event } = ci;
  const notes = event.actor === null ? null : `started by ${event.actor}`;
  const runKey = ciRunKey(ci, 'measure');
  switch (options.command) {
    case 'baseline establish': {
      const request = { names: options.only, atSha: null, repetitions: null, notes, subject, runKey };
      const { moved, run: outcome } = await establishBaseline(world, project, request);
      const stayed = outcome.benchmarks.map(({ name }) => name).filter((name) => !moved.includes(name));
      return `baseline set: ${moved.join(', ') || 'none'}; not set, a repetition failed: ${stayed.join(', ') || 'none'}\n`;
    }
    case 'promote': {
      const name = only(ci);
      const { reason } = options;
      const promoted = await promote(world, project, { name, metaSeed: null, force: reason !== null, reason, notes });
      return `promoted ${name} at ${promoted.head} (${promoted.verdict.kind})\n`;
    }
    case 'reference freeze':
    case 'reference replace': {
      const name = only(ci);
      const mode = options.command === 'reference freeze' ? 'freeze' : 'replace';
      await run(world, project, { ...ordinaryOptions, names: [name], subject, runKey });
      const frozen = await freezeReference(world, project, { name, mode, reason: options.reason, notes });
      return `reference of ${name}: ${frozen.hash}\n`;
    }
    case 'gate':
    case 'run':
    case 'report':
    case 'nightly':
    case 'guard':
      throw new TypeError(`${options.command} manages nothing`);
  }
}

function only({ options }: Ci): string {
  const [name, second] = options.only;
  if (name !== undefined && second === undefined) return name;
  throw new UsageError('USAGE', `\`command: ${options.command}\` needs one benchmark in \`only\``, {
    place: 'with: only',
    nextStep: 'name it',
  });
}
