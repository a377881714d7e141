import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, sep } from 'node:path';

/** Which git is run, and where it finds its own helpers (git-lfs, ssh, programs that hooks call). */
export interface GitProgram {
  readonly executable: string;
  /** A search path without the folders that a project's own code can fill. */
  readonly searchPath: string;
}

const name = process.platform === 'win32' ? 'git.exe' : 'git';

/** Where execvp looks without a PATH. An empty one would mean the working folder. */
const systemPath = '/usr/local/bin:/usr/bin:/bin';

/** Never exists: starting it fails, while the bare name would be searched for again. */
const noProgram = '/nonexistent/git';

function realOf(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}

/** The work tree around a folder, or the folder itself. */
function treeAround(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return folder;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Finds git once, before any measured code runs. A benchmark can write to its own tree, and `npm run` puts folders of
 * that tree (`node_modules/.bin`) first in PATH: a `git` planted there would be run outside the sandbox by the next
 * command. So folders that are relative, in a `node_modules`, or in the work tree around the working folder are neither
 * searched nor handed on; links are resolved first, and the answer is an absolute path.
 */
export function findGit(environment: NodeJS.ProcessEnv, workingFolder: string): GitProgram {
  const here = realOf(workingFolder) ?? workingFolder;
  const tree = treeAround(here);
  const isOutside = (path: string): boolean =>
    !`${path}${sep}`.startsWith(tree === sep ? sep : `${tree}${sep}`) && !path.split(sep).includes('node_modules');
  const folders = (environment['PATH'] ?? systemPath)
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && isOutside(folder))
    .flatMap((folder) => realOf(folder) ?? [])
    .filter(isOutside);
  let executable = noProgram;
  for (const folder of folders) {
    const path = join(folder, name);
    const real = isProgram(path) ? realOf(path) : null;
    if (real === null || !isOutside(real)) continue;
    // Tool managers link every name to one program, which goes by the name it is called with.
    executable = basename(real) === name ? real : path;
    break;
  }
  return { executable, searchPath: [...new Set(folders)].join(delimiter) || systemPath };
}
