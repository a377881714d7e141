import { closeSync, constants, lstatSync, openSync, realpathSync, rmSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Output {
  /** Empties both files and returns their descriptors, which the caller closes. Throws when that is impossible. */
  readonly open: () => { readonly stdout: number; readonly stderr: number };
  /** Empties both files. Throws when that is impossible. */
  readonly empty: () => void;
  readonly isTooLarge: () => boolean;
  /**
   * After a run: cuts both files to the limit. What the command put in their place (a symbolic link to a secret, a
   * pipe that blocks its reader) becomes an empty file. Returns false when it replaced a folder above them.
   */
  readonly settle: () => boolean;
}

const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

function openEmpty(path: string): number {
  return openSync(path, flags, 0o600);
}

/** Size of a regular file with one name; null for anything else. */
function regularSize(path: string): number | null {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true && status.nlink === 1 ? status.size : null;
}

/** The two files that a command's output goes to. Throws when their folders don't exist. */
export function outputFiles(stdoutPath: string, stderrPath: string, limitBytes: number): Output {
  const paths = [stdoutPath, stderrPath];
  const folders = new Map(paths.map((path) => [dirname(path), realpathSync(dirname(path))]));
  const open = (): { stdout: number; stderr: number } => {
    const stdout = openEmpty(stdoutPath);
    try {
      return { stdout, stderr: openEmpty(stderrPath) };
    } catch (error) {
      closeSync(stdout);
      throw error;
    }
  };
  return {
    open,
    empty: () => {
      const { stdout, stderr } = open();
      closeSync(stdout);
      closeSync(stderr);
    },
    isTooLarge: () => paths.some((path) => (regularSize(path) ?? 0) > limitBytes),
    settle: () => {
      try {
        for (const [folder, real] of folders) if (realpathSync(folder) !== real) return false;
        for (const path of paths) {
          const size = regularSize(path);
          if (size === null) {
            rmSync(path, { recursive: true, force: true });
            closeSync(openEmpty(path));
          } else if (size > limitBytes) truncateSync(path, limitBytes);
        }
        return true;
      } catch {
        return false;
      }
    },
  };
}
