import { describe, expect, it } from 'vitest';
import { isWithin, mountPlan, type Place, type Treatment } from './mounts.ts';

const base = '--ro-bind / / --dev /dev --proc /proc';

function folder(path: string, treatment: Treatment, source: string | null = null): Place {
  return { path, treatment, kind: 'folder', source };
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
      [folder('/state', 'hidden'), folder('/state/trees/a', 'writable')],
      '--tmpfs /state --bind /state/trees/a /state/trees/a --remount-ro /state',
    ],
    [
      'git folder and configuration inside the tree',
      [file('/w/.git/config', 'replaced', '/s/c'), folder('/w', 'writable'), folder('/w/.git', 'readable')],
      '--bind /w /w --ro-bind /w/.git /w/.git --ro-bind /s/c /w/.git/config',
    ],
    [
      'a hidden place in a folder that is empty anyway',
      [folder('/tmp', 'private'), folder('/tmp/h', 'hidden'), folder('/tmp/h/ok', 'readable')],
      '--perms 1777 --tmpfs /tmp --ro-bind /tmp/h/ok /tmp/h/ok',
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
