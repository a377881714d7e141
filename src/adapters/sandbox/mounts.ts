import { dirname } from 'node:path';

/**
 * What becomes of one place in the file system that measured code sees. Everything without a treatment of its own is
 * read-only.
 *
 * - `private`: an empty temporary folder of the session's own
 * - `hidden`: an empty read-only folder, or an empty file; for secrets
 * - `covered`: looks the same; for another arm's tree, which is kept away and is no secret
 * - `replaced`: another file's content, read-only
 * - `protected`: the real thing, read-only although measured code may write around it
 * - `readable`: the real thing, read-only, although it lies below a private or writable place
 * - `writable`: the real thing
 * - `device`: the real thing, usable as a device
 */
export type Treatment =
  | 'private'
  | 'hidden'
  | 'covered'
  | 'replaced'
  | 'protected'
  | 'readable'
  | 'writable'
  | 'device';

/**
 * What a place may be shown below: `nothing` for what the manifest or the environment names, `covered` for data that
 * both arms read, `hidden` for what the engine itself passes (the arm's own folders, git's folders).
 */
export type Reach = 'nothing' | 'covered' | 'hidden';

export interface Place {
  /** Absolute, symbolic links of its folder resolved. */
  readonly path: string;
  readonly treatment: Treatment;
  readonly kind: 'folder' | 'file';
  /** Where the content comes from, symbolic links resolved; null when it is the path itself. */
  readonly source: string | null;
  /** `nothing` when absent. */
  readonly reach?: Reach;
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
  covered: 1,
  replaced: 2,
  protected: 3,
  writable: 4,
  device: 5,
  readable: 6,
  private: 7,
};

/** True for the path itself and everything below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function depth(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}

function byDepth(a: Place, b: Place): number {
  return depth(a.path) - depth(b.path);
}

function enclosing(path: string, chosen: readonly Place[]): Place | null {
  return chosen.findLast((place) => place.path !== path && isWithin(path, place.path)) ?? null;
}

/** One place per path, outer ones first: a mount covers what was mounted below it before. */
function ordered(places: readonly Place[]): Place[] {
  const byPath = new Map<string, Place>();
  for (const place of places) {
    const known = byPath.get(place.path);
    if (known === undefined || precedence[place.treatment] < precedence[known.treatment]) byPath.set(place.path, place);
  }
  return [...byPath.values()].sort(byDepth);
}

/** Without what would uncover something hidden. */
function admissible(places: readonly Place[]): Place[] {
  const kept: Place[] = [];
  for (const place of places) {
    const around = enclosing(place.path, kept)?.treatment;
    const reach = place.reach ?? 'nothing';
    const uncovers =
      !isGuard(place) && ((around === 'hidden' && reach !== 'hidden') || (around === 'covered' && reach === 'nothing'));
    if (!uncovers) kept.push(place);
  }
  return kept;
}

function isGuard({ treatment }: Place): boolean {
  return treatment === 'hidden' || treatment === 'covered';
}

/**
 * The writable folders between a guarded place and the writable place around it, to be mounted on themselves. Only a
 * mount point can't be renamed: without these, measured code moves the folder away with the guarded place in it and
 * puts its own in that position, or finds the secret at a name that the next session does not hide.
 */
function anchors(chosen: readonly Place[]): Place[] {
  const found = new Map<string, Place>();
  const known = new Set(chosen.map(({ path }) => path));
  for (const place of chosen) {
    if (!isGuard(place) && place.treatment !== 'protected' && place.treatment !== 'replaced') continue;
    for (let path = dirname(place.path); path !== '/'; path = dirname(path)) {
      if (known.has(path) || enclosing(path, chosen)?.treatment !== 'writable') continue;
      found.set(path, { path, treatment: 'writable', kind: 'folder', source: null });
    }
  }
  return [...found.values()];
}

function isEmptyFolder(place: Place | null): boolean {
  return place?.kind === 'folder' && (place.treatment === 'private' || isGuard(place));
}

function mount(place: Place): string[] {
  const source = place.source ?? place.path;
  switch (place.treatment) {
    case 'private':
      return ['--perms', '1777', '--tmpfs', place.path];
    case 'hidden':
    case 'covered':
      // A device, because bwrap forbids devices on its other binds and an unreadable file breaks git.
      return place.kind === 'folder' ? ['--tmpfs', place.path] : ['--dev-bind', '/dev/null', place.path];
    case 'replaced':
    case 'protected':
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
  const kept = admissible(ordered(places));
  const chosen = [...kept, ...anchors(kept)].sort(byDepth);
  const mounts = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'];
  for (const path of lockedProcEntries) mounts.push('--ro-bind', path, path);
  const privateFolders = new Set(['/dev', '/dev/shm']);
  const hiddenFolders: string[] = [];
  const mounted: Place[] = [];
  for (const place of chosen) {
    const around = enclosing(place.path, mounted);
    if (isGuard(place) && isEmptyFolder(around)) continue;
    mounted.push(place);
    mounts.push(...mount(place));
    for (const folder of carriers(place, around)) privateFolders.add(folder);
    if (place.treatment === 'private') privateFolders.add(place.path);
    if (isGuard(place) && place.kind === 'folder') hiddenFolders.push(place.path);
  }
  // Last: until then bwrap must be able to make mount points in them.
  for (const folder of hiddenFolders) mounts.push('--remount-ro', folder);
  return { arguments: mounts, privateFolders: [...privateFolders] };
}
