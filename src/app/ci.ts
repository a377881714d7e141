import { UsageError } from '../domain/errors.ts';
import type { ForgeEvent } from '../domain/event.ts';
import type { Forge } from '../ports/forge.ts';
import type { Job } from '../ports/job.ts';
import type { RunReport } from '../report/view.ts';
import type { Builds } from './builds.ts';
import type { CiOptions } from './ci-options.ts';
import { joinPath } from './paths.ts';
import { manifestPath, openProject, type Project, type ProjectOptions } from './project.ts';
import type { World } from './world.ts';

/** A job of a forge's CI: everything a command of the action is told and may touch. */
export interface Ci {
  readonly world: World;
  readonly forge: Forge;
  readonly job: Job;
  /** Null unless the step asks for a cache. */
  readonly builds: Builds | null;
  readonly event: ForgeEvent;
  readonly options: CiOptions;
  /** Absolute; holds the clone. */
  readonly workspace: string;
  /** Absolute; bundles and reports. */
  readonly artifactDirectory: string;
}

/** What a command of the action came to. */
export interface CiOutcome {
  /** Shown on the pull request and as a check; null for a command that has no verdicts. */
  readonly report: RunReport | null;
  /** What to say about it when there is no report; plain text. */
  readonly text: string;
  readonly exitCode: number;
  readonly pullRequest: number | null;
  /** Branch that the pull request is for, where the event does not say; null otherwise. */
  readonly baseRef: string | null;
  /** Commit that a check belongs to. */
  readonly headSha: string;
  /** Names that another job has to confirm. */
  readonly confirm: readonly string[];
}

/** Where project and ledger are. A job that only measures, for somebody who gets no secrets, reads no ledger. */
export function ciProjectOptions({ options, workspace, event }: Ci): ProjectOptions {
  const readsNone = options.command === 'run' && event.withoutSecrets;
  return {
    directory: joinPath(workspace, options.projectDirectory),
    ledgerBranch: options.ledgerBranch,
    ledgerRemote: readsNone ? 'none' : options.ledgerRemote,
    ledgerDirectory: null,
    offline: false,
  };
}

/**
 * Opens the project of the job, with the paths that the step lets be dirty. Throws what openProject throws, and
 * MANIFEST_MISSING (64) for one in a folder above: a change that moved its manifest there would be another project,
 * which the base has no rules for.
 */
export async function openCiProject(ci: Ci): Promise<Project> {
  const options = ciProjectOptions(ci);
  const project = await openProject(ci.world, options);
  if (project.directory !== options.directory) {
    throw new UsageError('MANIFEST_MISSING', `there is no ${manifestPath} in the folder that project-dir names`, {
      place: joinPath(options.directory, manifestPath),
      nextStep: `name the folder that holds it; there is one in ${project.directory}`,
    });
  }
  return { ...project, allowDirtyPaths: ci.options.allowDirtyPaths };
}

/**
 * The run's name in the ledger: the same for every try of this step in this attempt, another for every job of a matrix, which
 * share everything else. 32 hexadecimal digits.
 */
export function ciRunKey({ world, event, options }: Ci, part: string): string {
  const { id, attempt, job, step } = event.run;
  const { owner, name } = event.repository;
  const { strategyJobIndex: leg, projectDirectory, command } = options;
  return world
    .sha256(JSON.stringify([owner, name, event.sha, id, attempt, job, leg, step, projectDirectory, command, part]))
    .slice(0, 32);
}
