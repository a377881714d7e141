import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keys whose value is a secret or leads to one. */
const secretKey = /^\s*(?:extraheader|cookiefile|sslkey|sslcert|password|token|helper|smtppass)\s*=/i;
const credentialSection = /^\s*\[\s*credential\b/i;
const sectionStart = /^\s*\[/;
const keyBehindSection = /^(\s*\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])(.*)$/;

/** Takes user names and passwords out of web addresses, and passwords out of all others. */
function withoutUserInfo(line: string): string {
  return line
    .replace(/(\bhttps?:\/\/)[^/@\s"]*@/gi, '$1')
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^/@:\s"]*):[^/@\s"]*@/gi, '$1@');
}

function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let continued = false;
  for (const line of text.split('\n')) {
    if (continued) lines.push(`${lines.pop() ?? ''}\n${line}`);
    else lines.push(line);
    continued = /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
  }
  return lines;
}

/**
 * A git configuration without what gives access to a server: `[credential]` sections, extra headers, cookie and key
 * files, passwords in addresses. Equal to the text when there is none of it. Files that it includes are not looked at.
 */
export function sanitisedGitConfig(text: string): string {
  const kept: string[] = [];
  let inCredentials = false;
  for (const line of logicalLines(text)) {
    const [, section, rest] = keyBehindSection.exec(line) ?? [];
    if (sectionStart.test(line)) inCredentials = credentialSection.test(line);
    if (inCredentials) continue;
    if (section !== undefined && rest !== undefined && secretKey.test(rest)) kept.push(withoutUserInfo(section));
    else if (!secretKey.test(line)) kept.push(withoutUserInfo(line));
  }
  return kept.join('\n');
}

/** The repository's configuration files: its own, its submodules' and those of its work trees. */
function repositoryConfigs(gitDirectory: string): string[] {
  const below = (name: string): string[] => {
    const folder = join(gitDirectory, name);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /(?:^|\/)config(?:\.worktree)?$/.test(path) && !/(?:^|\/)(?:refs|logs|objects)\//.test(path))
      .map((path) => join(folder, path));
  };
  const own = [join(gitDirectory, 'config'), join(gitDirectory, 'config.worktree')];
  return [...own, ...below('modules'), ...below('worktrees')];
}

export interface GitConfigPlaces {
  readonly homeDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The repository's common git folder; null outside a repository. */
  readonly gitDirectory: string | null;
}

/** Configuration files that hold a secret, each with the text that measured code may see instead. */
export function sanitisedGitConfigs(places: GitConfigPlaces): { readonly path: string; readonly text: string }[] {
  const { homeDirectory, environment, gitDirectory } = places;
  const paths = [
    ...(gitDirectory === null ? [] : repositoryConfigs(gitDirectory)),
    join(homeDirectory, '.gitconfig'),
    join(environment['XDG_CONFIG_HOME'] ?? join(homeDirectory, '.config'), 'git', 'config'),
    environment['GIT_CONFIG_GLOBAL'] ?? '',
    environment['GIT_CONFIG_SYSTEM'] ?? '/etc/gitconfig',
  ];
  const found: { path: string; text: string }[] = [];
  for (const path of new Set(paths)) {
    const text = textOf(path);
    const sanitised = text === null ? null : sanitisedGitConfig(text);
    if (sanitised !== null && sanitised !== text) found.push({ path, text: sanitised });
  }
  return found;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
