import { IntegrityError, UsageError } from '../domain/errors.ts';
import { type Bundle, decodeBundle, encodeBundle } from '../ledger/bundle.ts';
import { bundleLimits } from '../ledger/bundle-header.ts';
import { experimentsOfShard } from '../planning/shards.ts';
import { joinPath, parentPath } from './paths.ts';
import { quoted } from './report.ts';
import type { RunOutcome } from './run.ts';
import type { World } from './world.ts';

const suffix = '.bundle.jsonl';

/** How many bundles are read: every shard, and as many confirmations. */
const mostBundles = 2 * bundleLimits.shards;

export type BundleStage = 'measure' | 'confirm';

/** The text of the bundle that holds a run's records. Throws BUNDLE_INVALID (65). */
export function bundleText(outcome: RunOutcome, stage: BundleStage, version: string): string {
  const { identity, plan, rules } = outcome;
  const { shard } = identity;
  const experiments = shard.count === 1 ? plan.experiments : experimentsOfShard(plan, shard);
  return encodeBundle(
    {
      harness: version,
      project: rules.project.manifest.project.name,
      planDigest: plan.digest,
      shard,
      stage,
      runKey: identity.runKey,
      startedAt: identity.startedAt,
      head: identity.head.sha,
      tree: identity.head.tree,
      base: identity.base?.sha ?? null,
      merge: identity.merge,
      rules: { from: rules.from, revision: rules.revision },
      metaSeed: plan.metaSeed.toString(),
      familySize: plan.familySize,
      planned: plan.experiments.map(({ benchmark }) => benchmark.name),
      experiments: experiments.map(({ benchmark }) => benchmark.name),
      elapsedSeconds: outcome.elapsedSeconds,
      confirm: stage === 'confirm' ? [] : [...outcome.unconfirmed],
    },
    outcome.lines,
  );
}

/** Writes a run's bundle; `place` is a file, or a folder that gets one named after the shard. Returns the file's path. */
export async function writeBundle(
  world: World,
  outcome: RunOutcome,
  stage: BundleStage,
  place: string,
): Promise<string> {
  const { index, count } = outcome.identity.shard;
  const name =
    stage === 'confirm' ? `confirm-${outcome.identity.runKey.slice(0, 8)}` : `shard-${index + 1}-of-${count}`;
  const path = place.endsWith('.jsonl') ? place : joinPath(place, `${name}${suffix}`);
  await world.files.ensureFolder(parentPath(path));
  await world.files.write(path, bundleText(outcome, stage, world.version), 0o644);
  return path;
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Reads the bundles among files and below folders. Throws USAGE (64) for a path that is not there, BUNDLE_INVALID (65). */
export async function readBundles(world: World, paths: readonly string[]): Promise<Bundle[]> {
  const found: NamedBytes[] = [];
  for (const path of paths) {
    const files = path.endsWith('.jsonl') ? [path] : await bundlesBelow(world, path);
    for (const file of files) {
      const bytes = await world.files.readBytes(file, bundleLimits.bytes).catch((error: unknown) => {
        if (error instanceof RangeError) throw tooLarge(file);
        throw error;
      });
      if (bytes === null) throw noBundle(file);
      found.push({ name: file, bytes });
    }
  }
  return decodeBundles(found);
}

/** Decodes what came from elsewhere. Throws BUNDLE_INVALID (65). */
export function decodeBundles(files: readonly NamedBytes[]): Bundle[] {
  if (files.length > mostBundles) {
    throw new IntegrityError('BUNDLE_INVALID', `${files.length} bundles are more than any run has`, {
      nextStep: 'hand on the bundles of one run only',
    });
  }
  return files.map(({ name, bytes }) => decodeBundle(bytes, name));
}

/** True for the name of a file that may hold a bundle. */
export function isBundleName(path: string): boolean {
  return path.endsWith(suffix);
}

async function bundlesBelow(world: World, folder: string): Promise<string[]> {
  if (!(await world.files.exists(folder))) throw noBundle(folder);
  return (await world.files.list(folder)).filter(isBundleName).map((path) => joinPath(folder, path));
}

function noBundle(path: string): UsageError {
  return new UsageError('USAGE', 'there is no bundle', {
    place: path,
    nextStep: 'give the files that `benchgate run --bundle` wrote, or a folder with them',
  });
}

function tooLarge(path: string): IntegrityError {
  return new IntegrityError('BUNDLE_INVALID', `a bundle has more than ${bundleLimits.bytes / 1024 ** 2} MiB`, {
    place: path,
    nextStep: 'have the benchmarks report less',
  });
}

/** Keeps records that the ledger refused: returns where, and the command that writes them later. */
export async function keepBundle(world: World, outcome: RunOutcome, folder: string): Promise<string> {
  return replayOf(outcome, await writeBundle(world, outcome, 'measure', joinPath(folder, `unrecorded${suffix}`)));
}

/** Where records are that the ledger does not have, and the command that writes them. */
export function replayOf(outcome: RunOutcome, path: string): string {
  const { identity, rules, benchmarks } = outcome;
  const isPart = benchmarks.length < rules.project.manifest.benchmarks.length;
  const command = [
    `git checkout ${identity.merge ?? identity.head.sha} && benchgate report ${quoted(path)}`,
    ...(identity.base === null ? [] : [`--base ${identity.base.sha}`]),
    ...(rules.from === 'base' ? ['--rules base'] : []),
    ...(isPart ? benchmarks.map(({ name }) => `--only=${quoted(name)}`) : []),
  ].join(' ');
  return `The records are in ${path}; \`${command}\` writes them to the ledger.`;
}
