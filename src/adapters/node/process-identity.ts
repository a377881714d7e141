import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from a later one with the same number. Fields hold no spaces. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot; `-` where there is no /proc. */
  readonly startTime: string;
  /** Machine and, on Linux, namespace in which the number means something. */
  readonly host: string;
}

/** When the process was started, or null when there is none of that number (or no /proc to ask). */
function startTimeOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Fields count from behind the name, which stands in brackets and may contain anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function hostIdentity(): string {
  const machine = hostname().replace(/\s/g, '_');
  try {
    return `${machine}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return machine;
  }
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '-', host: hostIdentity() };
}

/**
 * Whether the process still runs. One of another machine or container counts as alive, since nothing can be known about
 * it; a zombie and a later process with the same number do not.
 */
export function isProcessAlive(identity: ProcessIdentity): boolean {
  if (identity.host !== hostIdentity()) return true;
  const started = startTimeOf(identity.pid);
  if (started !== null) return identity.startTime === '-' || identity.startTime === started;
  if (startTimeOf(process.pid) !== null) return false;
  try {
    process.kill(identity.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
