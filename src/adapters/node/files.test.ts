import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createArtifactStore } from './artifacts.ts';
import { fileError } from './file-errors.ts';
import { nodeFiles as files } from './files.ts';
import { sha256 } from './sha256.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'benchgate-files-')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;
const fresh = (): string => {
  const folder = join(scratch, `f${++count}`);
  mkdirSync(folder);
  return folder;
};
const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

describe('reading', () => {
  it('what is not a regular file is absent, and a FIFO does not block', async () => {
    const folder = fresh();
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    writeFileSync(join(folder, 'file'), 'text');
    symlinkSync('file', join(folder, 'link'));
    symlinkSync('/dev/zero', join(folder, 'zero'));
    for (const name of ['absent', '.', 'fifo', 'zero', 'file/below']) {
      const path = join(folder, name);
      const seen = [await files.readText(path), await files.readBytes(path, 9)];
      expect(seen).toEqual([null, null]);
    }
    expect(await files.readText(join(folder, 'link'))).toBe('text');
    expect(await files.readBytes(join(folder, 'link'), 9)).toBeNull();
    expect([await files.exists(folder), await files.exists(join(folder, 'x'))]).toEqual([true, false]);
  });

  it('stops at the limit', async () => {
    const path = join(fresh(), 'file');
    writeFileSync(path, 'x'.repeat(100));
    expect(await files.readBytes(path, 100)).toHaveLength(100);
    await expect(files.readBytes(path, 99)).rejects.toThrow(RangeError);
    // Announces a size of 0 and has more.
    if (process.platform === 'linux') await expect(files.readBytes('/proc/version', 10)).rejects.toThrow(RangeError);
  });
});

describe('writing', () => {
  it('makes parents, sets the mode whatever the umask, and leaves nothing beside', async () => {
    const folder = fresh();
    await files.write(join(folder, 'a/b/c'), 'text', 0o666);
    expect(modeOf(join(folder, 'a/b/c'))).toBe(0o666);
    await files.write(join(folder, 'a/b/c'), new Uint8Array([1, 2]), 0o600);
    await files.write(join(folder, 'a/b/d'), '', 0o755);
    expect([...readFileSync(join(folder, 'a/b/c'))]).toEqual([1, 2]);
    expect([modeOf(join(folder, 'a/b/c')), modeOf(join(folder, 'a/b/d'))]).toEqual([0o600, 0o755]);
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['c', 'd']);
  });

  it('replaces a link instead of writing through it; scratch files refuse one', async () => {
    const folder = fresh();
    writeFileSync(join(folder, 'victim'), 'precious');
    symlinkSync('victim', join(folder, 'link'));
    await expect(files.writeScratch(join(folder, 'link'), 'x')).rejects.toMatchObject({ code: 'INPUT_OUTPUT' });
    await files.write(join(folder, 'link'), 'new', 0o600);
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('precious');
    expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('new');
  });

  it('ensures a folder with its parents and leaves an existing one alone', async () => {
    const path = join(fresh(), 'deep/data');
    await files.ensureFolder(path);
    writeFileSync(join(path, 'kept'), 'x');
    await files.ensureFolder(path);
    expect([modeOf(path), readdirSync(path)]).toEqual([0o700, ['kept']]);
  });

  it('concurrent writers never show half a file', async () => {
    const path = join(fresh(), 'file');
    const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(300_000));
    await Promise.all([...texts, ...texts].map((text) => files.write(path, text, 0o600)));
    expect(texts.includes((await files.readText(path)) ?? '')).toBe(true);
  });

  it('errors say where and what to do', async () => {
    const folder = fresh();
    mkdirSync(join(folder, 'taken/x'), { recursive: true });
    writeFileSync(join(folder, 'file'), '');
    for (const path of [join(folder, 'taken'), join(folder, 'file/below'), join(folder, 'n'.repeat(300))]) {
      const error = await files.write(path, 'x', 0o600).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'INPUT_OUTPUT', exitCode: 69, place: path });
    }
    expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
    const bug = new TypeError('bug');
    expect(fileError(bug, 'read', 'x')).toBe(bug);
    const quota = Object.assign(new Error('quota'), { code: 'EDQUOT' });
    expect(fileError(quota, 'write', 'x')).toMatchObject({ code: 'DISK_FULL' });
  });
});

