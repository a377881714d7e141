import type { SessionOptions } from '../../ports/sandbox.ts';
import type { Launch } from './launch.ts';
import { mountPlan } from './mounts.ts';
import { lockedProcEntries, sessionPlaces, writesForeignFolders } from './places.ts';
import type { Identity, Rung } from './rungs.ts';
import { supervisorArguments, supervisorScript } from './supervisor.ts';

/** Copy of the shell that can be executed and not read: the kernel then refuses its memory and descriptors to others. */
const privateShell = '/dev/benchgate-shell';

const separation = ['--unshare-pid', '--unshare-ipc', '--die-with-parent', '--new-session', '--as-pid-1'];

function capabilities(...kept: readonly string[]): string[] {
  return ['--cap-drop', 'ALL', ...kept.flatMap((name) => ['--cap-add', name])];
}

/** Becomes the user again inside a sandbox that root made. */
function becomeUser(setpriv: string, user: Identity): string[] {
  const groups = user.groups.length === 0 ? ['--clear-groups'] : ['--groups', user.groups.join(',')];
  const identity = ['--reuid', String(user.uid), '--regid', String(user.gid), ...groups];
  return [setpriv, ...identity, '--inh-caps=-all', '--bounding-set=-all', '--'];
}

function launchOf(rung: Rung, args: readonly string[]): Launch {
  const [file, ...before] = rung.before;
  return file === undefined ? { file: rung.bwrap, args } : { file, args: [...before, rung.bwrap, ...args] };
}

/** Gives up the one capability that the supervisor has more than the command. */
function withoutSupervisorRight(setpriv: string): string[] {
  return [setpriv, '--bounding-set=-setpcap', '--inh-caps=-setpcap', '--ambient-caps=-setpcap', '--'];
}

export interface SessionLaunch extends Launch {
  /** What a report must say beside the name of the tool; empty when there is nothing. */
  readonly remark: string;
}

/** Everything needed to start the sandbox of a session. Throws when a path of the options can't be resolved. */
export function sessionLaunch(rung: Rung, options: SessionOptions): SessionLaunch {
  const places = sessionPlaces(options);
  const plan = mountPlan(places, lockedProcEntries(rung.bwrapUid));
  const switchesUser = rung.bwrapUid !== rung.user.uid;
  const keepsRights = rung.user.uid === 0 && writesForeignFolders(places, 0);
  const guarded = keepsRights && rung.setpriv !== null;
  // A process may look into another one only when it has all of that one's capabilities.
  const prefix = guarded && rung.setpriv !== null ? withoutSupervisorRight(rung.setpriv) : [];
  const script = supervisorScript({ ...options, prefix, privateFolders: plan.privateFolders });
  const kept = [
    ...(switchesUser ? ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'] : []),
    ...(keepsRights ? ['CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_CHOWN'] : []),
    ...(guarded ? ['CAP_SETPCAP'] : []),
  ];
  const command = [
    ...plan.arguments,
    '--perms',
    '0111',
    '--ro-bind-data',
    '4',
    privateShell,
    ...separation,
    ...capabilities(...kept),
    '--info-fd',
    '3',
    '--chdir',
    options.projectDirectory,
    '--',
    ...(switchesUser && rung.setpriv !== null ? becomeUser(rung.setpriv, rung.user) : []),
    privateShell,
    ...supervisorArguments(script),
  ];
  const remark = keepsRights && !guarded ? 'repetitions of one arm share a supervisor they could disturb' : '';
  return { ...launchOf(rung, command), remark };
}

/** The smallest sandbox with the same namespaces: tells a machine that can't from options that are wrong. */
export function probeLaunch(rung: Rung): Launch {
  const script = 'echo ready; read -r line';
  const mounts = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--info-fd', '3'];
  return launchOf(rung, [...mounts, ...separation, '/bin/sh', '-c', script]);
}
