import { UsageError } from '../domain/errors.ts';
import { filesOutsideHarness } from './init-harness.ts';
import { suggestedSetup } from './init-setup.ts';
import { joinPath } from './paths.ts';
import { manifestPath } from './project.ts';
import { repositoryTop } from './repository-top.ts';
import type { World } from './world.ts';

export interface InitOptions {
  readonly directory: string;
  readonly name: string;
  /** Command to time; null for a placeholder that fails until it is replaced. */
  readonly command: string | null;
}

export interface FirstManifest {
  readonly name: string;
  readonly command: string | null;
  /** Command for a commented example; null for a general one. */
  readonly setup: string | null;
  /** Files besides bench/ that are the benchmark itself. */
  readonly harness: readonly string[];
}

/** Where harness paths are when the manifest says nothing. */
const defaultHarness = 'bench/';

/** Text of a first manifest. */
export function firstManifest({ name, command, setup, harness }: FirstManifest): string {
  const example = `# setup = ${tomlText(setup ?? 'npm ci && npm run build')}`.padEnd(37);
  return `# What \`benchgate gate\` measures. All keys: docs/manifest.md of Benchgate.
[project]
name = ${tomlText(name)}
${harnessLines(harness)}# The base is measured in a fresh checkout, without what git ignores: say how to make it.
${example} # run once per revision

[[benchmarks]]
name = "example"
command = ${tomlText(command ?? 'echo "replace this command in bench/manifest.toml" >&2; exit 1')}
metric = "wall_seconds"               # or cpu_seconds, max_rss_bytes
tolerance = 0.05                      # 0.05: a slowdown under 5 % is accepted
`;
}

function harnessLines(files: readonly string[]): string {
  if (files.length === 0) return '';
  return `# What measures: on a pull request it is taken from the base, so that no change can soften its own benchmark.
harness_paths = [${[defaultHarness, ...files].map(tomlText).join(', ')}]
`;
}

/** A basic string of TOML: JSON's, with the one control character escaped that JSON leaves. */
function tomlText(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}

/** Writes bench/manifest.toml; returns its path. Throws USAGE (64) when there is one already. */
export async function init(world: World, options: InitOptions): Promise<string> {
  const { directory, name, command } = options;
  const path = joinPath(directory, manifestPath);
  if (await world.files.exists(path)) {
    throw new UsageError('USAGE', `${manifestPath} exists already`, {
      place: path,
      nextStep: 'edit it, or remove it first',
    });
  }
  const setup = await suggestedSetup(world, directory);
  const harness = await filesOutsideHarness(world, directory, command ?? '', [defaultHarness]);
  await world.files.write(path, firstManifest({ name, command, setup, harness }), 0o644);
  return path;
}

/** Whether the folder lies in a git repository, also one without a commit yet. */
export async function isInRepository(world: World, directory: string): Promise<boolean> {
  return world.files.exists(joinPath(await repositoryTop(world, directory), '.git'));
}
