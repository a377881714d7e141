import { existsSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { SessionOptions } from '../../ports/sandbox.ts';
import { isWithin, type Place, type Treatment } from './mounts.ts';

/** Shared by every process of the machine: sockets that give root, other people's files, messages to a later run. */
const sharedFolders = ['/tmp', '/var/tmp', '/run'];

/** What programs need of /run: name resolution, NixOS, and databases, which ask for their own password. */
const neededOfRun = [
  'systemd/resolve',
  'resolvconf',
  'NetworkManager/resolv.conf',
  'current-system',
  'booted-system',
  'opengl-driver',
  'opengl-driver-32',
  'postgresql',
  'mysqld',
  'redis',
];

const temporaryVariables = ['TMPDIR', 'TMP', 'TEMP', 'XDG_RUNTIME_DIR', 'RUNNER_TEMP'];

const deviceName = /^(?:nvidia|dri$|kfd$|dxg$|accel|apex_|davinci|hailo|neuron|hl\d|habanalabs|xdna|mali|vfio$)/;

/** Entries of /proc that uid 0 could write without a capability. */
const procEntries = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi', 'mtrr', 'driver', 'dynamic_debug'];

function status(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

/** Null when nothing is there: what does not exist can't be mounted over. */
function place(path: string, treatment: Treatment, source: string | null = null): Place | null {
  try {
    const kind = statSync(source ?? path).isDirectory() ? 'folder' : 'file';
    if (source !== null) return { path: realpathSync(path), treatment, kind, source: realpathSync(source) };
    return { path: realpathSync(path), treatment, kind, source: null };
  } catch {
    return null;
  }
}

/** The folder at the path it is known by, also where that is a symbolic link inside a shared folder. */
function namedPlace(path: string): Place | null {
  try {
    if (!statSync(path).isDirectory()) return null;
    const known = join(realpathSync(dirname(path)), basename(path));
    const real = realpathSync(path);
    return { path: known, treatment: 'readable', kind: 'folder', source: known === real ? null : real };
  } catch {
    return null;
  }
}

/** Folders that the environment names, as a toolchain's variables do. */
function namedFolders(environment: Readonly<Record<string, string>>, shared: readonly string[]): Place[] {
  const folders = new Set<string>();
  for (const [name, value] of Object.entries(environment)) {
    if (temporaryVariables.includes(name)) continue;
    for (const entry of value.split(':')) {
      if (!entry.startsWith('/')) continue;
      folders.add(entry);
      // bin alone does not run without the lib beside it.
      if (/^s?bin$/.test(basename(entry))) folders.add(dirname(entry));
    }
  }
  return [...folders]
    .map(namedPlace)
    .filter((found) => found !== null)
    .filter(({ path }) => shared.some((folder) => folder !== path && isWithin(path, folder)));
}

/** The folders for temporary files are the session's own wherever they are, unless measured code may write there. */
function temporaryFolders(options: SessionOptions): (Place | null)[] {
  const writable = [options.treeDirectory, options.scratchDirectory, ...options.writablePaths];
  return temporaryVariables
    .map((name) => options.environment[name])
    .filter((path) => path?.startsWith('/') === true)
    .map((path) => (path !== undefined && status(path)?.isDirectory() === true ? place(path, 'private') : null))
    .filter((found) => found !== null && !writable.some((folder) => isWithin(found.path, realpathSync(folder))));
}

function devices(): Place[] {
  return readdirSync('/dev')
    .filter((name) => deviceName.test(name))
    .map((name) => place(`/dev/${name}`, 'device'))
    .filter((found) => found !== null);
}

/**
 * Looks at the file system and says what measured code may see of it. `.git` of the tree is read-only: a hook or a
 * setting written there would run outside, with Benchgate's own rights, at its next git command.
 */
export function sessionPlaces(options: SessionOptions): Place[] {
  const shared = sharedFolders.filter(existsSync).map((path) => realpathSync(path));
  const resolver = place('/etc/resolv.conf', 'readable');
  const places: (Place | null)[] = [
    ...shared.map((path) => place(path, 'private')),
    ...neededOfRun.map((name) => place(join('/run', name), 'readable')),
    resolver !== null && shared.some((folder) => isWithin(resolver.path, folder)) ? resolver : null,
    ...temporaryFolders(options),
    ...namedFolders(options.environment, shared),
    ...[options.treeDirectory, options.projectDirectory, options.scratchDirectory, ...options.writablePaths].map(
      (path) => place(path, 'writable'),
    ),
    place(join(options.treeDirectory, '.git'), 'readable'),
    ...options.readablePaths.map((path) => place(path, 'readable')),
    ...(options.replacedFiles ?? []).map((file) => place(file.path, 'replaced', file.with)),
    ...options.hiddenPaths.map((path) => place(path, 'hidden')),
    ...(options.devices ? devices() : []),
  ];
  return places.filter((found) => found !== null);
}

/** Entries of /proc to keep read-only; empty for an ordinary user, whom the kernel keeps out. */
export function lockedProcEntries(uid: number): string[] {
  return uid === 0 ? procEntries.map((name) => `/proc/${name}`).filter(existsSync) : [];
}

/** True when a folder that measured code must write belongs to somebody else, which only capabilities get around. */
export function writesForeignFolders(places: readonly Place[], uid: number): boolean {
  return places.some(({ path, treatment }) => treatment === 'writable' && status(path)?.uid !== uid);
}
