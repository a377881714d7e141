/** A token for the addresses that begin with `url`. */
export interface GitCredential {
  /** `https://host/` or `https://host/owner/name.git`; the more specific one comes later. */
  readonly url: string;
  readonly token: string;
}

/**
 * The environment with credentials for git in it, as configuration of the highest rank: never in an address or an argument,
 * and in no file. What a checkout left in the clone's own configuration is put aside for these addresses, as two headers of
 * one name are refused by GitHub.
 */
export function withGitCredentials(
  environment: NodeJS.ProcessEnv,
  credentials: readonly GitCredential[],
): NodeJS.ProcessEnv {
  const given = Number(environment['GIT_CONFIG_COUNT'] ?? '0');
  const first = Number.isSafeInteger(given) && given > 0 ? given : 0;
  const settings = credentials.flatMap(({ url, token }) => [
    [`http.${url}.extraheader`, ''] as const,
    [`http.${url}.extraheader`, `AUTHORIZATION: basic ${basic(token)}`] as const,
  ]);
  const added = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${first + index}`, key] as const,
    [`GIT_CONFIG_VALUE_${first + index}`, value] as const,
  ]);
  return { ...environment, ...Object.fromEntries(added), GIT_CONFIG_COUNT: String(first + settings.length) };
}

function basic(token: string): string {
  return Buffer.from(`x-access-token:${token}`).toString('base64');
}
