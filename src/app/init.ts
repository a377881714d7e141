import { UsageError } from '../domain/errors.ts';
import { joinPath } from './paths.ts';
import { manifestPath } from './project.ts';
import type { World } from './world.ts';

export interface InitOptions {
  readonly directory: string;
  readonly name: string;
  /** Command to time; null for a placeholder that fails until it is replaced. */
  readonly command: string | null;
}

/** Text of a first manifest. */
export function firstManifest(name: string, command: string | null): string {
  return `# What \`benchgate gate\` measures. All keys: docs/manifest.md of Benchgate.
[project]
name = ${tomlText(name)}
# The base is measured in a fresh checkout, without what git ignores: say how to make it.
# setup = "npm ci && npm run build"   # run once per revision

[[benchmarks]]
name = "example"
command = ${tomlText(command ?? 'echo "replace this command in bench/manifest.toml" >&2; exit 1')}
metric = "wall_seconds"               # or cpu_seconds, max_rss_bytes
tolerance = 0.05                      # 0.05: a slowdown under 5 % is accepted
`;
}

/** A basic string of TOML: JSON's, with the one control character escaped that JSON leaves. */
function tomlText(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}

/** Writes bench/manifest.toml; returns its path. Throws USAGE (64) when there is one already. */
export async function init(world: World, options: InitOptions): Promise<string> {
  const path = joinPath(options.directory, manifestPath);
  if (await world.files.exists(path)) {
    throw new UsageError('USAGE', `${manifestPath} exists already`, {
      place: path,
      nextStep: 'edit it, or remove it first',
    });
  }
  await world.files.write(path, firstManifest(options.name, options.command), 0o644);
  return path;
}
