import { describe, expect, it } from 'vitest';
import { isWithin, mountPlan, type Place, type Reach, type Treatment } from './mounts.ts';

const base = '--ro-bind / / --dev /dev --proc /proc';

function folder(path: string, treatment: Treatment, source: string | null = null): Place {
  return { path, treatment, kind: 'folder', source };
}

/** What the engine passes itself. */
function own(path: string, treatment: Treatment, reach: Reach = 'hidden'): Place {
  return { path, treatment, kind: 'folder', source: null, reach };
}

function file(path: string, treatment: Treatment, source: string | null = null): Place {
  return { path, treatment, kind: 'file', source };
}

describe('mountPlan', () => {
  it.each<[string, readonly Place[], string]>([
    ['nothing', [], ''],
    ['a private folder', [folder('/tmp', 'private')], '--perms 1777 --tmpfs /tmp'],
    ['a writable folder', [folder('/w/tree', 'writable')], '--bind /w/tree /w/tree'],
    ['a hidden folder, closed at the end', [folder('/h', 'hidden')], '--tmpfs /h --remount-ro /h'],
    ['a hidden file', [file('/h/f', 'hidden')], '--dev-bind /dev/null /h/f'],
    ['a replaced file', [file('/h/f', 'replaced', '/s/f')], '--ro-bind /s/f /h/f'],
    ['a device', [file('/dev/nvidia0', 'device')], '--dev-bind /dev/nvidia0 /dev/nvidia0'],
    ['a link in a private folder', [folder('/tmp/venv', 'readable', '/opt/venv')], '--ro-bind /opt/venv /tmp/venv'],
    [
      'a tree below a private folder, whatever the order',
      [folder('/tmp/a/tree', 'writable'), folder('/tmp', 'private')],
      '--perms 1777 --tmpfs /tmp --bind /tmp/a/tree /tmp/a/tree',
    ],
    [
      'a secret inside the tree',
      [file('/w/tree/.env', 'hidden'), folder('/w/tree', 'writable')],
      '--bind /w/tree /w/tree --dev-bind /dev/null /w/tree/.env',
    ],
    [
      'a tree inside a hidden folder',
      [folder('/state', 'hidden'), own('/state/trees/a', 'writable')],
      '--tmpfs /state --bind /state/trees/a /state/trees/a --remount-ro /state',
    ],
    [
      'git folder and configuration inside the tree',
      [file('/w/.git/config', 'replaced', '/s/c'), folder('/w', 'writable'), own('/w/.git', 'protected')],
      '--bind /w /w --ro-bind /w/.git /w/.git --ro-bind /s/c /w/.git/config',
    ],
    [
      'a hidden place in a folder that is empty anyway',
      [folder('/tmp', 'private'), folder('/tmp/h', 'hidden'), own('/tmp/h/ok', 'protected')],
      '--perms 1777 --tmpfs /tmp --ro-bind /tmp/h/ok /tmp/h/ok',
    ],
    [
      'nothing that the manifest names below a hidden place',
      [
        folder('/h', 'hidden'),
        own('/h/corpus', 'readable', 'covered'),
        folder('/h/w', 'writable'),
        folder('/h/w/bin', 'readable'),
        folder('/h/t', 'private'),
      ],
      '--tmpfs /h --remount-ro /h',
    ],
    [
      'nor where the hidden place is empty anyway',
      [folder('/tmp', 'private'), folder('/tmp/h', 'hidden'), folder('/tmp/h/bin', 'readable')],
      '--perms 1777 --tmpfs /tmp',
    ],
    [
      'nor where a secret lies in what is covered',
      [folder('/c', 'covered'), folder('/c/h', 'hidden'), own('/c/h/corpus', 'readable', 'covered')],
      '--tmpfs /c --remount-ro /c',
    ],
    [
      "a corpus and git's folder in the other arm's tree, and nothing else of it",
      [
        folder('/c', 'covered'),
        own('/c/corpus', 'readable', 'covered'),
        own('/c/.git', 'protected'),
        file('/c/.git/config', 'replaced', '/s/c'),
        folder('/c/venv', 'readable'),
      ],
      '--tmpfs /c --ro-bind /c/corpus /c/corpus --ro-bind /c/.git /c/.git --ro-bind /s/c /c/.git/config --remount-ro /c',
    ],
    ['protected rather than writable', [folder('/a', 'writable'), own('/a', 'protected')], '--ro-bind /a /a'],
    [
      'folders around a protected one fixed in their place',
      [folder('/w', 'writable'), own('/w/m/b/dist', 'protected')],
      '--bind /w /w --bind /w/m /w/m --bind /w/m/b /w/m/b --ro-bind /w/m/b/dist /w/m/b/dist',
    ],
    [
      'folders around a secret too, from the outermost that may be written',
      [folder('/w', 'writable'), folder('/w/a/tree', 'writable'), file('/w/a/tree/b/.env', 'hidden')],
      '--bind /w /w --bind /w/a /w/a --bind /w/a/tree /w/a/tree --bind /w/a/tree/b /w/a/tree/b --dev-bind /dev/null /w/a/tree/b/.env',
    ],
    ['hidden rather than writable', [folder('/a', 'writable'), folder('/a', 'hidden')], '--tmpfs /a --remount-ro /a'],
    ['writable rather than private', [folder('/tmp', 'private'), folder('/tmp', 'writable')], '--bind /tmp /tmp'],
    [
      'neighbours with a common beginning',
      [folder('/a', 'hidden'), folder('/ab', 'hidden')],
      '--tmpfs /a --tmpfs /ab --remount-ro /a --remount-ro /ab',
    ],
  ])('%s', (_name, places, expected) => {
    expect(mountPlan(places, []).arguments.join(' ')).toBe(`${base} ${expected}`.trim());
  });

  it('keeps entries of /proc read-only', () => {
    expect(mountPlan([], ['/proc/sys']).arguments.join(' ')).toBe(`${base} --ro-bind /proc/sys /proc/sys`);
  });

  it('names the folders in which leftovers are not on disk', () => {
    const places = [folder('/tmp', 'private'), folder('/tmp/a/b/tree', 'writable'), folder('/w/tree', 'writable')];
    expect(mountPlan(places, []).privateFolders).toEqual(['/dev', '/dev/shm', '/tmp', '/tmp/a/b', '/tmp/a']);
  });
});

describe('isWithin', () => {
  it.each([
    ['/a', '/a', true],
    ['/a/b', '/a', true],
    ['/ab', '/a', false],
    ['/a', '/', true],
    ['/a', '/a/b', false],
  ])('%s in %s: %s', (path, parent, expected) => {
    expect(isWithin(path, parent)).toBe(expected);
  });
});
