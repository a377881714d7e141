import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { zipOf } from '../../../fixtures/servers/github-archive.ts';
import { type ForgeScene, refusalOf, startForgeScene, valueOf } from '../../../fixtures/servers/github-forge.ts';
import type { Artifact } from '../../ports/forge.ts';

const sha = '1'.repeat(40);
const limits = { archiveBytes: 100_000, files: 10, fileBytes: 50_000, totalBytes: 80_000 };

let scene: ForgeScene;
let runId = 0;
beforeEach(async () => {
  scene = await startForgeScene();
  runId = scene.github.state.addRun({ headSha: sha }).id;
});
afterEach(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.github.close();
});

async function only(): Promise<Artifact> {
  const [artifact] = valueOf(await scene.forge.artifacts(runId));
  return artifact!;
}

test('artifacts() lists those of the run, all pages', async () => {
  const { forge, github } = scene;
  const other = github.state.addRun({ headSha: sha }).id;
  github.state.addArtifact({ runId: other, bytes: zipOf([]), name: 'not this one' });
  for (let count = 0; count < 105; count += 1)
    github.state.addArtifact({ runId, bytes: zipOf([]), name: `shard-${count}`, expired: count === 1 });
  const artifacts = valueOf(await forge.artifacts(runId));
  expect(artifacts).toHaveLength(105);
  expect(artifacts.map(({ name }) => name)).toEqual(Array.from({ length: 105 }, (_, index) => `shard-${index}`));
  expect(artifacts.filter(({ expired }) => expired)).toMatchObject([{ name: 'shard-1', sizeBytes: 22 }]);
  expect(refusalOf(await forge.artifacts(1))).toMatchObject({ kind: 'missing' });
});

describe('artifactFiles()', () => {
  test('follows the redirect without the token and reads the files', async () => {
    const { forge, github } = scene;
    const big = Buffer.alloc(40_000, 'benchgate ');
    github.state.addArtifact({
      runId,
      bytes: zipOf([
        { name: 'a/b.jsonl', bytes: big },
        { name: 'c', bytes: '' },
      ]),
    });
    const files = valueOf(await forge.artifactFiles(await only(), limits));
    expect(files.map(({ path }) => path)).toEqual(['a/b.jsonl', 'c']);
    expect(Buffer.from(files[0]!.bytes).equals(big)).toBe(true);
    const [download, storage] = github.requests.slice(-2);
    expect(download).toMatchObject({ operation: 'actions/download-artifact' });
    expect(download?.headers['authorization']).toBe('token token');
    expect(storage).toMatchObject({ operation: 'storage' });
    expect(storage?.headers['authorization']).toBeUndefined();
  });

  test('sends no token to another host either', async () => {
    const { forge, github } = scene;
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization, request.headers.cookie);
      response.end(zipOf([{ name: 'x', bytes: 'y' }]));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    github.state.addArtifact({ runId, bytes: zipOf([]) });
    const { port } = server.address() as AddressInfo;
    const location = `http://localhost:${port}/x`;
    github.script('actions/download-artifact', { status: 302, headers: { location } });
    try {
      expect(valueOf(await forge.artifactFiles(await only(), limits))).toHaveLength(1);
      expect(seen).toEqual([undefined, undefined]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test('asks for a new address when the storage refuses or breaks off', async () => {
    const { forge, github } = scene;
    github.state.addArtifact({ runId, bytes: zipOf([{ name: 'x', bytes: 'y'.repeat(9000), stored: true }]) });
    for (const answer of [{ status: 403 }, { status: 503 }, 'cut', 'reset'] as const) {
      github.script('storage', answer);
      expect(valueOf(await forge.artifactFiles(await only(), limits))).toHaveLength(1);
    }
    github.script('storage', { status: 403, body: 'sig=abc' }, { times: 4 });
    const refusal = refusalOf(await forge.artifactFiles(await only(), limits));
    expect(refusal).toMatchObject({ kind: 'unavailable', status: 403, permission: null });
    expect(refusal.detail).not.toMatch(/sig|http:/);
  });

  test('follows no address of another kind', async () => {
    const { forge, github } = scene;
    github.state.addArtifact({ runId, bytes: zipOf([]) });
    for (const location of ['file:///etc/passwd', 'data:application/zip,x', 'ftp://example.org/x']) {
      github.script('actions/download-artifact', { status: 302, headers: { location } });
      expect(refusalOf(await forge.artifactFiles(await only(), limits))).toMatchObject({
        kind: 'unavailable',
        detail: expect.stringContaining('not https'),
      });
    }
  });

  test('is missing when it has expired or is gone', async () => {
    const { forge, github } = scene;
    const artifact = github.state.addArtifact({ runId, bytes: zipOf([]), expired: true });
    const seen = await only();
    expect(refusalOf(await forge.artifactFiles(seen, limits))).toMatchObject({ kind: 'missing', status: null });
    const stale = { ...seen, expired: false };
    expect(refusalOf(await forge.artifactFiles(stale, limits))).toMatchObject({ kind: 'missing', status: 410 });
    github.state.artifacts.splice(github.state.artifacts.indexOf(artifact), 1);
    expect(refusalOf(await forge.artifactFiles(stale, limits))).toMatchObject({ kind: 'missing', status: 404 });
  });

  test('is rejected when it says that it is too large, without a download', async () => {
    const { forge, github } = scene;
    github.state.addArtifact({ runId, bytes: zipOf([]), sizeBytes: 100_001 });
    expect(refusalOf(await forge.artifactFiles(await only(), limits))).toMatchObject({ kind: 'rejected' });
    expect(github.requests.map(({ operation }) => operation)).not.toContain('actions/download-artifact');
  });

  test('stops reading an archive that is larger than it said', async () => {
    const { forge, github } = scene;
    let sent = 0;
    let closed = false;
    const server = createServer((_, response) => {
      const chunk = Buffer.alloc(65_536);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        sent += chunk.length;
      };
      response.on('drain', more).on('close', () => {
        closed = true;
      });
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    github.state.addArtifact({ runId, bytes: zipOf([]), sizeBytes: 10 });
    const location = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    github.script('actions/download-artifact', { status: 302, headers: { location } });
    try {
      const refusal = refusalOf(await forge.artifactFiles(await only(), limits));
      expect(refusal).toMatchObject({ kind: 'rejected', detail: expect.stringContaining('100000 bytes allowed') });
      await expect.poll(() => closed).toBe(true);
      expect(sent).toBeLessThan(20_000_000);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test('is rejected for what is not an archive, in words without its bytes', async () => {
    const { forge, github } = scene;
    github.state.addArtifact({ runId, name: 'b\u001b[31m', bytes: Buffer.from('not a zip') });
    const refusal = refusalOf(await forge.artifactFiles(await only(), limits));
    expect(refusal).toMatchObject({ kind: 'rejected', status: null });
    expect(refusal.detail).toContain('Artifact b\\u001b[31m');
  });
});
