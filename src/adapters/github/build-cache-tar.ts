import { accessSync, constants, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** The variable in which the wrapper finds the folder to pack or to unpack into. */
export const contentVariable = 'BENCHGATE_BUILD_CACHE_CONTENT';

/** On macOS @actions/cache looks for GNU's tar by its other name first. */
const names = ['tar', 'gtar'];

function programOnPath(name: string, path: string): string | null {
  for (const folder of path.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const program = join(folder, name);
    try {
      accessSync(program, constants.X_OK);
      if (statSync(program).isFile()) return program;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * @actions/cache calls `tar -x -P -C $GITHUB_WORKSPACE`: with -P an archive writes wherever its names say (absolute, by
 * `..`, through links it made before), and a path with a space is two arguments. Without -P, GNU's and BSD's tar both
 * stay in the folder: they refuse or shorten such names and follow no link from the archive. `--exclude` would leave out
 * files that happen to be called like the library's own archive.
 */
function wrapper(program: string): string {
  return `#!/bin/sh
count=$#
while [ "$count" -gt 0 ]; do
  argument=$1; shift; count=$((count - 1))
  case $argument in
    -P) ;;
    --exclude) shift; count=$((count - 1)) ;;
    -C) shift; count=$((count - 1)); set -- "$@" -C "$${contentVariable}" ;;
    -xf) set -- "$@" --no-same-owner --no-same-permissions -xf ;;
    *) set -- "$@" "$argument" ;;
  esac
done
exec ${quoted(program)} "$@"
`;
}

/**
 * Puts programs into the folder that pose as tar, to stand first in PATH. False when there is no tar in the path or no
 * shell to wrap it with (Windows). Throws the system's error.
 */
export async function wrapTar(folder: string, path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  let found = false;
  for (const name of names) {
    const program = programOnPath(name, path);
    if (program === null) continue;
    await writeFile(join(folder, name), wrapper(program), { mode: 0o755 });
    found ||= name === 'tar';
  }
  return found;
}
