import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialPaths } from './credentials.ts';

describe('credentialPaths', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'credentials-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  function put(name: string, content = 'x'): string {
    const path = join(home, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  function found(environment: Readonly<Record<string, string>> = {}): string[] {
    return credentialPaths({ homeDirectory: home, environment, gitDirectory: null }).filter((path) =>
      path.startsWith(home),
    );
  }

  it('names only what is there', () => {
    expect(found()).toEqual([]);
  });

  it.each([
    '.git-credentials',
    '.netrc',
    '.npmrc',
    '.docker/config.json',
    '.cargo/credentials.toml',
    '.m2/settings.xml',
  ])('names ~/%s', (name) => {
    expect(found()).toEqual([]);
    const path = put(name);
    expect(found()).toEqual([path]);
  });

  it('names folders as a whole', () => {
    put('.ssh/id_ed25519');
    put('.aws/credentials');
    expect(found()).toEqual([join(home, '.ssh'), join(home, '.aws')]);
  });

  it("names what actions leave in the runner's folder", () => {
    const token = put('temp/git-credentials-4711.config');
    const key = put('temp/0c5f-key', '-----BEGIN OPENSSH PRIVATE KEY-----\n');
    put('temp/other');
    expect(found({ RUNNER_TEMP: join(home, 'temp') }).sort()).toEqual([key, token].sort());
  });

  it('names what a variable leads to, but never a folder around the home folder', () => {
    const path = put('key.json');
    const environment = { GOOGLE_APPLICATION_CREDENTIALS: path, KUBECONFIG: `${home}:relative`, DOCKER_CONFIG: '/' };
    expect(found(environment)).toEqual([path]);
  });
});
