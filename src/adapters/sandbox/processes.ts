import { readdirSync, readFileSync } from 'node:fs';

/** node:timers/promises would cost every start five milliseconds. */
function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What a process group gets between SIGTERM and SIGKILL. */
export const graceSeconds = 2;

/** Sends a signal; false when nobody is there to get it or it is not ours to send to. */
export function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Process numbers of the machine, as far as /proc shows them; empty where there is no /proc. */
export function processNumbers(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

interface Kin {
  readonly parent: number;
  readonly group: number;
}

/** Null for a process that is gone, and for one that has ended and that nobody has asked about yet. */
function kinOf(pid: number): Kin | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before it is in brackets and may contain anything.
    const [state, parent, group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : { parent: Number(parent), group: Number(group) };
  } catch {
    return null;
  }
}

/** Every living process below one, nearest first. Orphans of a sandbox have its first process as their parent. */
export function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of processNumbers()) {
    const kin = kinOf(pid);
    if (kin !== null) children.set(kin.parent, [...(children.get(kin.parent) ?? []), pid]);
  }
  const found = [...(children.get(root) ?? [])];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** Those of the processes that live and are in the group. */
export function inGroup(pids: readonly number[], group: number): number[] {
  return pids.filter((pid) => kinOf(pid)?.group === group);
}

/** Those of the processes whose environment, as they were started with it, contains the entry. */
export function withEnvironmentEntry(pids: readonly number[], entry: string): number[] {
  return pids.filter((pid) => {
    try {
      return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0${entry}\0`);
    } catch {
      return false;
    }
  });
}

/** Waits until the condition holds; false when the time was up first. */
export async function until(condition: () => boolean, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  for (let pause = 1; !condition(); pause = Math.min(pause * 2, 20)) {
    if (performance.now() >= deadline) return false;
    await sleep(pause);
  }
  return true;
}
