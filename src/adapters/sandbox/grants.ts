import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { IntegrityError, UsageError } from '../../domain/errors.ts';
import type { SessionOptions } from '../../ports/sandbox.ts';
import { isWithin } from './mounts.ts';

/** The path with the links of all that exists of it followed: what is made there later lies there. */
function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(resolved(parent), basename(path));
  }
}

function touches(path: string, other: string): boolean {
  return isWithin(path, other) || isWithin(other, path);
}

interface Granted {
  /** Folders and files outside the arm's own that may be written; they exist. */
  readonly writable: readonly string[];
  /** Folders of PATH below one of those, which stay read-only. */
  readonly programs: readonly string[];
}

/**
 * What of the paths that a manifest names, or that build tools use, is given to measured code. Their links are followed
 * first: the tree that holds the manifest may hold a link to anywhere.
 */
export function grantedPaths(options: SessionOptions): Granted {
  const own = [options.treeDirectory, options.scratchDirectory].map(resolved);
  const hidden = options.hiddenPaths.map(resolved);
  const covered = (options.coveredPaths ?? []).map(resolved);
  const replaced = (options.replacedFiles ?? []).map((file) => resolved(file.path));
  const kept = options.readablePaths.map(resolved);
  const programs = (options.environment['PATH'] ?? '')
    .split(':')
    .filter((entry) => entry.startsWith('/') && existsSync(entry))
    .map(resolved)
    .filter((path) => !own.some((folder) => isWithin(path, folder)));
  requireHarmlessCorpus(options, hidden, own);

  const guarded: readonly (readonly [string, readonly string[]])[] = [
    ['the folder for the whole machine', ['/']],
    ['a path that is hidden from measured code', [...hidden, ...covered, ...replaced]],
    ['a path that Benchgate keeps read-only (git, its own program)', kept],
    ['a folder of PATH', programs],
    ['the work tree', own],
  ];
  const asked = options.writablePaths.map((path) => {
    const real = resolved(path);
    const reason = guarded.find(([, paths]) =>
      paths.some((other) => (other === '/' ? real === '/' : touches(real, other))),
    )?.[0];
    if (reason !== undefined) throw refusedGrant(path, real, reason);
    return real;
  });
  const closed = [...hidden, ...covered, ...replaced, ...kept];
  const caches = (options.cachePaths ?? [])
    .map(resolved)
    .filter((path) => path !== '/' && !closed.some((other) => isWithin(path, other)) && !programs.includes(path));
  const writable = [...asked, ...caches].filter(existsSync);
  return { writable, programs: programs.filter((path) => writable.some((folder) => isWithin(path, folder))) };
}

function refusedGrant(path: string, real: string, reason: string): UsageError {
  const seen = path === real ? path : `${path} (${real})`;
  return new UsageError(
    'MANIFEST_INVALID',
    `measured code can't be let write ${seen}: it is, holds or lies in ${reason}`,
    {
      place: 'project.writable_paths in bench/manifest.toml',
      nextStep: 'name a folder of its own there, one that nothing else uses',
    },
  );
}

/** Data may be shared with measured code from anywhere but from below a secret, whatever link leads there. */
function requireHarmlessCorpus(options: SessionOptions, hidden: readonly string[], own: readonly string[]): void {
  const corpus = options.corpusPath ?? null;
  if (corpus === null) return;
  const real = resolved(corpus);
  const innermost = [...hidden, ...own].filter((path) => isWithin(real, path)).sort((a, b) => b.length - a.length)[0];
  if (innermost === undefined || !hidden.includes(innermost)) return;
  const seen = corpus === real ? corpus : `${corpus} (${real})`;
  throw new IntegrityError(
    'CORPUS_MISSING',
    `the corpus ${seen} is hidden from measured code: it lies in ${innermost}`,
    {
      place: 'corpus_path in bench/manifest.toml',
      nextStep: 'bring the data to a folder without credentials or data of Benchgate, and name that',
    },
  );
}
