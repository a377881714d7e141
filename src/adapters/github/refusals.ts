import type { Refusal } from '../../ports/forge.ts';
import { printable } from '../git/printable.ts';

/** What was asked of the service, for its sentences and for how it may be repeated. */
export interface Task {
  /** As in "GitHub refused to …". */
  readonly doing: string;
  /** The one that allows it, as written in a workflow. */
  readonly permission: string;
  readonly access: 'read' | 'write';
  /** `unsent`: only after failures that show that the request had no effect. */
  readonly repeat: 'always' | 'unsent';
  /** How many times the usual timeout it may take; 1 when not given. */
  readonly timeouts?: number;
}

export interface Failure {
  readonly refusal: Refusal;
  /** The same request may be answered differently later. */
  readonly passing: boolean;
  /** The request had no effect. */
  readonly unsent: boolean;
  /** How long the service asks to wait; null when it does not say. */
  readonly waitSeconds: number | null;
}

/** A failure as an exception, for code between a request and its answer. */
export class ServiceFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.refusal.detail);
    this.failure = failure;
  }
}

export interface Circumstances {
  readonly token: string;
  readonly timedOut: boolean;
  /** The caller wants no answer any more. */
  readonly stopped: boolean;
}

const longestDetail = 300;
/** Prefixes of GitHub's tokens: personal, OAuth, of users, servers and refreshes, fine-grained. */
const tokens = /\b(?:gh[pousr]_|github_pat_)\w+/g;

/** One line of at most 300 characters in which no token is left. */
export function safeDetail(text: string, token: string | null): string {
  const hidden = (token === null || token === '' ? text : text.replaceAll(token, '***')).replace(tokens, '***');
  const line = printable(hidden.replace(/\s+/g, ' ').trim());
  return line.length > longestDetail ? `${line.slice(0, longestDetail - 1)}…` : line;
}

/** Codes of Node and undici for connections that were never made. */
const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly data: unknown;
}

/** Octokit says status 500 for failed connections too; only those with a response were answered. */
function answerIn(error: unknown): ErrorAnswer | null {
  if (!(error instanceof Error) || !('response' in error)) return null;
  const response = error.response as Partial<ErrorAnswer> | undefined;
  if (typeof response?.status !== 'number') return null;
  return { status: response.status, headers: response.headers ?? {}, data: response.data };
}

/** The message and the reasons of GitHub's error body; empty for anything else, such as a gateway's page. */
export function messageIn(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const { message, errors } = data as { message?: unknown; errors?: unknown };
  const reasons = (Array.isArray(errors) ? errors : []).map((reason: unknown) =>
    typeof reason === 'string' ? reason : messageIn(reason),
  );
  return [typeof message === 'string' ? message : '', ...reasons].filter(Boolean).join(': ');
}

function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code } = error as { code?: unknown };
  return [...(typeof code === 'string' ? [code] : []), ...codesOf(error.cause)];
}

function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.cause instanceof Error) return rootMessage(error.cause);
  // Tries at several addresses end in an error without words.
  return error.message || codesOf(error)[0] || error.name;
}

/** Seconds until the service answers again; null when it does not say; undefined when this is no rate limit. */
function limitOf({ status, headers, data }: ErrorAnswer): number | null | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const retryAfter = Number.parseInt(headers['retry-after'] ?? '', 10);
  if (retryAfter >= 0) return retryAfter;
  const reset = Number.parseInt(headers['x-ratelimit-reset'] ?? '', 10);
  if (headers['x-ratelimit-remaining'] === '0' && reset > 0) return Math.max(1, reset - Date.now() / 1000);
  return status === 429 || /rate limit|abuse detection/i.test(messageIn(data)) ? null : undefined;
}

function kindOf(status: number, data: unknown): Refusal['kind'] {
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'missing';
  // A rule that forbids a write will forbid it again, unlike a write that came second.
  if (status === 409) return /rule violation/i.test(messageIn(data)) ? 'rejected' : 'conflict';
  return status >= 500 ? 'unavailable' : 'rejected';
}

/** A bad token is not cured by a permission; a 404 on a write very often is. */
function permissionFor(kind: Refusal['kind'], status: number, task: Task): string | null {
  if (kind === 'forbidden') return status === 401 ? null : task.permission;
  return kind === 'missing' && task.access === 'write' ? task.permission : null;
}

/** Why there is no value: what was thrown by a request, in the words of the port. */
export function failureOf(error: unknown, task: Task, { token, timedOut, stopped }: Circumstances): Failure {
  if (error instanceof ServiceFailure) return error.failure;
  const answer = answerIn(error);
  if (answer === null) {
    const reason = stopped ? 'Benchgate was stopped' : timedOut ? 'no answer in time' : rootMessage(error);
    const detail = safeDetail(`Could not ${task.doing}: ${reason}`, token);
    return {
      refusal: { kind: 'unavailable', status: null, detail, permission: null },
      passing: !stopped,
      unsent: !timedOut && codesOf(error).some((code) => neverConnected.has(code)),
      waitSeconds: null,
    };
  }
  const { status, data } = answer;
  const said = messageIn(data);
  const waitSeconds = limitOf(answer);
  const kind = waitSeconds === undefined ? kindOf(status, data) : 'limited';
  const wait = typeof waitSeconds === 'number' ? ` (free again in ${Math.ceil(waitSeconds)} s)` : '';
  const detail = safeDetail(
    `GitHub answered ${status} when asked to ${task.doing}${said && `: ${said}`}${wait}`,
    token,
  );
  return {
    refusal: { kind, status, detail, permission: permissionFor(kind, status, task) },
    passing: kind === 'limited' || kind === 'unavailable',
    unsent: kind === 'limited',
    waitSeconds: waitSeconds ?? null,
  };
}

/** The service answered with success and something that is not what it should be. */
export function unreadable(task: Task, status: number, passing: boolean): Failure {
  const detail = safeDetail(`GitHub's answer (${status}) when asked to ${task.doing} cannot be read`, null);
  const refusal: Refusal = { kind: 'unavailable', status, detail, permission: null };
  return { refusal, passing, unsent: false, waitSeconds: null };
}
