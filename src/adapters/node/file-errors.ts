import { BenchgateError, EnvironmentError } from '../../domain/errors.ts';

/** The system's name of an error (`ENOENT`; Node's `ERR_FS_…` too), or null for errors that are not the system's. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^(?:E[A-Z0-9]+|ERR_FS_\w+)$/.test(error.code) ? error.code : null;
}

/** Nothing is there; a file where a folder of the path should be means the same. */
export function isAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

const nextSteps: Readonly<Record<string, string>> = {
  EACCES: 'check who owns the path and its permissions, or run as another user',
  EPERM: 'check who owns the path and its permissions, or run as another user',
  EROFS: 'the file system is mounted read-only; choose another place',
  EISDIR: 'a folder is in the way; move or remove it',
  ELOOP: 'a symbolic link is in the way; replace it by what it points to',
  ENAMETOOLONG: 'the path is longer than the system allows; choose a shorter one',
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
};

/**
 * What a failed system call means to the person: DISK_FULL for a full disk or an exhausted quota, else INPUT_OUTPUT.
 * An error that says so already is passed on unchanged; one that is not the system's is a bug and rethrown.
 */
export function fileError(error: unknown, action: string, path: string): unknown {
  const code = systemCode(error);
  if (code === null || error instanceof BenchgateError) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new EnvironmentError('DISK_FULL', `no space left to ${action} ${path}`, {
      place: path,
      nextStep: 'free space on that disk (or raise the quota) and run again; nothing half-written is left behind',
      cause: error,
    });
  }
  return new EnvironmentError('INPUT_OUTPUT', `cannot ${action} ${path} (${code})`, {
    place: path,
    nextStep: nextSteps[code] ?? 'check the path and the disk, then run again',
    cause: error,
  });
}
