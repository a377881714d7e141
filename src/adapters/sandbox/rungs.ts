import { existsSync } from 'node:fs';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** One way of starting bubblewrap on this machine. */
export interface Rung {
  readonly name: string;
  /** Program and arguments put before bwrap's; empty when it is started directly. */
  readonly before: readonly string[];
  readonly bwrap: string;
  /** Path of setpriv; null when the machine has none. */
  readonly setpriv: string | null;
  /** Whom bwrap runs as; measured code runs as `user`. */
  readonly bwrapUid: number;
  readonly user: Identity;
}

/** Fixed, because a folder of the measured project may come first in PATH. */
const systemFolders = ['/usr/bin', '/bin', '/usr/local/bin', '/run/wrappers/bin', '/run/current-system/sw/bin'];

/** Where the system keeps a program; null when it has none. */
function systemProgram(name: string): string | null {
  return systemFolders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path)) ?? null;
}

/**
 * Runs bwrap behind sudo, which closes every descriptor above 2. The pipe of stderr is a socket, so that reading from it
 * ends when Benchgate does. bwrap's own way of dying with its parent does not reach through sudo, and what bwrap asks of
 * the kernel for its child is taken back, or refused, when the child becomes another user.
 */
const behindSudo = [
  '/bin/sh',
  '-c',
  `exec 4</bin/sh 5<&0
"$@" 3>&1 <&5 5<&- &
child=$!
(read -r line <&2; kill -9 $(cat /proc/$child/task/$child/children) $child) 4<&- 5<&- >/dev/null &
watcher=$!
wait $child
status=$?
kill $watcher
exit $status`,
  'benchgate',
];

export interface Ladder {
  /** Best first. */
  readonly rungs: readonly Rung[];
  /** Why there is none; empty when there is one. */
  readonly reason: string;
}

/** The ways of this machine. Whether they work shows when they are tried. */
export function machineLadder(): Ladder {
  const { getuid, getgid, getgroups } = process;
  if (process.platform !== 'linux' || getuid === undefined || getgid === undefined || getgroups === undefined)
    return { rungs: [], reason: `namespaces exist on Linux only, this is ${process.platform}` };
  const bwrap = systemProgram('bwrap');
  if (bwrap === null) return { rungs: [], reason: 'bubblewrap (bwrap) is not installed' };
  const user = { uid: getuid(), gid: getgid(), groups: getgroups() };
  const setpriv = systemProgram('setpriv');
  const sudo = systemProgram('sudo');
  const plain: Rung = { name: 'bubblewrap', before: [], bwrap, setpriv, bwrapUid: user.uid, user };
  if (user.uid === 0 || setpriv === null || sudo === null) return { rungs: [plain], reason: '' };
  const before = [sudo, '-n', ...behindSudo];
  return { rungs: [plain, { ...plain, name: 'bubblewrap through sudo', before, bwrapUid: 0 }], reason: '' };
}
