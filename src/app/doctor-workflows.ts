import type { WorkflowFile } from '../doctor/workflow.ts';
import { joinPath } from './paths.ts';
import type { World } from './world.ts';

/** Where GitHub looks for workflows, relative to the repository. */
export const workflowFolder = '.github/workflows';

/** Larger files are not read; GitHub's own limit is about this. */
export const workflowBytes = 512 * 1024;

export interface Workflows {
  readonly files: readonly WorkflowFile[];
  /** Paths of those that are too large or no ordinary files. */
  readonly unread: readonly string[];
}

/** The workflows of the repository at `top`. Throws INPUT_OUTPUT (69). */
export async function readWorkflows(world: World, top: string): Promise<Workflows> {
  const folder = joinPath(top, workflowFolder);
  const files: WorkflowFile[] = [];
  const unread: string[] = [];
  for (const name of await world.files.list(folder)) {
    if (!/^[^/]+\.ya?ml$/.test(name)) continue;
    const path = `${workflowFolder}/${name}`;
    const bytes = await world.files.readBytes(joinPath(folder, name), workflowBytes).catch((error: unknown) => {
      if (error instanceof RangeError) return null;
      throw error;
    });
    if (bytes !== null) files.push({ path, text: new TextDecoder().decode(bytes) });
    else unread.push(path);
  }
  return { files, unread };
}
