import { BenchgateError } from '../domain/errors.ts';
import { joinPath, relativePath } from './paths.ts';
import type { World } from './world.ts';

/** Words of this many characters at most are taken for paths. */
const longestPath = 255;

/**
 * Files that a command line names and that look like the benchmark itself (`bench` or `perf` in their path), relative to the
 * project's folder, without those below `harness`. A pull request could soften them: only harness paths come from the base.
 */
export async function filesOutsideHarness(
  world: World,
  directory: string,
  command: string,
  harness: readonly string[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const word of command.split(/[\s'"=;&|<>()`]+/)) {
    const path = relativePath(directory, joinPath(directory, word)) ?? '';
    if (word.length > longestPath || word.includes('\0') || !/bench|perf/i.test(path)) continue;
    if (harness.some((one) => isAtOrBelow(one, path))) continue;
    if (await isFile(world, joinPath(directory, path))) found.add(path);
  }
  return [...found];
}

function isAtOrBelow(harness: string, path: string): boolean {
  const folder = joinPath('/', harness);
  return relativePath(folder, joinPath('/', path)) !== null;
}

/** What can't be looked at, such as a name below a file, is none. */
async function isFile(world: World, path: string): Promise<boolean> {
  try {
    return (await world.files.readBytes(path, 0)) !== null;
  } catch (error) {
    if (error instanceof RangeError) return true;
    if (error instanceof BenchgateError) return false;
    throw error;
  }
}
