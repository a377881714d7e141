import { existsSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { SessionOptions } from '../../ports/sandbox.ts';
import { grantedPaths } from './grants.ts';
import { isWithin, type Place, type Reach, type Treatment } from './mounts.ts';

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
function place(
  path: string,
  treatment: Treatment,
  reach: Reach = 'nothing',
  source: string | null = null,
): Place | null {
  try {
    const kind = statSync(source ?? path).isDirectory() ? 'folder' : 'file';
    const real = source === null ? null : realpathSync(source);
    return { path: realpathSync(path), treatment, kind, source: real, reach };
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
function temporaryFolders(options: SessionOptions, granted: readonly string[]): (Place | null)[] {
  const writable = [...[options.treeDirectory, options.scratchDirectory].map((path) => realpathSync(path)), ...granted];
  return temporaryVariables
    .map((name) => options.environment[name])
    .filter((path) => path?.startsWith('/') === true)
    .map((path) => (path !== undefined && status(path)?.isDirectory() === true ? place(path, 'private') : null))
    .filter((found) => found !== null && !writable.some((folder) => isWithin(found.path, folder)));
}

function devices(): Place[] {
  return readdirSync('/dev')
    .filter((name) => deviceName.test(name))
    .map((name) => place(`/dev/${name}`, 'device'))
    .filter((found) => found !== null);
}

/**
 * What is guarded and lies in a folder that is also shown at another path is guarded there, too; a folder that is itself
 * hidden is not shown at another path at all.
 */
function withAliases(named: readonly Place[], guarded: readonly Place[]): Place[] {
  return named.flatMap((alias) => {
    const { source } = alias;
    if (source === null) return [alias];
    if (guarded.some(({ path, treatment }) => treatment !== 'replaced' && isWithin(source, path))) return [];
    const inside = guarded.filter(({ path }) => isWithin(path, source));
    return [alias, ...inside.map((found) => ({ ...found, path: alias.path + found.path.slice(source.length) }))];
  });
}

/**
 * Folders of the tree above what is protected in it. Each becomes a mount of its own, which can't be renamed: else code could
 * move a folder away with what is protected inside, and put its own in that place.
 */
function pinnedFolders({ treeDirectory, readablePaths }: SessionOptions): string[] {
  const found = new Set<string>();
  for (const path of readablePaths) {
    for (let folder = dirname(path); isWithin(folder, treeDirectory) && folder !== treeDirectory; ) {
      found.add(folder);
      folder = dirname(folder);
    }
  }
  return [...found];
}

/**
 * Looks at the file system and says what measured code may see of it. `.git` of the tree is read-only: a hook or a
 * setting written there would run outside, with Benchgate's own rights, at its next git command. So are the folders of
 * PATH, from which Benchgate and the other arm run programs, wherever they lie in a folder that may be written.
 *
 * Throws as `Sandbox.open` does.
 */
export function sessionPlaces(options: SessionOptions): Place[] {
  const granted = grantedPaths(options);
  const shared = sharedFolders.filter(existsSync).map((path) => realpathSync(path));
  const resolver = place('/etc/resolv.conf', 'readable');
  const guarded = [
    ...options.hiddenPaths.map((path) => place(path, 'hidden')),
    ...(options.coveredPaths ?? []).map((path) => place(path, 'covered')),
    ...(options.replacedFiles ?? []).map((file) => place(file.path, 'replaced', 'hidden', file.with)),
  ].filter((found) => found !== null);
  const own = [options.treeDirectory, options.projectDirectory, options.scratchDirectory];
  const corpus = options.corpusPath ?? null;
  const places: (Place | null)[] = [
    ...shared.map((path) => place(path, 'private')),
    ...neededOfRun.map((name) => place(join('/run', name), 'readable')),
    resolver !== null && shared.some((folder) => isWithin(resolver.path, folder)) ? resolver : null,
    ...temporaryFolders(options, granted.writable),
    ...withAliases(namedFolders(options.environment, shared), guarded),
    ...own.map((path) => place(path, 'writable', 'hidden')),
    ...granted.writable.map((path) => place(path, 'writable')),
    ...granted.programs.map((path) => place(path, 'protected')),
    place(join(options.treeDirectory, '.git'), 'protected', 'hidden'),
    ...options.readablePaths.map((path) => place(path, 'protected', 'hidden')),
    ...pinnedFolders(options).map((path) => place(path, 'writable', 'hidden')),
    corpus === null ? null : place(corpus, 'readable', 'covered'),
    ...guarded,
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
