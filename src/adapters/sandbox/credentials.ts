import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface CredentialPlaces {
  readonly homeDirectory: string;
  /** The environment Benchgate was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The repository's common git folder; null outside a repository. */
  readonly gitDirectory: string | null;
}

/** Below the home folder. Toolchains and their caches live there too, so it can't be hidden as a whole. */
const inHome = [
  '.git-credentials',
  '.config/git/credentials',
  '.cache/git/credential',
  '.git-credential-cache',
  '.netrc',
  '_netrc',
  '.ssh',
  '.gnupg',
  '.password-store',
  '.local/share/keyrings',
  '.config/gh',
  '.config/hub',
  '.config/glab-cli',
  '.docker/config.json',
  '.config/containers/auth.json',
  '.aws',
  '.azure',
  '.config/gcloud',
  '.config/doctl',
  '.config/op',
  '.oci',
  '.kube',
  '.vault-token',
  '.terraform.d/credentials.tfrc.json',
  '.terraformrc',
  '.npmrc',
  '.yarnrc.yml',
  '.config/pip/pip.conf',
  '.pip/pip.conf',
  '.pypirc',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.gem/credentials',
  '.local/share/gem/credentials',
  '.bundle/config',
  '.m2/settings.xml',
  '.m2/settings-security.xml',
  '.gradle/gradle.properties',
  '.nuget/NuGet/NuGet.Config',
  '.composer/auth.json',
  '.config/composer/auth.json',
  '.hex/hex.config',
  '.cache/huggingface/token',
  '.huggingface/token',
  '.config/openai',
  '.claude',
  '.claude.json',
  '.codex',
  '.env',
  '.pgpass',
  '.my.cnf',
  '.bash_history',
  '.zsh_history',
];

/** Variables that name a file or folder with secrets. */
const variables = [
  'SSH_AUTH_SOCK',
  'GIT_ASKPASS',
  'SSH_ASKPASS',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'GOOGLE_GHA_CREDS_PATH',
  'CLOUDSDK_CONFIG',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AZURE_CONFIG_DIR',
  'AZURE_FEDERATED_TOKEN_FILE',
  'KUBECONFIG',
  'DOCKER_CONFIG',
  'REGISTRY_AUTH_FILE',
  'NPM_CONFIG_USERCONFIG',
  'NETRC',
  'GNUPGHOME',
  'GH_CONFIG_DIR',
  'PGPASSFILE',
  'TF_CLI_CONFIG_FILE',
];

/** On every machine: tokens that a container platform hands to its processes, and keys that root may read. */
const onMachine = [
  '/run/secrets',
  '/var/run/secrets',
  '/etc/shadow',
  '/etc/gshadow',
  '/etc/ssh',
  '/etc/ssl/private',
  '/etc/docker',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/kubelet',
  '/var/lib/cloud',
];

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** True for the key file that actions/checkout writes for its `ssh-key`, whose name is random. */
function isPrivateKey(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    try {
      const start = Buffer.alloc(64);
      readSync(file, start, 0, start.length, 0);
      return start.includes('PRIVATE KEY');
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/** What the runner and actions keep in their temporary folder: tokens since actions/checkout 6, commands to the runner. */
function ofRunner(temporary: string): string[] {
  const isSecret = (name: string): boolean =>
    /^git-credentials-.*\.config$|^gha-creds-.*\.json$|^_runner_file_commands$/.test(name) ||
    isPrivateKey(join(temporary, name));
  return entries(temporary)
    .filter(isSecret)
    .map((name) => join(temporary, name));
}

/** Where the runner itself is registered, for machines that are not GitHub's. */
function ofRegistration(folder: string): string[] {
  return ['.credentials', '.credentials_rsaparams', '.runner', '.env'].map((name) => join(folder, name));
}

/**
 * Files and folders that give access to something and that are there now, to be hidden from measured code. A list can't
 * be complete; the environment is not in it, because measured code is given its own. Git configurations with secrets
 * are replaced instead (`sanitisedGitConfigs`), so that git goes on working.
 */
export function credentialPaths(places: CredentialPlaces): string[] {
  const { homeDirectory, environment, gitDirectory } = places;
  const configured = environment['XDG_CONFIG_HOME'];
  const temporary = environment['RUNNER_TEMP'];
  const named = variables.flatMap((name) => (environment[name] ?? '').split(':'));
  const runners = entries(join(homeDirectory, 'runners')).map((name) => join(homeDirectory, 'runners', name));
  const candidates = [
    ...inHome.map((name) => join(homeDirectory, name)),
    ...(configured === undefined ? [] : ['gh', 'git/credentials', 'gcloud'].map((name) => join(configured, name))),
    ...(environment['CARGO_HOME'] === undefined
      ? []
      : ['credentials', 'credentials.toml'].map((name) => join(environment['CARGO_HOME'] ?? '', name))),
    ...named.filter((path) => path.startsWith('/') && !`${homeDirectory}/`.startsWith(path)),
    ...(temporary === undefined ? [] : ofRunner(temporary)),
    ...[join(homeDirectory, 'actions-runner'), join(homeDirectory, 'actions-runner', 'cached'), ...runners].flatMap(
      ofRegistration,
    ),
    ...(gitDirectory === null ? [] : [join(gitDirectory, 'credentials')]),
    ...onMachine,
  ];
  return [...new Set(candidates)].filter((path) => existsSync(path));
}
