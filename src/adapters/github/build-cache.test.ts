import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../fixtures/scratch-repository.ts';
import {
  type ActionsCacheServer,
  type CacheFault,
  startActionsCacheServer,
} from '../../../fixtures/servers/actions-cache.ts';
import type { BuildCache } from '../../ports/build-cache.ts';
import { createBuildCache } from './build-cache.ts';
import { cacheMessages } from './build-cache-messages.ts';

const scratch = scratchFolder();
const servers: ActionsCacheServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(scratch.close);

interface Script {
  fault: CacheFault | null;
  readOnly: boolean;
}

interface Scene {
  readonly cache: BuildCache;
  readonly server: ActionsCacheServer;
  readonly script: Script;
  readonly said: readonly string[];
  /** Where the cache works; empty when it is idle. */
  readonly folder: string;
  readonly path: (name: string) => string;
}

async function scene(environment: Readonly<Record<string, string>> = {}, timeoutSeconds = 20): Promise<Scene> {
  const script: Script = { fault: null, readOnly: false };
  const server = await startActionsCacheServer({ fault: () => script.fault, readOnly: () => script.readOnly });
  servers.push(server);
  const top = scratch.fresh('with space ');
  mkdirSync(top);
  const folder = join(top, 'runner temp');
  const said: string[] = [];
  const cache = createBuildCache({
    environment: { PATH: process.env['PATH'], ...server.environment, ...environment },
    folder,
    log: (sentence) => said.push(sentence),
    timeoutSeconds,
  });
  return { cache, server, script, said, folder, path: (name) => join(top, name) };
}

function fill(folder: string): void {
  mkdirSync(join(folder, 'deep/empty'), { recursive: true });
  writeFileSync(join(folder, 'deep/program'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(folder, '.hidden'), 'x'.repeat(100_000));
  // Names that the library would leave out of its own archives.
  for (const name of ['cache.tzst', 'cache.tgz', 'deep/manifest.txt']) writeFileSync(join(folder, name), name);
  symlinkSync('deep/program', join(folder, 'link'));
  symlinkSync('/usr/bin/env', join(folder, 'outside'));
}

function namesBelow(folder: string): ReadonlySet<string> {
  return new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }));
}

/** An archive as another job could leave it, from Python's tarfile: [name, type, link or content]. */
function hostileArchive(entries: readonly (readonly [string, 'file' | 'link' | 'hard' | 'fifo', string])[]): Buffer {
  const program = `
import io, json, sys, tarfile
types = {'file': tarfile.REGTYPE, 'link': tarfile.SYMTYPE, 'hard': tarfile.LNKTYPE, 'fifo': tarfile.FIFOTYPE}
out = io.BytesIO()
with tarfile.open(fileobj=out, mode='w') as archive:
    for name, kind, content in json.loads(sys.argv[1]):
        entry = tarfile.TarInfo(name)
        entry.type = types[kind]
        entry.mode = 0o4777
        data = content.encode() if kind == 'file' else b''
        entry.size = len(data)
        if kind != 'file': entry.linkname = content
        archive.addfile(entry, io.BytesIO(data))
sys.stdout.buffer.write(out.getvalue())`;
  const archive = execFileSync('python3', ['-c', program, JSON.stringify(entries)]);
  return execFileSync('zstd', ['-q', '-c'], { input: archive });
}

