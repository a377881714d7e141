import { joinPath } from './paths.ts';
import type { World } from './world.ts';

/** What installs the dependencies, by the lock file that says so; the first that is there holds. */
const managers = [
  { lock: 'package-lock.json', install: 'npm ci', build: 'npm run build' },
  { lock: 'npm-shrinkwrap.json', install: 'npm ci', build: 'npm run build' },
  { lock: 'pnpm-lock.yaml', install: 'pnpm install --frozen-lockfile', build: 'pnpm run build' },
  { lock: 'yarn.lock', install: 'yarn install --immutable', build: 'yarn run build' },
] as const;
const unlocked = { install: 'npm install', build: 'npm run build' };

/** The command that makes a fresh checkout of a Node project ready; null where there is no package.json. */
export async function suggestedSetup(world: World, directory: string): Promise<string | null> {
  const text = await world.files.readText(joinPath(directory, 'package.json'));
  if (text === null) return null;
  let manager: { readonly install: string; readonly build: string } = unlocked;
  for (const one of [...managers].reverse()) {
    if (await world.files.exists(joinPath(directory, one.lock))) manager = one;
  }
  return hasBuild(text) ? `${manager.install} && ${manager.build}` : manager.install;
}

function hasBuild(packageText: string): boolean {
  try {
    const { scripts } = JSON.parse(packageText) as { scripts?: { build?: unknown } };
    return typeof scripts?.build === 'string';
  } catch {
    return false;
  }
}
