import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../../domain/errors.ts';
import { nodeFiles } from './files.ts';

/** `BENCHGATE_HOME`, else `benchgate` in XDG_DATA_HOME, else in ~/.local/share. */
export function dataFolder(environment: NodeJS.ProcessEnv): string {
  const own = environment['BENCHGATE_HOME'];
  if (own !== undefined && own !== '') return resolve(own);
  const data = environment['XDG_DATA_HOME'];
  return join(data === undefined || data === '' ? join(homedir(), '.local', 'share') : data, 'benchgate');
}

/** Text of a file below the package's assets. Throws TOOL_MISSING (69) when the installation lacks it. */
export async function readAsset(name: string): Promise<string> {
  const place = join(packageFolder('assets'), name);
  const text = await nodeFiles.readText(place);
  if (text !== null) return text;
  throw new EnvironmentError('TOOL_MISSING', 'this installation of Benchgate lacks one of its own files', {
    place,
    nextStep: 'install or clone Benchgate again',
  });
}

/** A folder that ships with the package, looked for upwards from this file: bundles lie in dist/ or dist/chunks/. */
export function packageFolder(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < 4; level++) {
    const candidate = join(folder, name);
    if (existsSync(candidate)) return candidate;
    folder = dirname(folder);
  }
  return join(folder, name);
}
