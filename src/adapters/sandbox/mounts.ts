import { dirname } from 'node:path';

/**
 * What becomes of one place in the file system that measured code sees. Everything without a treatment of its own is
 * read-only.
 *
 * - `private`: an empty temporary folder of the session's own
 * - `hidden`: an empty read-only folder, or an empty file
 * - `replaced`: another file's content, read-only
 * - `readable`: the real thing, read-only, although it lies below a private, hidden or writable place
 * - `writable`: the real thing
 * - `device`: the real thing, usable as a device
 */
export type Treatment = 'private' | 'hidden' | 'replaced' | 'readable' | 'writable' | 'device';

export interface Place {
  /** Absolute, symbolic links of its folder resolved. */
  readonly path: string;
  readonly treatment: Treatment;
  readonly kind: 'folder' | 'file';
  /** Where the content comes from, symbolic links resolved; null when it is the path itself. */
  readonly source: string | null;
}

export interface MountPlan {
  /** Arguments of bwrap, in the order in which they must be carried out. */
  readonly arguments: readonly string[];
  /** Private folders, and folders made in them to carry a mount: what a command leaves behind in them is not on disk. */
  readonly privateFolders: readonly string[];
}

/** Which treatment wins where one path has several. */
const precedence: Readonly<Record<Treatment, number>> = {
  hidden: 0,
  replaced: 1,
  writable: 2,
  device: 3,
  readable: 4,
  private: 5,
};

/** True for the path itself and everything below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function depth(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}

/** One place per path, outer ones first: a mount covers what was mounted below it before. */
function ordered(places: readonly Place[]): Place[] {
  const byPath = new Map<string, Place>();
  for (const place of places) {
    const known = byPath.get(place.path);
    if (known === undefined || precedence[place.treatment] < precedence[known.treatment]) byPath.set(place.path, place);
  }
  return [...byPath.values()].sort((a, b) => depth(a.path) - depth(b.path));
}

function enclosing(path: string, chosen: readonly Place[]): Place | null {
  return chosen.findLast((place) => place.path !== path && isWithin(path, place.path)) ?? null;
}

function isEmptyFolder(place: Place | null): boolean {
  return place?.kind === 'folder' && (place.treatment === 'private' || place.treatment === 'hidden');
}

function mount(place: Place): string[] {
  const source = place.source ?? place.path;
  switch (place.treatment) {
    case 'private':
      return ['--perms', '1777', '--tmpfs', place.path];
    case 'hidden':
      // A device, because bwrap forbids devices on its other binds and an unreadable file breaks git.
      return place.kind === 'folder' ? ['--tmpfs', place.path] : ['--dev-bind', '/dev/null', place.path];
    case 'replaced':
    case 'readable':
      return ['--ro-bind', source, place.path];
    case 'writable':
      return ['--bind', source, place.path];
    case 'device':
      return ['--dev-bind', source, place.path];
  }
}

/** The folders between a mount and the private folder around it, which bwrap makes. */
function carriers(place: Place, around: Place | null): string[] {
  if (around?.treatment !== 'private') return [];
  const folders: string[] = [];
  for (let folder = dirname(place.path); folder !== around.path; folder = dirname(folder)) folders.push(folder);
  return folders;
}

/**
 * The file system of a session as arguments for bwrap.
 *
 * @param lockedProcEntries absolute paths below /proc that stay read-only: for uid 0 some are writable without any
 * capability, `/proc/sys/kernel/core_pattern` among them, which names a program that the kernel starts as root.
 */
export function mountPlan(places: readonly Place[], lockedProcEntries: readonly string[]): MountPlan {
  const chosen = ordered(places);
  const mounts = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'];
  for (const path of lockedProcEntries) mounts.push('--ro-bind', path, path);
  const privateFolders = new Set(['/dev', '/dev/shm']);
  const hiddenFolders: string[] = [];
  for (const place of chosen) {
    const around = enclosing(place.path, chosen);
    if (place.treatment === 'hidden' && isEmptyFolder(around)) continue;
    mounts.push(...mount(place));
    for (const folder of carriers(place, around)) privateFolders.add(folder);
    if (place.treatment === 'private') privateFolders.add(place.path);
    if (place.treatment === 'hidden' && place.kind === 'folder') hiddenFolders.push(place.path);
  }
  // Last: until then bwrap must be able to make mount points in them.
  for (const folder of hiddenFolders) mounts.push('--remount-ro', folder);
  return { arguments: mounts, privateFolders: [...privateFolders] };
}
