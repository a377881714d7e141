import { EnvironmentError } from '../../domain/errors.ts';
import { type GitResult, maskCredentials } from './git-command.ts';
import { downloadAll } from './ledger-download.ts';
import { requireContention } from './ledger-lock.ts';
import { isServed, partialRemoteName, partialSettings } from './ledger-partial.ts';
import type { LedgerRepository } from './ledger-repository.ts';
import type { Pacing } from './ledger-retry.ts';

export type PushOutcome =
  | { readonly kind: 'pushed' }
  /** Another writer was faster, or may have been. */
  | { readonly kind: 'lost'; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unreachable'; readonly detail: string };

export type FetchOutcome = 'fetched' | 'no_branch' | 'not_forward' | 'contended';

/** The remote's branch. Reading throws LEDGER_UNREACHABLE; a connection that breaks off is tried three times. */
export interface LedgerRemote {
  /** The branch's tip there, or null. */
  readonly tip: () => Promise<string | null>;
  /**
   * Brings the branch's commits in and moves `seenRef` forward in the same process. `not_forward`: the remote's tip
   * does not contain `seenRef`; `contended`: another process held or moved `seenRef`. `isFirst`: nothing was fetched
   * here before, so that the copy may be made without the files' contents where the remote is not on this machine.
   */
  readonly fetch: (isFirst: boolean) => Promise<FetchOutcome>;
  /** Brings contents in that the copy was made without, with one request. */
  readonly fetchContents: (files: readonly { readonly path: string; readonly oid: string }[]) => Promise<void>;
  /** Never forced: git refuses on both sides to drop commits. */
  readonly push: (commit: string) => Promise<PushOutcome>;
}

const brokenConnection =
  /resolve host|timed? ?out|connection (refused|reset|closed)|early EOF|unexpected disconnect|RPC failed|hung up|returned error: (429|5\d\d)|TLS|SSL_/i;
const noPermission =
  /returned error: 40[13]|permission .*denied|authentication failed|could not read (username|password)|access denied|denied to |read[- ]only|write access/i;
/** Reasons of a server for not moving a ref that another writer's push explains. */
const refMoved =
  /cannot lock ref|failed to (update|lock)|incorrect old value|already exists|but expected|non-fast-forward|fetch first|internal server error/i;

/** What a server, or something before it, may say because of the request to leave contents out. */
const withoutContentsFailed = /filter|index-pack|promisor|hung up|early EOF|unexpected disconnect|RPC failed/i;

const fetchArguments = [
  'fetch',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--no-recurse-submodules',
  '--no-prune',
];

/** Talks to the remote (an absolute path or an address) about one branch. */
export function createLedgerRemote(repository: LedgerRepository, remote: string, pacing: Pacing): LedgerRemote {
  const { branchRef, seenRef } = repository;

  const persistently = async (args: readonly string[], input = ''): Promise<GitResult> => {
    for (let attempt = 1; ; attempt += 1) {
      const result = await repository.run(args, { input, allowFailure: [1, 128] });
      if (result.exitCode !== 128 || attempt === 3 || !brokenConnection.test(result.stderr)) return result;
      await pacing.sleep((0.5 + pacing.random()) * 1000 * attempt);
    }
  };

  const tip = async (): Promise<string | null> => {
    const { exitCode, stdout, stderr } = await persistently(['ls-remote', '--', remote, branchRef]);
    if (exitCode !== 0) throw unreachable(stderr);
    // The pattern also matches refs that only end like this.
    const lines = stdout.toString('utf8').split('\n');
    return lines.find((line) => line.endsWith(`\t${branchRef}`))?.split('\t')[0] ?? null;
  };

  /** A copy that was made without contents goes on without them: what it lacks can't be the base of a delta then. */
  const fetchBranch = async (isFirst: boolean): Promise<GitResult> => {
    const refspec = `${branchRef}:${seenRef}`;
    const isPartial = await repository.isPartial();
    const plain = [...fetchArguments, '--', remote, refspec];
    if (!isPartial && !(isFirst && isServed(remote) && !(await repository.namesBranch()))) return persistently(plain);
    const settings = partialSettings(remote);
    const named = ['--', partialRemoteName, refspec];
    const result = await persistently([...settings, ...fetchArguments, ...named]);
    if (result.exitCode === 0) {
      if (isPartial) await repository.maintain().catch(() => undefined);
      return result;
    }
    if (result.exitCode !== 128 || !withoutContentsFailed.test(result.stderr)) return result;
    return persistently(isPartial ? [...settings, ...fetchArguments, '--no-filter', ...named] : plain);
  };

  const fetch = async (isFirst: boolean): Promise<FetchOutcome> => {
    for (let attempt = 1; ; attempt += 1) {
      const { exitCode, stderr } = await fetchBranch(isFirst);
      if (exitCode === 0) return 'fetched';
      if (/non-fast-forward/.test(stderr)) return 'not_forward';
      if (exitCode === 1 || /cannot lock ref/.test(stderr)) {
        await requireContention(fetchArguments, exitCode, stderr);
        return 'contended';
      }
      if ((await tip()) === null) return 'no_branch';
      // The branch may have been made between the two questions.
      if (attempt === 2) throw unreachable(stderr);
    }
  };

  const fetchContents: LedgerRemote['fetchContents'] = async (files) => {
    const oids = [...new Set(files.map(({ oid }) => oid))];
    // Without a word on what is here: the remote would take the contents of its commits to be here too.
    const asked = [...partialSettings(remote), '-c', 'fetch.negotiationAlgorithm=noop', ...fetchArguments];
    const input = oids.map((oid) => `${oid}\n`).join('');
    const { exitCode, stderr } = await persistently([...asked, '--stdin', '--', partialRemoteName], input);
    if (exitCode === 0) await repository.maintain().catch(() => undefined);
    else if (brokenConnection.test(stderr) || noPermission.test(stderr)) throw unreachable(stderr);
    else if (!(await downloadAll(repository, remote, oids))) {
      const lost = files.find(({ oid }) => stderr.includes(oid));
      throw new EnvironmentError('LEDGER_UNREACHABLE', `The ledger's remote lacks contents: ${summary(stderr)}`, {
        place: lost?.path ?? maskCredentials(remote),
        nextStep: "Check the remote's repository (git fsck); if it is damaged, restore it from a complete clone.",
      });
    }
  };

  const push = async (commit: string): Promise<PushOutcome> => {
    const args = ['push', '--porcelain', '--no-verify', '--no-follow-tags', '--recurse-submodules=no'];
    const { exitCode, stdout, stderr } = await persistently([...args, '--', remote, `${commit}:${branchRef}`]);
    return exitCode === 0 ? { kind: 'pushed' } : judgePush(stdout.toString('utf8'), stderr);
  };

  const unreachable = (stderr: string): EnvironmentError =>
    new EnvironmentError('LEDGER_UNREACHABLE', `The ledger's remote can't be read: ${summary(stderr)}`, {
      place: maskCredentials(remote),
      nextStep: 'Check the address, the network and the credentials, or work on the local copy with --offline.',
    });

  return { tip, fetch, fetchContents, push };
}

/** `!<tab><from>:<to><tab>[rejected] (reason)` is the ref's line; without one the two sides never came to speak of it. */
function judgePush(stdout: string, stderr: string): PushOutcome {
  const verdict = /^!\t[^\t]*\t(.*)$/m.exec(stdout)?.[1];
  if (verdict === undefined) {
    const detail = summary(stderr);
    return { kind: noPermission.test(stderr) ? 'refused' : 'unreachable', detail };
  }
  const said = stderr.split('\n').filter((line) => line.startsWith('remote:'));
  const detail = summary([...said, verdict].join('\n'));
  if (verdict.startsWith('[rejected]')) return { kind: 'lost', detail };
  if (verdict.startsWith('[remote failure]')) return { kind: 'unreachable', detail };
  return { kind: refMoved.test(verdict) ? 'lost' : 'refused', detail };
}

/** The last lines of what git printed, on one line and without credentials. */
function summary(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(hint:|remote:$)/.test(line));
  return maskCredentials(lines.slice(-8).join(' | ')) || 'git gave no reason';
}
