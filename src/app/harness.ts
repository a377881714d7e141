import { UsageError } from '../domain/errors.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { joinPath } from './paths.ts';
import type { Project } from './project.ts';

/** What decides rather than is judged: the manifest, its harness paths, its corpora. Relative to the repository's top. */
export function harnessPaths(project: Project, manifest: Manifest, place: string): string[] {
  const corpora = manifest.benchmarks.flatMap(({ corpus }) => corpus?.path ?? []);
  const inside = [...manifest.project.harnessPaths, ...corpora].flatMap((path) => {
    if (path.startsWith('/')) return [];
    const joined = joinPath('/', project.pathInRepository, path).slice(1);
    if (joined !== '' && joined !== project.pathInRepository) return [joined];
    throw new UsageError('MANIFEST_INVALID', 'harness_paths or a corpus path holds the whole project', {
      place,
      nextStep: 'name the folders that judge, such as bench/: everything in them is taken from the base revision',
    });
  });
  return [...new Set([place, ...inside, ...[place, ...inside].flatMap(attributesAbove)])];
}

/** A workflow that uses the gate, or that could write its check or its ledger. */
const decisive = /benchgate|write-all|(?:checks|statuses|contents):\s*["']?write/i;

/** Attribute files in the folders above a path: they say with what content it is checked out. */
function attributesAbove(path: string): string[] {
  const folders = path.split('/').slice(0, -1);
  return ['', ...folders.map((_, index) => `${folders.slice(0, index + 1).join('/')}/`)].map(
    (folder) => `${folder}.gitattributes`,
  );
}

/** Workflow files that use the gate or could write in its place, at either revision, and the one that is running. */
export async function workflowFiles(
  project: Project,
  revisions: readonly string[],
  running: string | null,
): Promise<readonly string[]> {
  const found = new Set(running === null ? [] : [running]);
  for (const revision of revisions) {
    for (const path of await project.repository.filesBelow(revision, '.github/workflows')) {
      const text = await project.repository.fileAt(revision, path);
      if (text !== null && decisive.test(text)) found.add(path);
    }
  }
  return [...found].sort();
}
