import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fetchCheckout } from '../adapters/git/fetch-checkout.ts';
import { createGit } from '../adapters/git/git-command.ts';
import { type GitCredential, withGitCredentials } from '../adapters/git/git-credentials.ts';
import { createBuildCache } from '../adapters/github/build-cache.ts';
import { readForgeEvent } from '../adapters/github/event.ts';
import { readEventPayload } from '../adapters/github/event-payload.ts';
import { createForge } from '../adapters/github/forge.ts';
import { createBuilds } from '../app/builds.ts';
import type { Ci } from '../app/ci.ts';
import { type CiEnvironment, conductCi, reportEarlyProblem } from '../app/ci-conduct.ts';
import { finishCheck } from '../app/ci-finish.ts';
import type { CiOptions } from '../app/ci-options.ts';
import type { ForgeEvent } from '../domain/event.ts';
import type { Forge } from '../ports/forge.ts';
import type { Job } from '../ports/job.ts';
import type { CommitElsewhere } from '../ports/ledger-store.ts';
import { readInputs } from './action-inputs.ts';
import { compose } from './compose.ts';
import { version } from './version.ts';

export interface ActionProcess {
  readonly environment: NodeJS.ProcessEnv;
  readonly job: Job;
  readonly signal: AbortSignal;
}

const cacheTimeoutSeconds = 120;

/** The action's main step: returns the exit code of the step. Everything is published before it fails. */
export async function runAction({ environment, job, signal }: ActionProcess): Promise<number> {
  try {
    job.remember('isPost', 'true');
    const options = readInputs(environment);
    for (const token of [options.githubToken, options.ledgerToken]) if (token !== null) job.mask(token);
    const event = readForgeEvent(environment, readEventPayload(environment));
    const ci = await createCi({ environment, job, signal }, options, event);
    return await conductCi(ci);
  } catch (error) {
    return reportEarlyProblem(job, error);
  }
}

/** The action's post step: a check that the main step left in progress is completed. Never fails the job. */
export async function finishAction({ environment, job, signal }: ActionProcess): Promise<number> {
  try {
    const options = readInputs(environment);
    if (options.githubToken !== null) job.mask(options.githubToken);
    const event = readForgeEvent(environment, readEventPayload(environment));
    await finishCheck(forgeOf(options, event, signal), job);
  } catch (error) {
    job.say(`benchgate: the check could not be finished: ${error instanceof Error ? error.message : String(error)}`);
  }
  return 0;
}

async function createCi(
  { environment, job, signal }: ActionProcess,
  given: CiOptions,
  event: ForgeEvent,
): Promise<Ci & CiEnvironment> {
  const origin = `${event.serverUrl}/${event.repository.owner}/${event.repository.name}`;
  const options = { ...given, ledgerRemote: ledgerAddress(given.ledgerRemote, event.serverUrl) };
  const gitCredentials = credentialsOf(options, event.serverUrl);
  const temporary = environment['RUNNER_TEMP'] ?? tmpdir();
  const workspace = resolve(environment['GITHUB_WORKSPACE'] ?? process.cwd());
  const say = (text: string) => job.say(text);
  const forge = forgeOf(options, event, signal);
  const world = compose({
    environment,
    isolation: 'auto',
    signal,
    terminal: { out: say, error: say, interactive: false, columns: 120 },
    dataDirectory: join(temporary, 'benchgate'),
    gitCredentials,
    // Only the repository of the job: the API's address and token are not another's.
    ...(options.ledgerRemote === null ? { commitElsewhere: commitThrough(forge) } : {}),
  });
  const checkout = async (): Promise<boolean> => {
    const git = createGit({ environment: withGitCredentials(environment, gitCredentials), workingFolder: workspace });
    return fetchCheckout(git, { folder: workspace, address: origin, sha: event.sha });
  };
  const cache = createBuildCache({
    environment,
    folder: join(temporary, 'benchgate-cache'),
    log: (sentence) => job.say(`benchgate: cache: ${sentence}`),
    timeoutSeconds: cacheTimeoutSeconds,
  });
  const { artifactDirectory } = options;
  return {
    world,
    job,
    event,
    options,
    workspace,
    forge,
    builds: options.cache ? createBuilds(world, cache) : null,
    artifactDirectory:
      artifactDirectory === null ? join(temporary, 'benchgate-artifacts') : resolve(workspace, artifactDirectory),
    checkout,
  };
}

const proxyVariables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

function forgeOf(options: CiOptions, event: ForgeEvent, signal: AbortSignal): Forge {
  return createForge({
    token: options.githubToken,
    apiUrl: event.apiUrl,
    repository: event.repository,
    sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    random: Math.random,
    userAgent: `benchgate/${version}`,
    signal,
    usesProxy: proxyVariables.some((name) => (process.env[name] ?? '') !== ''),
  });
}

function commitThrough(forge: Forge): CommitElsewhere {
  return async (change) => {
    const answer = await forge.commitFiles(change);
    if (answer.ok) return { kind: 'committed' };
    const { kind, detail } = answer.refusal;
    return kind === 'conflict' ? { kind: 'moved' } : { kind: 'refused', detail };
  };
}

/** `owner/name` is a repository of the same forge. */
function ledgerAddress(remote: string | null, serverUrl: string): string | null {
  return remote !== null && /^[\w.-]+\/[\w.-]+$/.test(remote) ? `${serverUrl}/${remote}.git` : remote;
}

function credentialsOf({ githubToken, ledgerToken, ledgerRemote }: CiOptions, serverUrl: string): GitCredential[] {
  return [
    ...(githubToken === null ? [] : [{ url: `${serverUrl}/`, token: githubToken }]),
    ...(ledgerToken === null || ledgerRemote === null || !/^https?:/.test(ledgerRemote)
      ? []
      : [{ url: ledgerRemote, token: ledgerToken }]),
  ];
}
