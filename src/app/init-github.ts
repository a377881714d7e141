import { workflowsWithAction } from '../doctor/examine.ts';
import { EnvironmentError, UsageError } from '../domain/errors.ts';
import { workflowFolder as folder, readWorkflows } from './doctor-workflows.ts';
import { type InitOptions, init } from './init.ts';
import { joinPath, relativePath } from './paths.ts';
import { manifestPath } from './project.ts';
import { repositoryTop } from './repository-top.ts';
import type { World } from './world.ts';

/** The action as the templates in src/assets/workflows name it; written as it is unless another one is asked for. */
export const actionReference = 'benchgate/benchgate@v0';

/** The templates' word for the default branch. */
const branchLine = '    branches: [main]\n';

export interface InitGithubOptions extends InitOptions {
  /** `uses` of the action: `owner/name@version`, or `./path` in the action's own repository. */
  readonly action: string;
  readonly guard: boolean;
}

export interface InitGithubOutcome {
  /** Relative to the repository's top, in the order they were written. */
  readonly written: readonly string[];
  /** False when there was a manifest already; it is left as it is. */
  readonly wroteManifest: boolean;
  readonly branch: string;
}

/**
 * Writes the workflows, and the manifest when there is none. Throws USAGE (64) for an action that is none, and when one of
 * the workflows exists already or another one uses the action, naming each; then nothing is written.
 */
export async function initGithub(world: World, options: InitGithubOptions): Promise<InitGithubOutcome> {
  const { action, directory } = options;
  if (!/^(\.\/[\w./-]*|[\w.-]+\/[\w./-]+@[\w./-]+)$/.test(action)) {
    throw new UsageError('USAGE', `${JSON.stringify(action)} is not how a workflow names an action`, {
      place: '--action',
      nextStep: `write owner/name@version, such as ${actionReference}`,
    });
  }
  const top = await repositoryTop(world, directory);
  const names = ['benchmark', 'benchmark-report', 'nightly', ...(options.guard ? ['guard'] : [])];
  const paths = names.map((name) => `${folder}/benchgate-${name}.yml`);
  await requireNone(world, top, paths);
  await requireNoUse(world, top, action);
  const branch = await defaultBranch(world, directory);
  const texts = await Promise.all(names.map((name) => world.asset(`workflows/${name}.yml`)));
  const projectDirectory = relativePath(top, directory) ?? '';
  const wroteManifest = !(await world.files.exists(joinPath(directory, manifestPath)));
  if (wroteManifest) await init(world, options);
  for (const [index, path] of paths.entries()) {
    const text = fillTemplate(texts[index] ?? '', { action, branch, projectDirectory });
    await world.files.write(joinPath(top, path), text, 0o644);
  }
  const manifest = projectDirectory === '' ? manifestPath : joinPath(projectDirectory, manifestPath);
  return { written: [...(wroteManifest ? [manifest] : []), ...paths], wroteManifest, branch };
}

/** A template with the project's own names in it. */
export function fillTemplate(
  template: string,
  names: { readonly action: string; readonly branch: string; readonly projectDirectory: string },
): string {
  const { action, branch, projectDirectory } = names;
  // In a branch filter these characters are patterns.
  const pattern = branch.replaceAll(/[*?+[\]!\\]/g, '\\$&');
  const filled = template
    .replaceAll(`uses: ${actionReference}\n`, () => `uses: ${action}\n`)
    .replaceAll(branchLine, () => `    branches: [${yamlText(pattern)}]\n`);
  if (projectDirectory === '') return filled;
  return filled.replaceAll(
    /^( +)command: .+$/gm,
    (line, indent: string) => `${line}\n${indent}project-dir: ${yamlText(projectDirectory)}`,
  );
}

/** A scalar of YAML: plain where that is safe, else in the quotes that JSON shares with it. */
function yamlText(text: string): string {
  const isPlain = /^[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}

async function requireNone(world: World, top: string, paths: readonly string[]): Promise<void> {
  const there: string[] = [];
  for (const path of paths) if (await world.files.exists(joinPath(top, path))) there.push(path);
  if (there.length === 0) return;
  throw new UsageError('USAGE', `nothing was written, because these exist already: ${there.join(', ')}`, {
    place: joinPath(top, folder),
    nextStep: 'compare them with the templates by hand, or move them away first; `benchgate doctor` checks them',
  });
}

async function requireNoUse(world: World, top: string, action: string): Promise<void> {
  const { files } = await readWorkflows(world, top);
  const there = workflowsWithAction(files, action);
  if (there.length === 0) return;
  throw new UsageError('USAGE', `nothing was written, because Benchgate is used already by ${there.join(', ')}`, {
    place: joinPath(top, folder),
    nextStep: 'remove it first, or both measure and write the check; `benchgate doctor` checks what is there',
  });
}

/** As origin says, else the present branch; `main` where there is no commit or no repository yet. */
async function defaultBranch(world: World, directory: string): Promise<string> {
  try {
    const repository = await world.openRepository(directory);
    return (await repository.defaultBranch())?.replace(/^origin\//, '') ?? repository.branch ?? 'main';
  } catch (error) {
    if (error instanceof EnvironmentError) return 'main';
    throw error;
  }
}