describe('folders', () => {
  const filled = (): { folder: string; outside: string } => {
    const [folder, outside] = [fresh(), fresh()];
    writeFileSync(join(outside, 'precious'), 'x');
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    writeFileSync(join(folder, 'a/b/file'), 'x', { mode: 0o400 });
    symlinkSync(outside, join(folder, 'a/link'));
    chmodSync(join(folder, 'a/b'), 0o000);
    chmodSync(join(folder, 'a'), 0o500);
    return { folder, outside };
  };

  it.each(['emptyFolder', 'remove'] as const)('%s takes read-only content, not what links point to', async (act) => {
    const { folder, outside } = filled();
    const inode = lstatSync(folder).ino;
    await files[act](folder);
    expect(readdirSync(outside)).toEqual(['precious']);
    expect(existsSync(folder) ? readdirSync(folder) : null).toEqual(act === 'remove' ? null : []);
    if (act === 'emptyFolder') expect(lstatSync(folder).ino).toBe(inode);
  });

  it('a link in the place of a folder is removed, not followed', async () => {
    const { folder, outside } = filled();
    symlinkSync(outside, join(folder, 'link'));
    await expect(files.emptyFolder(join(folder, 'link'))).rejects.toMatchObject({ code: 'INPUT_OUTPUT' });
    await files.remove(join(folder, 'link'));
    expect([existsSync(join(folder, 'link')), readdirSync(outside)]).toEqual([false, ['precious']]);
    await files.remove(join(folder, 'absent'));
    await files.remove(folder);
  });

  it('temporary folders are private and resolved; trees are copied with modes and links as they are', async () => {
    const temporary = await files.temporaryFolder('benchgate-x-');
    expect([modeOf(temporary), realpathSync(temporary)]).toEqual([0o700, temporary]);
    const from = fresh();
    writeFileSync(join(from, 'run'), 'x', { mode: 0o755 });
    symlinkSync('run', join(from, 'link'));
    await files.copyTree(from, join(temporary, 'copy'));
    expect([modeOf(join(temporary, 'copy/run')), readlinkSync(join(temporary, 'copy/link'))]).toEqual([0o755, 'run']);
    await files.remove(temporary);
  });
});

describe('artifacts', () => {
  it('are kept by content, privately, once', async () => {
    const folder = fresh();
    const store = createArtifactStore(join(folder, 'store'));
    const hex = sha256('result');
    writeFileSync(join(folder, 'artifact'), 'result');
    expect(await store.keep(join(folder, 'artifact'), 6)).toBe(`sha256:${hex}`);
    expect(await store.keep(join(folder, 'artifact'), 6)).toBe(`sha256:${hex}`);
    const place = join(folder, 'store', hex.slice(0, 2), hex);
    expect([modeOf(place), modeOf(join(folder, 'store'))]).toEqual([0o600, 0o700]);
    expect(readdirSync(join(folder, 'store'))).toEqual([hex.slice(0, 2)]);
    expect(Buffer.from((await store.bytes(`sha256:${hex}`)) ?? []).toString()).toBe('result');
    writeFileSync(place, 'tampered');
    expect(await store.bytes(`sha256:${hex}`)).toBeNull();
    expect(await store.keep(join(folder, 'artifact'), 6)).toBe(`sha256:${hex}`);
    expect(readFileSync(place, 'utf8')).toBe('result');
  });

  it('only a regular file on a straight path is one', async () => {
    const folder = fresh();
    const store = createArtifactStore(join(folder, 'store'));
    mkdirSync(join(folder, 'real'));
    writeFileSync(join(folder, 'real/reference'), 'reference');
    symlinkSync('real/reference', join(folder, 'link'));
    symlinkSync('real', join(folder, 'redirected'));
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    for (const name of ['absent', 'link', 'redirected/reference', 'real', 'fifo', 'absent/x']) {
      expect(await store.keep(join(folder, name), 100)).toBeNull();
    }
    await expect(store.keep(join(folder, 'real/reference'), 8)).rejects.toThrow(RangeError);
    for (const hash of ['', 'sha256:', `sha256:${'0'.repeat(64)}`, `sha256:../${'0'.repeat(61)}`]) {
      expect(await store.bytes(hash)).toBeNull();
    }
  });
});

describe.runIf(process.getuid?.() === 0 && process.platform === 'linux')('a full disk', () => {
  const disk = join(scratch, 'disk');
  let isMounted = false;
  beforeAll(() => {
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
      isMounted = true;
    } catch {
      // A container without CAP_SYS_ADMIN; the test says so by being skipped.
    }
  });
  afterAll(() => {
    if (isMounted) execFileSync('umount', [disk]);
  });

  it('is DISK_FULL and leaves nothing half-written', async ({ skip }) => {
    skip(!isMounted, 'no tmpfs can be mounted here');
    await files.write(join(disk, 'kept'), 'old', 0o600);
    const big = 'x'.repeat(200_000);
    writeFileSync(join(scratch, 'big'), big);
    await expect(files.write(join(disk, 'kept'), big, 0o600)).rejects.toMatchObject({
      code: 'DISK_FULL',
      exitCode: 69,
    });
    await expect(files.writeScratch(join(disk, 'log'), big)).rejects.toMatchObject({ code: 'DISK_FULL' });
    await files.remove(join(disk, 'log'));
    const store = createArtifactStore(join(disk, 'store'));
    await expect(store.keep(join(scratch, 'big'), 1e6)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(readFileSync(join(disk, 'kept'), 'utf8')).toBe('old');
    expect([readdirSync(disk).sort(), readdirSync(join(disk, 'store'))]).toEqual([['kept', 'store'], []]);
  });
});