describe('createBuildCache()', () => {
  test('brings a folder back as it was, into a place that does not exist or is empty', async () => {
    const { cache, server, said, folder, path } = await scene();
    fill(path('built'));
    expect(await cache.save('benchgate-1', path('built'))).toBeNull();
    expect(server.keys()).toStrictEqual(['benchgate-1']);
    mkdirSync(path('empty'));
    for (const target of [path('new/place'), path('empty')]) {
      expect(await cache.restore('benchgate-1', target)).toBe(true);
      expect(namesBelow(target)).toStrictEqual(namesBelow(path('built')));
      expect(readFileSync(join(target, '.hidden'), 'utf8')).toHaveLength(100_000);
      expect(lstatSync(join(target, 'deep/program')).mode & 0o777).toBe(0o755);
      expect(readlinkSync(join(target, 'outside'))).toBe('/usr/bin/env');
    }
    expect(said).toStrictEqual([]);
    expect(readdirSync(folder)).toStrictEqual([]);
  });

  test('packs nothing when the key is there already', async () => {
    const { cache, server, path } = await scene();
    fill(path('built'));
    await cache.save('benchgate-1', path('built'));
    const before = server.calls.length;
    expect(await cache.save('benchgate-1', path('built'))).toBeNull();
    expect(server.calls.slice(before)).toStrictEqual(['GetCacheEntryDownloadURL']);
  });

  test('misses what was never saved, and a key that only begins alike', async () => {
    const { cache, said, path } = await scene();
    fill(path('built'));
    expect(await cache.restore('benchgate-1', path('target'))).toBe(false);
    await cache.save('benchgate-12', path('built'));
    expect(await cache.restore('benchgate-1', path('target'))).toBe(false);
    expect(existsSync(path('target'))).toBe(false);
    expect(said).toStrictEqual([]);
  });

  test('fills no folder that holds something, and saves none that is not there', async () => {
    const { cache, said, path } = await scene();
    fill(path('built'));
    await cache.save('benchgate-1', path('built'));
    expect(await cache.restore('benchgate-1', path('built'))).toBe(false);
    expect(said).toStrictEqual(['Nothing restored from the build cache: the folder to fill is not empty']);
    expect(await cache.save('benchgate-2', path('absent'))).toBe('there is no folder to save');
    symlinkSync(path('built'), path('link'));
    expect(await cache.save('benchgate-2', path('link'))).toBe('there is no folder to save');
  });

  test('says why a read-only token saved nothing', async () => {
    const { cache, script, path } = await scene();
    fill(path('built'));
    script.readOnly = true;
    expect(await cache.save('benchgate-1', path('built'))).toMatch(
      /cache write denied: the token of this run is read-only/,
    );
    const reading = await scene({ ACTIONS_CACHE_MODE: 'read' });
    expect(await reading.cache.save('benchgate-1', path('built'))).toMatch(/'read' does not permit writes/);
    expect(reading.server.keys()).toStrictEqual([]);
  });

  test.each<[string, CacheFault]>([
    ['a rate limit', { kind: 'status', status: 429, headers: { 'retry-after': '30' } }],
    ['a refusal', { kind: 'status', status: 403 }],
  ])('misses after %s and says so', async (_name, fault) => {
    const { cache, script, said, path } = await scene();
    script.fault = fault;
    fill(path('built'));
    expect(await cache.restore('benchgate-1', path('target'))).toBe(false);
    expect(said.join()).toMatch(/Nothing restored from the build cache: .*(?:429|403|[Rr]ate limit)/);
    expect(await cache.save('benchgate-1', path('built'))).toMatch(/\S/);
  });

  test.each<[string, CacheFault]>([
    ['errors', { kind: 'status', status: 500 }],
    ['hangs', { kind: 'hang' }],
    ['talks nonsense', { kind: 'garbage' }],
  ])('ends in time when the service %s', async (_name, fault) => {
    const { cache, script, said, folder, path } = await scene({}, 1);
    script.fault = fault;
    fill(path('built'));
    const start = performance.now();
    const both = await Promise.all([
      cache.restore('benchgate-1', path('target')),
      cache.save('benchgate-1', path('built')),
    ]);
    expect(both).toStrictEqual([false, 'it took longer than 1 s']);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(said).toStrictEqual(['Nothing restored from the build cache: it took longer than 1 s']);
    expect(readdirSync(folder)).toStrictEqual([]);
  });

  test('misses without a service, without its token and with one that is not there', async () => {
    const none = await scene({ ACTIONS_RESULTS_URL: '' });
    expect(await none.cache.restore('benchgate-1', none.path('target'))).toBe(false);
    expect(await none.cache.save('benchgate-1', none.path('target'))).toBe('this job has no cache service');
    expect(none.said).toStrictEqual([]);
    for (const environment of [{ ACTIONS_RUNTIME_TOKEN: '' }, { ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/' }]) {
      const { cache, said, path } = await scene(environment);
      fill(path('built'));
      expect(await cache.restore('benchgate-1', path('target'))).toBe(false);
      expect(await cache.save('benchgate-1', path('built'))).toMatch(/\S/);
      expect(said).toHaveLength(1);
    }
    const noTar = await scene({ PATH: '/nonexistent:relative' });
    expect(await noTar.cache.save('benchgate-1', noTar.path('built'))).toMatch(/no tar/);
  });

  test('misses an archive that is none', async () => {
    const { cache, server, said, path } = await scene();
    server.plant('benchgate-1', Buffer.from('no archive'));
    expect(await cache.restore('benchgate-1', path('target'))).toBe(false);
    expect(said.join()).toMatch(/tar.* failed with/);
    expect(existsSync(path('target'))).toBe(false);
  });

  test('refuses keys that the service would not take', async () => {
    const { cache, path } = await scene();
    fill(path('built'));
    expect(await cache.save('a,b', path('built'))).toMatch(/commas/);
    expect(await cache.save('x'.repeat(513), path('built'))).toMatch(/512/);
    expect(await cache.restore('a,b', path('target'))).toBe(false);
  });

  test('lets no archive write outside the folder', async () => {
    const { cache, server, path } = await scene();
    const victim = path('victim');
    mkdirSync(victim);
    const archives = {
      absolute: hostileArchive([[join(victim, 'absolute'), 'file', 'x']]),
      upwards: hostileArchive([['../../../victim/upwards', 'file', 'x']]),
      link: hostileArchive([
        ['out', 'link', victim],
        ['out/link', 'file', 'x'],
      ]),
      relativeLink: hostileArchive([
        ['out', 'link', '../../../victim'],
        ['out/relativeLink', 'file', 'x'],
      ]),
      hardLink: hostileArchive([
        ['out', 'hard', '/etc/passwd'],
        ['out', 'file', 'x'],
      ]),
      fifo: hostileArchive([['pipe', 'fifo', '']]),
    };
    // The library alone would let every one of them through.
    const alone = path('alone');
    mkdirSync(join(alone, 'a/b'), { recursive: true });
    execFileSync('tar', ['-x', '-P', '-C', alone, '--use-compress-program', 'unzstd'], { input: archives.link });
    expect(readdirSync(victim)).toStrictEqual(['link']);
    rmSync(join(victim, 'link'));
    const restored = await Promise.all(
      Object.entries(archives).map(async ([name, archive]) => {
        server.plant(name, archive);
        const answer = await cache.restore(name, path(name));
        expect(existsSync(path(name))).toBe(answer);
        return [name, answer];
      }),
    );
    // GNU's tar makes an absolute name a relative one; the others fail.
    expect(Object.fromEntries(restored)).toStrictEqual({
      absolute: true,
      upwards: false,
      link: false,
      relativeLink: false,
      hardLink: false,
      fifo: false,
    });
    expect(readdirSync(victim)).toStrictEqual([]);
    server.plant('set-user-id', hostileArchive([['program', 'file', '#!/bin/sh\n']]));
    expect(await cache.restore('set-user-id', path('set-user-id'))).toBe(true);
    expect(lstatSync(path('set-user-id/program')).mode & 0o7000).toBe(0);
  });

  test('works from a bundle, with the same files and nothing on stdout', async () => {
    const { server, path } = await scene();
    fill(path('built'));
    const outdir = path('bundle');
    const entry = path('entry.ts');
    writeFileSync(
      entry,
      `import { createBuildCache } from ${JSON.stringify(join(import.meta.dirname, 'build-cache.ts'))};
      const [folder, from, to] = process.argv.slice(2);
      const cache = createBuildCache({ environment: process.env, folder, log: (text) => process.stderr.write(text), timeoutSeconds: 20 });
      const answer = [await cache.save('k', from), await cache.restore('k', to)];
      process.stderr.write(JSON.stringify(answer));`,
    );
    await build({
      entryPoints: [entry],
      outdir,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      mainFields: ['module', 'main'],
      banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
      absWorkingDir: import.meta.dirname,
      nodePaths: [join(import.meta.dirname, '../../../node_modules')],
      outExtension: { '.js': '.mjs' },
    });
    const result = await promisify(execFile)(
      process.execPath,
      [join(outdir, 'entry.mjs'), path('temp'), path('built'), path('restored')],
      { env: { PATH: process.env['PATH'], ...server.environment } },
    );
    expect(result).toStrictEqual({ stdout: '', stderr: '[null,true]' });
    expect(readFileSync(path('restored/cache.tgz'), 'utf8')).toBe('cache.tgz');
  });
});

describe('cacheMessages()', () => {
  test('takes the last reason, without signatures and control characters', () => {
    const output = [
      '::debug::Body: {"signed_upload_url": "https://x/?sig=abc%25123"}',
      '::add-mask::abc%25123',
      '[command]/usr/bin/tar --posix',
      '::warning::first',
      '::warning::Failed to save: refused https://x/?sig=abc%25123%0A::error::x\u001b[31m',
    ];
    expect(cacheMessages(output.join('\n'))).toStrictEqual({
      reason: 'refused https://x/?sig=*** ::error::x [31m',
      keyIsTaken: false,
    });
  });

  test('sees that the key is taken, and says nothing where nothing was said', () => {
    expect(cacheMessages('').reason).toBeNull();
    const debug =
      '::debug::Failed to reserve cache: Error: Received non-retryable error: (409) Conflict: cache entry already exists';
    expect(cacheMessages(`${debug}\nFailed to save: Unable to reserve cache`)).toStrictEqual({
      reason: 'Unable to reserve cache',
      keyIsTaken: true,
    });
  });
});
