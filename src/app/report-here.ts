import { EnvironmentError } from '../domain/errors.ts';
import type { Bundle } from '../ledger/bundle.ts';
import { resolveBase } from './base.ts';
import { type JudgedBundles, judgeBundles } from './judge-bundles.ts';
import type { Project } from './project.ts';
import type { RulesRequest } from './rules.ts';
import type { World } from './world.ts';

export interface ReportHereOptions {
  readonly names: readonly string[];
  readonly base: string | null;
  readonly rules: RulesRequest;
  readonly record: boolean;
}

/**
 * Judges bundles in the clone that they were measured in: its head must be what they measured, and the base is chosen as
 * `gate` chooses it. Throws what reading the clone throws.
 */
export async function reportBundlesHere(
  world: World,
  project: Project,
  bundles: readonly Bundle[],
  options: ReportHereOptions,
): Promise<JudgedBundles> {
  const { repository } = project;
  const claimed = bundles[0]?.header ?? null;
  const measured = claimed === null ? null : (claimed.merge ?? claimed.head);
  if (measured !== null && measured !== repository.head.sha) {
    throw new EnvironmentError('REVISION_MISSING', `the bundles measured ${measured}, not the head of this clone`, {
      place: repository.top,
      nextStep: `run \`git checkout ${measured}\` first`,
    });
  }
  const needsBase = claimed === null || claimed.base !== null || options.rules.from === 'base';
  const base = needsBase ? await resolveBase(project, repository, options.base) : null;
  const isMerge = claimed !== null && claimed.merge !== null;
  const isKnownMerge = isMerge && (await repository.parents(repository.head.sha)).includes(claimed.head);
  // Records that a job could not push stay what they were.
  const refClass = bundles.flatMap(({ lines }) => lines)[0]?.provenance.refClass ?? 'local';
  return judgeBundles(world, project, bundles, {
    head: isKnownMerge ? { ...repository.head, sha: claimed.head } : repository.head,
    base: base === null || base.revision === null ? null : { revision: base.revision, how: base.how },
    subject: {
      headSha: isKnownMerge ? claimed.head : repository.head.sha,
      merge: isKnownMerge ? repository.head.sha : null,
      refClass,
      withoutSecrets: null,
    },
    rules: options.rules,
    names: options.names,
    origin: refClass === 'fork' ? 'claimed' : 'trusted',
    record: options.record,
  });
}
