import type { Octokit } from '@octokit/rest';
import type { Artifact, ArtifactLimits, Forge, Refusal } from '../../ports/forge.ts';
import { readArchive } from './archive.ts';
import type { Client, RequestOptions } from './client.ts';
import { type Failure, ServiceFailure, safeDetail, type Task } from './refusals.ts';

/** Two minutes: long enough for a large archive over a slow line. */
const downloadTimeouts = 6;

function task(doing: string): Task {
  return { doing, access: 'read', repeat: 'always', permission: 'actions: read' };
}

function rejected(detail: string): Refusal {
  return { kind: 'rejected', status: null, detail: safeDetail(detail, null), permission: null };
}

function thrown(refusal: Refusal, passing: boolean): ServiceFailure {
  const failure: Failure = { refusal, passing, unsent: false, waitSeconds: null };
  return new ServiceFailure(failure);
}

/** Artifacts of workflow runs. */
export function createArtifacts(client: Client): Pick<Forge, 'artifacts' | 'artifactFiles'> {
  const { owner, repo } = client;
  return {
    artifacts: (runId) =>
      client.pages(
        task(`list the artifacts of run ${runId}`),
        (octokit, page) => octokit.rest.actions.listWorkflowRunArtifacts({ owner, repo, run_id: runId, ...page }),
        (data) =>
          data.artifacts.map(
            ({ id, name, size_in_bytes, expired }): Artifact => ({ id, name, sizeBytes: size_in_bytes, expired }),
          ),
      ),
    artifactFiles: async (artifact, limits) => {
      const { id, name, sizeBytes, expired } = artifact;
      const download = { ...task(`download artifact ${name}`), timeouts: downloadTimeouts };
      if (expired && client.token !== null) {
        const detail = safeDetail(`Artifact ${name} has expired`, null);
        return { ok: false, refusal: { kind: 'missing', status: null, detail, permission: null } };
      }
      if (sizeBytes > limits.archiveBytes && client.token !== null)
        return { ok: false, refusal: tooLarge(artifact, limits) };
      const archive = await client.call(
        download,
        async (octokit, request) => {
          const data = await fetchArchive(octokit, client, { artifact, limits, request });
          return { data, status: 200, headers: {} };
        },
        (bytes) => bytes,
      );
      if (!archive.ok) return archive;
      const extraction = await readArchive(archive.value, limits);
      if (extraction.ok) return { ok: true, value: extraction.files };
      return { ok: false, refusal: rejected(`Artifact ${name} (${id}): ${extraction.fault}`) };
    },
  };
}

function tooLarge({ name }: Artifact, { archiveBytes }: ArtifactLimits): Refusal {
  return rejected(`Artifact ${name} is larger than the ${archiveBytes} bytes allowed`);
}

interface Download {
  readonly artifact: Artifact;
  readonly limits: ArtifactLimits;
  readonly request: RequestOptions;
}

/** GitHub answers with an address elsewhere that is signed and must not get our token. Throws ServiceFailure. */
async function fetchArchive(octokit: Octokit, client: Client, download: Download): Promise<Uint8Array> {
  const { owner, repo, apiUrl } = client;
  const { artifact, limits, request } = download;
  const reply = await octokit.rest.actions.downloadArtifact({
    owner,
    repo,
    artifact_id: artifact.id,
    archive_format: 'zip',
    request: { ...request, redirect: 'manual', parseSuccessResponseBody: false },
  });
  const { location } = reply.headers;
  const unavailable = (reason: string, status: number | null, passing: boolean): ServiceFailure => {
    const detail = safeDetail(`Could not download artifact ${artifact.name}: ${reason}`, client.token);
    return thrown({ kind: 'unavailable', status, detail, permission: null }, passing);
  };
  const body = async (stream: unknown): Promise<Uint8Array> => {
    const bytes = await readAtMost(stream as AsyncIterable<Uint8Array> | null, limits.archiveBytes);
    if (bytes === null) throw thrown(tooLarge(artifact, limits), false);
    return bytes;
  };
  if (location === undefined) return body(reply.data);
  const address = URL.canParse(location, apiUrl) ? new URL(location, apiUrl) : null;
  // Plain HTTP only where GitHub itself is spoken to in plain HTTP.
  if (address === null || !['https:', new URL(apiUrl).protocol].includes(address.protocol))
    throw unavailable('GitHub sent an address that is not https', null, false);
  const stored = await fetch(address, { signal: request.signal });
  if (!stored.ok) {
    await stored.body?.cancel();
    // An address that has expired is renewed by the next try.
    throw unavailable(`the storage answered ${stored.status}`, stored.status, true);
  }
  return body(stored.body);
}

/** Null as soon as there are more bytes than that; the rest is not read. */
async function readAtMost(stream: AsyncIterable<Uint8Array> | null, limit: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
