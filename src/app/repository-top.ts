import { joinPath, parentPath } from './paths.ts';
import type { World } from './world.ts';

/** The nearest folder at or above this one that has a `.git`, also one without a commit yet; the folder itself when none has. */
export async function repositoryTop(world: World, folder: string): Promise<string> {
  for (let directory = folder; ; directory = parentPath(directory)) {
    if (await world.files.exists(joinPath(directory, '.git'))) return directory;
    if (directory === '/') return folder;
  }
}
