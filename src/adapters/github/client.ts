import type { Octokit } from '@octokit/rest';
import type { Answer } from '../../ports/forge.ts';
import { type Failure, failureOf, ServiceFailure, type Task, unreadable } from './refusals.ts';

export interface ForgeOptions {
  /** Null: every method answers `no_token`. */
  readonly token: string | null;
  /** As GITHUB_API_URL: `https://api.github.com`, or `https://host/api/v3` of an Enterprise Server. */
  readonly apiUrl: string;
  readonly repository: { readonly owner: string; readonly name: string };
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly userAgent: string;
  /** Aborts requests and waits; what is under way answers `unavailable`. */
  readonly signal: AbortSignal;
  /** Per request; 20 s by default. */
  readonly requestTimeoutMilliseconds?: number;
  /** Whether the environment names a proxy. */
  readonly usesProxy?: boolean;
}

/** What a call hands on to Octokit. */
export interface RequestOptions {
  readonly signal: AbortSignal;
}

interface Reply<Data> {
  readonly data: Data;
  readonly status: number;
  readonly headers: { readonly link?: string | undefined };
}

export interface Client {
  readonly owner: string;
  readonly repo: string;
  readonly apiUrl: string;
  readonly token: string | null;
  readonly random: () => number;
  /**
   * One request, repeated as the task allows. Never throws: what the service answers and what cannot be read are
   * refusals.
   */
  readonly call: <Data, Value>(
    task: Task,
    send: (octokit: Octokit, request: RequestOptions) => Promise<Reply<Data>>,
    read: (data: Data, reply: Reply<Data>) => Value,
  ) => Promise<Answer<Value>>;
  /** All pages of a list, 100 things each. */
  readonly pages: <Data, Thing>(
    task: Task,
    send: (octokit: Octokit, page: Page) => Promise<Reply<Data>>,
    read: (data: Data) => readonly Thing[],
  ) => Promise<Answer<readonly Thing[]>>;
  /** Waits before a further try: a random time up to a limit that doubles. */
  readonly pause: (attempt: number) => Promise<void>;
}

export interface Page {
  readonly page: number;
  readonly per_page: number;
  readonly request: RequestOptions;
}

const defaultTimeoutMilliseconds = 20_000;
const maximumRetries = 3;
/** All waits of one call together. */
const longestWaitMilliseconds = 30_000;
const firstWaitMilliseconds = 500;
/** 10 000 things, four times the comments that GitHub keeps per pull request. */
const maximumPages = 100;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The program's own start does not wait for Octokit, which takes about 100 ms to load. */
async function load({ token, apiUrl, userAgent, usesProxy }: ForgeOptions): Promise<Octokit> {
  const { Octokit } = await import('@octokit/rest');
  const ours = { auth: token, baseUrl: apiUrl, userAgent, log: silent };
  if (usesProxy !== true) return new Octokit({ ...ours, request: { log: silent } });
  // Node's own fetch knows no proxy; this one follows https_proxy and no_proxy for GITHUB_API_URL, as all actions do. It
  // takes 120 ms to load.
  const { defaults } = await import('@actions/github/lib/utils');
  return new Octokit({ ...ours, request: { ...defaults.request, log: silent } });
}

/** Requests to one repository with one retry policy. Nothing is loaded or sent before the first call. */
export function createClient(options: ForgeOptions): Client {
  const { repository, sleep, random, signal } = options;
  const timeoutMilliseconds = options.requestTimeoutMilliseconds ?? defaultTimeoutMilliseconds;
  const token = options.token === '' ? null : options.token;
  let loading: Promise<Octokit> | undefined;

  const interruptibleSleep = async (milliseconds: number): Promise<void> => {
    if (signal.aborted) return;
    const ended = new AbortController();
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true, signal: ended.signal });
    });
    await Promise.race([sleep(milliseconds), stopped]);
    ended.abort();
  };

  const jitter = (attempt: number): number => random() * firstWaitMilliseconds * 2 ** attempt;

  /** Null when a further try is not allowed or would take too long. */
  const waitFor = (failure: Failure, task: Task, attempt: number, waited: number): number | null => {
    if (signal.aborted || !failure.passing || attempt >= maximumRetries) return null;
    if (task.repeat === 'unsent' && !failure.unsent) return null;
    const asked = failure.waitSeconds;
    const wait = asked === null ? jitter(attempt) : Math.ceil(asked * 1000);
    return waited + wait > longestWaitMilliseconds ? null : wait;
  };

  const once = async <Data, Value>(
    bearer: string,
    task: Task,
    send: (octokit: Octokit, request: RequestOptions) => Promise<Reply<Data>>,
    read: (data: Data, reply: Reply<Data>) => Value,
  ): Promise<{ readonly value: Value } | { readonly failure: Failure }> => {
    const timeout = AbortSignal.timeout(timeoutMilliseconds * (task.timeouts ?? 1));
    let reply: Reply<Data>;
    try {
      loading ??= load(options);
      reply = await send(await loading, { signal: AbortSignal.any([signal, timeout]) });
    } catch (error) {
      const circumstances = { token: bearer, timedOut: timeout.aborted, stopped: signal.aborted };
      return { failure: failureOf(error, task, circumstances) };
    }
    // Octokit hands on what it could read of an answer that was cut off, as text.
    if (typeof reply.data !== 'object') return { failure: unreadable(task, reply.status, true) };
    try {
      return { value: read(reply.data, reply) };
    } catch (error) {
      if (error instanceof ServiceFailure) return { failure: error.failure };
      return { failure: unreadable(task, reply.status, false) };
    }
  };

  const call: Client['call'] = async (task, send, read) => {
    if (token === null) {
      const detail = `There is no GitHub token, so Benchgate could not ${task.doing}`;
      return { ok: false, refusal: { kind: 'no_token', status: null, detail, permission: task.permission } };
    }
    let waited = 0;
    for (let attempt = 0; ; attempt += 1) {
      const result = await once(token, task, send, read);
      if ('value' in result) return { ok: true, value: result.value };
      const wait = waitFor(result.failure, task, attempt, waited);
      if (wait === null) return { ok: false, refusal: result.failure.refusal };
      waited += wait;
      await interruptibleSleep(wait);
    }
  };

  return {
    owner: repository.owner,
    repo: repository.name,
    apiUrl: options.apiUrl,
    token,
    random,
    call,
    pause: (attempt) => interruptibleSleep(jitter(attempt)),
    pages: async <Data, Thing>(
      task: Task,
      send: (octokit: Octokit, page: Page) => Promise<Reply<Data>>,
      read: (data: Data) => readonly Thing[],
    ): Promise<Answer<readonly Thing[]>> => {
      const things: Thing[] = [];
      for (let page = 1; page <= maximumPages; page += 1) {
        const answer = await call(
          task,
          (octokit, request) => send(octokit, { page, per_page: 100, request }),
          (data, { headers }) => ({ found: read(data), isLast: !/;\s*rel="next"/.test(headers.link ?? '') }),
        );
        if (!answer.ok) return answer;
        things.push(...answer.value.found);
        if (answer.value.isLast) return { ok: true, value: things };
      }
      const detail = `GitHub's list has more than ${maximumPages} pages, so Benchgate did not ${task.doing}`;
      return { ok: false, refusal: { kind: 'rejected', status: null, detail, permission: null } };
    },
  };
}
