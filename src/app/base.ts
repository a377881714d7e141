import { EnvironmentError } from '../domain/errors.ts';
import type { Revision, TreeState } from '../domain/provenance.ts';
import type { Project } from './project.ts';

/**
 * The revision that interleaved benchmarks compare with: the one asked for; else the merge base with the default branch;
 * on the default branch itself the first parent. Null for a root commit.
 * Throws REVISION_MISSING (69) when this clone lacks it and it can't be fetched.
 */
export async function resolveBase(
  project: Project,
  state: Pick<TreeState, 'head' | 'branch'>,
  asked: string | null,
): Promise<Revision | null> {
  const { repository } = project;
  if (asked !== null) {
    const known =
      (await repository.resolve(asked)) ??
      ((await repository.fetchCommit(asked)) ? await repository.resolve(asked) : null);
    if (known !== null) return known;
    throw new EnvironmentError('REVISION_MISSING', `this clone lacks the base revision ${JSON.stringify(asked)}`, {
      place: repository.top,
      nextStep:
        'fetch it (`git fetch origin <revision>`, or fetch-depth: 0 in actions/checkout), or pass another --base',
    });
  }
  const branch = await repository.defaultBranch();
  if (branch !== null && branch !== state.branch) {
    const tip = await repository.resolve(branch);
    const common = tip === null ? null : await repository.mergeBase(tip.sha, state.head.sha);
    if (common !== null && common.sha !== state.head.sha) return common;
  }
  return repository.firstParent(state.head.sha);
}
