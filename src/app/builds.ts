import { hostClass } from '../domain/provenance.ts';
import type { BuildCache } from '../ports/build-cache.ts';
import type { Checkout } from './checkout.ts';
import { joinPath, parentPath } from './paths.ts';
import type { World } from './world.ts';

/** What `project.setup` makes of a base revision, kept from one job to the next. */
export interface Builds {
  /** Puts an earlier build into the checkout; false when there is none. */
  readonly restore: (checkout: Checkout) => Promise<boolean>;
  /** Sets a build aside, before benchmarks can touch it. */
  readonly keep: (checkout: Checkout) => Promise<void>;
  /** Hands what was set aside to the cache. Takes time: to be called when everything else is done. */
  readonly save: () => Promise<void>;
}

/**
 * The builds of a cache. A build only fits the same tree, setup command, kind of machine, image and tools on PATH: otherwise base and
 * head would not be built alike. Whatever fails makes the run slower and nothing else.
 */
export function createBuilds(world: World, cache: BuildCache): Builds {
  const kept = new Map<string, string>();
  return {
    async restore(checkout) {
      const folder = await world.files.temporaryFolder('benchgate-build-');
      try {
        if (!(await cache.restore(keyOf(world, checkout), folder))) return false;
        await world.files.copyTree(folder, checkout.tree);
        return true;
      } catch (error) {
        world.progress.note(
          `the kept build could not be used: ${error instanceof Error ? error.message : String(error)}`,
        );
        return false;
      } finally {
        await world.files.remove(folder);
      }
    },
    async keep(checkout) {
      const folder = await world.files.temporaryFolder('benchgate-build-');
      try {
        for (const path of await checkout.untracked()) {
          const target = joinPath(folder, path);
          await world.files.ensureFolder(parentPath(target));
          await world.files.copyTree(joinPath(checkout.tree, path), target);
        }
        kept.set(keyOf(world, checkout), folder);
      } catch (error) {
        await world.files.remove(folder);
        world.progress.note(`the build could not be kept: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    async save() {
      for (const [key, folder] of kept) {
        const why = await cache.save(key, folder);
        if (why !== null) world.progress.note(`the build was not kept for later runs: ${why}`);
        await world.files.remove(folder);
      }
      kept.clear();
    },
  };
}

function keyOf(world: World, checkout: Checkout): string {
  const { host, environment } = world.machine;
  const facts = [
    checkout.revision.tree,
    checkout.manifest.project.setup,
    checkout.directory.slice(checkout.tree.length),
    hostClass(host),
    host.nodeVersion,
    // Where setup-node, setup-python and their like put the versions that they chose.
    environment['PATH'] ?? null,
    environment['ImageOS'] ?? null,
    environment['ImageVersion'] ?? null,
  ];
  return `benchgate-build-1-${world.sha256(JSON.stringify(facts))}`;
}
