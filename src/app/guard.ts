import type { Project } from './project.ts';

/** Files in which projects name their dependencies or pin them. */
const dependencyFile =
  /(^|\/)(package(-lock)?\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lock|pyproject\.toml|requirements[^/]*\.(txt|in)|constraints[^/]*\.txt|uv\.lock|poetry\.lock|pdm\.lock|Pipfile(\.lock)?|setup\.(py|cfg)|environment\.ya?ml|Cargo\.(toml|lock)|go\.(mod|sum)|Gemfile(\.lock)?|composer\.(json|lock)|pom\.xml|build\.gradle(\.kts)?|gradle\.lockfile|libs\.versions\.toml|requirements\/[^/]+\.(txt|in))$/;

const diffCharacters = 4_000_000;

/** Whether a change touches a dependency: the files whose differing passages name it; empty when none does. */
export async function dependencyChanges(
  project: Project,
  base: string,
  head: string,
  dependency: string,
): Promise<readonly string[]> {
  const { repository } = project;
  const { paths } = await repository.changes(base, head, ['.'], 0);
  const found: string[] = [];
  for (const path of paths.filter((each) => dependencyFile.test(each))) {
    const { diff } = await repository.changes(base, head, [path], diffCharacters);
    if (namesDependency(diff, dependency)) found.push(path);
  }
  return found;
}

/** Whether any hunk of a diff, with its lines of context, holds the name as a word. A lock file's version has its name nearby. */
export function namesDependency(diff: string, dependency: string): boolean {
  const escaped = dependency.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const word = new RegExp(`(?<![\\w.-])${escaped}(?![\\w-])`, 'i');
  return diff
    .split(/^@@ /m)
    .slice(1)
    .some((hunk) => hunk.split('\n').some((line) => word.test(line.slice(1))));
}
