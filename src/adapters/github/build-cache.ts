import { spawn } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BuildCache } from '../../ports/build-cache.ts';
import { removeTree } from '../node/remove-tree.ts';
import { isFolder, isVacant, moveFolder, strangeEntry } from './build-cache-content.ts';
import { type CacheMessages, cacheMessages } from './build-cache-messages.ts';
import type { BuildCacheAnswer, BuildCacheRequest } from './build-cache-process.ts';
import { contentVariable, wrapTar } from './build-cache-tar.ts';

export interface BuildCacheOptions {
  /** Those of the runner, with ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN, which only actions are given. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For archives and what is being unpacked, below RUNNER_TEMP; best on the file system of what is restored. */
  readonly folder: string;
  /** One sentence for a person when the cache did not do what it should; it may quote the service. */
  readonly log: (sentence: string) => void;
  /** For one call, packing and transfer together. */
  readonly timeoutSeconds: number;
}

/** What the library and its way to the service need; nothing else of the environment reaches the process. */
const passedOn = `
  ACTIONS_CACHE_MODE ACTIONS_CACHE_SERVICE_V2 ACTIONS_CACHE_URL ACTIONS_RESULTS_URL ACTIONS_RUNTIME_TOKEN
  GITHUB_SERVER_URL RUNNER_TRACKING_ID HOME LANG LC_ALL NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR
  HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy`
  .trim()
  .split(/\s+/);
const script = 'await (await import(process.argv[1])).buildCacheProcess.answer(process.argv[2])';
const keptOutput = 1 << 18;

type Outcome =
  | { readonly answer: BuildCacheAnswer; readonly messages: CacheMessages }
  /** No answer came: why. */
  | { readonly answer: null; readonly problem: string };

interface Workplace {
  /** The scratch folder; nothing in its path matters to the library, which only sees relative paths. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

async function workplace(folder: string, options: BuildCacheOptions): Promise<Workplace | null> {
  const programs = join(folder, 'bin');
  await mkdir(programs);
  await mkdir(join(folder, 'temp'));
  const path = options.environment['PATH'] ?? '';
  if (!(await wrapTar(programs, path))) return null;
  const environment: Record<string, string> = {
    PATH: `${programs}:${path}`,
    GITHUB_WORKSPACE: '.',
    RUNNER_TEMP: 'temp',
    TMPDIR: join(folder, 'temp'),
  };
  for (const name of passedOn) {
    const value = options.environment[name];
    if (value !== undefined) environment[name] = value;
  }
  return { folder, environment };
}

/** Ends, after the timeout too, with the process and everything it started gone. */
function ask(
  place: Workplace,
  content: string,
  request: BuildCacheRequest,
  url: string,
  seconds: number,
): Promise<Outcome> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, url, JSON.stringify(request)], {
      cwd: place.folder,
      env: { ...place.environment, [contentVariable]: content },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    let answer: BuildCacheAnswer | null = null;
    let problem = 'its process ended without an answer';
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-keptOutput);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const killGroup = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
    };
    const timer = setTimeout(() => {
      problem = `it took longer than ${seconds} s`;
      killGroup();
    }, seconds * 1000);
    child.on('message', (message) => {
      answer = message as BuildCacheAnswer;
    });
    child.on('error', (error) => {
      problem = `its process could not start (${error.message})`;
      clearTimeout(timer);
      settle({ answer: null, problem });
    });
    child.on('close', () => {
      clearTimeout(timer);
      killGroup();
      settle(answer === null ? { answer, problem } : { answer, messages: cacheMessages(output) });
    });
  });
}

/** What a person is told when the answer is not the one hoped for. */
function explanation(answer: BuildCacheAnswer, messages: CacheMessages): string {
  if (answer.kind === 'unavailable') return 'this job has no cache service';
  if (answer.kind === 'failed') return answer.message;
  return messages.reason ?? 'the service did not say why';
}

/**
 * GitHub's cache through @actions/cache. Nothing of it throws, prints or keeps the process alive longer than the timeout.
 * Exactly the key counts; the service itself would also take one that begins with it. Archives come from other jobs of
 * the repository and are not trusted: unpacking writes nothing outside, and devices and FIFOs are refused. Symbolic links
 * are restored as they were and may point anywhere, as those of any build may.
 */
export function createBuildCache(options: BuildCacheOptions): BuildCache {
  const hasService = ['ACTIONS_RESULTS_URL', 'ACTIONS_CACHE_URL'].some(
    (name) => (options.environment[name] ?? '') !== '',
  );

  const inWorkplace = async (
    use: (place: Workplace, url: string) => Promise<string | null>,
  ): Promise<string | null> => {
    if (!hasService) return 'this job has no cache service';
    let folder: string | null = null;
    try {
      await mkdir(options.folder, { recursive: true });
      folder = await mkdtemp(join(resolve(options.folder), 'build-cache-'));
      const place = await workplace(folder, options);
      if (place === null) return 'there is no tar that can be kept inside a folder';
      const { buildCacheProcess } = await import('./build-cache-process.ts');
      return await use(place, buildCacheProcess.url);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      if (folder !== null) await removeTree(folder).catch(() => undefined);
    }
  };

  /** Null when the folder is filled, '' for an ordinary miss, else what went wrong. */
  const restore = (key: string, folder: string): Promise<string | null> =>
    inWorkplace(async (place, url) => {
      if (!(await isVacant(folder))) return 'the folder to fill is not empty';
      const content = join(place.folder, 'content');
      await mkdir(content);
      const outcome = await ask(place, content, { operation: 'restore', key }, url, options.timeoutSeconds);
      if (outcome.answer === null) return outcome.problem;
      if (outcome.answer.kind === 'missed') return outcome.messages.reason ?? '';
      if (outcome.answer.kind !== 'restored') return explanation(outcome.answer, outcome.messages);
      if (outcome.answer.key !== key) return '';
      if ((await strangeEntry(content)) !== null) return 'the archive holds a device, socket or FIFO';
      await moveFolder(content, folder);
      return null;
    });

  const save = (key: string, folder: string): Promise<string | null> =>
    inWorkplace(async (place, url) => {
      if (!(await isFolder(folder))) return 'there is no folder to save';
      const outcome = await ask(place, resolve(folder), { operation: 'save', key }, url, options.timeoutSeconds);
      if (outcome.answer === null) return outcome.problem;
      if (outcome.answer.kind === 'saved' || outcome.answer.kind === 'present') return null;
      return outcome.messages.keyIsTaken ? null : explanation(outcome.answer, outcome.messages);
    });

  return {
    restore: async (key, folder) => {
      const problem = await restore(key, folder);
      if (problem !== null && problem !== '' && hasService)
        options.log(`Nothing restored from the build cache: ${problem}`);
      return problem === null;
    },
    save,
  };
}
