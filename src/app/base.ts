import { EnvironmentError, UsageError } from '../domain/errors.ts';
import type { Revision, TreeState } from '../domain/provenance.ts';
import type { Project } from './project.ts';

export interface BaseChoice {
  /** Null for a root commit: there is nothing to compare with. */
  readonly revision: Revision | null;
  /** How it was chosen, for the report. */
  readonly how: string;
}

/**
 * The revision that interleaved benchmarks compare with: the one asked for; else the merge base with the default branch; on
 * the default branch itself, or where none is known, the first parent. Throws USAGE (64) when the head is asked for, and
 * REVISION_MISSING (69) when this clone lacks the base or the common history and it can't be fetched.
 */
export async function resolveBase(
  project: Project,
  state: Pick<TreeState, 'head' | 'branch'>,
  asked: string | null,
): Promise<BaseChoice> {
  const { repository } = project;
  if (asked !== null) return { revision: await askedRevision(project, state.head, asked), how: `--base ${asked}` };
  const branch = await repository.defaultBranch();
  if (branch === null) {
    return { revision: await repository.firstParent(state.head.sha), how: 'first parent; no default branch is known' };
  }
  const tip = await repository.resolve(branch);
  if (branch === state.branch || tip?.sha === state.head.sha) {
    return { revision: await repository.firstParent(state.head.sha), how: `first parent on ${branch}` };
  }
  const common = tip === null ? null : await repository.mergeBase(tip.sha, state.head.sha);
  if (common === null) {
    throw new EnvironmentError('REVISION_MISSING', `this clone has no common ancestor of the head and ${branch}`, {
      place: repository.top,
      nextStep:
        'fetch more history (`git fetch --unshallow`, or fetch-depth: 0 in actions/checkout), or pass --base REVISION',
    });
  }
  if (common.sha === state.head.sha) {
    return {
      revision: await repository.firstParent(state.head.sha),
      how: `first parent; the head is part of ${branch}`,
    };
  }
  return { revision: common, how: `merge base with ${branch}` };
}

async function askedRevision(project: Project, head: Revision, asked: string): Promise<Revision> {
  const { repository } = project;
  const known =
    (await repository.resolve(asked)) ??
    ((await repository.fetchCommit(asked)) ? await repository.resolve(asked) : null);
  if (known === null) {
    throw new EnvironmentError('REVISION_MISSING', `this clone lacks the base revision ${JSON.stringify(asked)}`, {
      place: repository.top,
      nextStep:
        'fetch it (`git fetch origin <revision>`, or fetch-depth: 0 in actions/checkout), or pass another --base',
    });
  }
  if (known.sha === head.sha) {
    throw new UsageError(
      'USAGE',
      `the base ${JSON.stringify(asked)} is the head itself: it would be compared with itself`,
      {
        place: '--base',
        nextStep: 'name the revision that the change started from',
      },
    );
  }
  return known;
}
