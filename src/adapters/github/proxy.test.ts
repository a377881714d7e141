import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GitHub, startGitHub } from '../../../fixtures/servers/github.ts';
import { createForge } from './forge.ts';

let github: GitHub;
const asked: string[] = [];
const proxy = createServer((_, response) => response.writeHead(405).end());
// A proxy that takes every name for the fake GitHub.
proxy.on('connect', (request, client, head) => {
  asked.push(request.url ?? '');
  const upstream = connect(Number(new URL(github.url).port), '127.0.0.1', () => {
    client.write('HTTP/1.1 200 OK\r\n\r\n');
    upstream.write(head);
    upstream.pipe(client).pipe(upstream);
  });
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
});

beforeAll(async () => {
  github = await startGitHub();
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  process.env['GITHUB_API_URL'] = 'http://github.example.test';
  process.env['http_proxy'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterAll(async () => {
  delete process.env['http_proxy'];
  delete process.env['GITHUB_API_URL'];
  proxy.closeAllConnections();
  proxy.close();
  await github.close();
});

it('createForge() goes through the proxy that the environment names', async () => {
  const { number } = github.state.addPullRequest({ headSha: '1'.repeat(40) });
  const forge = createForge({
    token: 'token',
    apiUrl: 'http://github.example.test',
    repository: { owner: 'octo', name: 'tools' },
    sleep: async () => undefined,
    random: () => 0,
    userAgent: 'benchgate/test',
    signal: new AbortController().signal,
    usesProxy: true,
  });
  expect(await forge.pullRequest(number)).toMatchObject({ ok: true, value: { headSha: '1'.repeat(40) } });
  expect(asked).toEqual(['github.example.test:80']);
  expect(github.violations).toEqual([]);
});
