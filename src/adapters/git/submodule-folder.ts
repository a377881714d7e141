import { realpath } from 'node:fs/promises';
import { withRegularFile } from '../node/regular-file.ts';
import { exactText } from './byte-path.ts';

/** Longer than any path a system takes. */
const pointerLimit = 65_536;

const kept = /^(?:worktrees\/[^/]+\/)?modules\/./;

const realOf = (path: string): Promise<string | null> => realpath(path).catch(() => null);

/**
 * Whether git may be run in a submodule: its `.git` is a file that leads to where git keeps submodules inside the
 * project's git folder, which measured code can't write to. Anything else in its place may have been left by measured
 * code, in this run or an earlier one, and its configuration names programs (filters) that git would run as the person
 * at the keyboard. That is why a repository of its own below the project (`.git` is a folder) isn't entered either;
 * `git submodule absorbgitdirs` makes an ordinary submodule of it.
 */
export async function isKeptSubmodule(folder: string, commonFolder: string): Promise<boolean> {
  // A link on the way would lead git elsewhere than the name says.
  if ((await realOf(folder)) !== folder) return false;
  const bytes = await withRegularFile(`${folder}/.git`, 'refuse', async (file, status) =>
    status.size > pointerLimit ? null : (await file.readFile()).toString('latin1'),
  );
  // Git reads bytes up to the first NUL: a text that means another path to it than here is refused.
  const target = exactText(/^gitdir: ([^\0]+?)[\r\n]*$/s.exec(bytes ?? '')?.[1] ?? '');
  if (target === null || target === '') return false;
  // Joined as text: `..` behind a link is taken from the link's target, by git as by realpath.
  const [place, common] = await Promise.all([
    realOf(target.startsWith('/') ? target : `${folder}/${target}`),
    realOf(commonFolder),
  ]);
  return (
    place !== null && common !== null && place.startsWith(`${common}/`) && kept.test(place.slice(common.length + 1))
  );
}
