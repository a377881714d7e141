import type { Forge } from '../../ports/forge.ts';
import { createArtifacts } from './artifacts.ts';
import { createChecks } from './checks.ts';
import { createClient, type ForgeOptions } from './client.ts';
import { createComments } from './comments.ts';
import { createCommits } from './commit-files.ts';
import { createPullRequests } from './pull-requests.ts';
import { createViewer } from './viewer.ts';

/** One repository on GitHub or an Enterprise Server. Loads its client and speaks to the service on first use. */
export function createForge(options: ForgeOptions): Forge {
  const client = createClient(options);
  return {
    ...createPullRequests(client),
    ...createComments(client, createViewer(client)),
    ...createChecks(client),
    ...createArtifacts(client),
    ...createCommits(client),
  };
}
