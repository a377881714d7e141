import { UsageError } from '../domain/errors.ts';
import type { Benchmark, Manifest, Problem } from '../manifest/manifest.ts';
import { readManifest } from '../manifest/read.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import type { Repository } from '../ports/repository.ts';
import { joinPath, parentPath, relativePath } from './paths.ts';
import type { World } from './world.ts';

export const manifestPath = 'bench/manifest.toml';

/** What every command that works on a project is told. */
export interface ProjectOptions {
  /** Absolute; the folder that holds `bench/manifest.toml`, or any folder below it. */
  readonly directory: string;
  readonly ledgerBranch: string | null;
  /** Remote name or address; `none` for no remote; null for the manifest's, else `origin` when it exists. */
  readonly ledgerRemote: string | null;
  readonly ledgerDirectory: string | null;
  readonly offline: boolean;
}

export interface Project {
  readonly directory: string;
  /** Of the project folder within the repository, empty at the top. */
  readonly pathInRepository: string;
  readonly repository: Repository;
  readonly manifest: Manifest;
  /** `sha256:<hex>` of the manifest's bytes. */
  readonly manifestHash: string;
  readonly manifestWarnings: readonly Problem[];
  readonly ledger: LedgerStore;
  readonly ledgerDirectory: string;
  /** The same ledger without its remote: what this machine has of it. */
  readonly localLedger: LedgerStore;
  /** Globs of paths that may be dirty, besides the manifest's. */
  readonly allowDirtyPaths: readonly string[];
}

/** One problem as `bench/manifest.toml:12: benchmarks[0].tier: …`. */
export function describeProblem(problem: Problem): string {
  const key = problem.path === '' ? '' : `${problem.path}: `;
  return `${manifestPath}:${problem.line}: ${key}${problem.message}${problem.hint === null ? '' : ` (${problem.hint})`}`;
}

/** Reads a manifest text; throws MANIFEST_INVALID (64) with every problem at once. */
export function parseManifest(text: string, place: string): { manifest: Manifest; warnings: readonly Problem[] } {
  const reading = readManifest(text, place);
  if (reading.ok) return { manifest: reading.manifest, warnings: reading.warnings };
  const list = reading.problems.map(describeProblem).join('\n  ');
  throw new UsageError('MANIFEST_INVALID', `the manifest has ${reading.problems.length} problem(s):\n  ${list}`, {
    place,
    nextStep: 'mend the lines above; docs/manifest.md lists every key, and `benchgate init` writes an example',
  });
}

/**
 * Opens the project around a folder. The manifest is read while git answers; a folder outside any repository is reported as
 * that, whatever the manifest. Throws MANIFEST_MISSING, MANIFEST_INVALID (64), NOT_A_REPOSITORY, NO_COMMIT, GIT_MISSING (69).
 */
export async function openProject(world: World, options: ProjectOptions): Promise<Project> {
  const opening = world.openRepository(options.directory);
  const reading = readNearestManifest(world, options.directory);
  const [opened, read] = await Promise.allSettled([opening, reading]);
  if (opened.status === 'rejected') throw opened.reason;
  if (read.status === 'rejected') throw read.reason;
  const repository = opened.value;
  const { directory, text, manifest, warnings } = read.value ?? missingManifest(options.directory);
  const pathInRepository = relativePath(repository.top, directory) ?? missingManifest(options.directory);
  const ledgers = await ledgerOf(world, options, repository, manifest);
  return {
    directory,
    pathInRepository,
    repository,
    manifest,
    manifestHash: `sha256:${world.sha256(text)}`,
    manifestWarnings: warnings,
    ...ledgers,
    allowDirtyPaths: [],
  };
}

/** The manifest of the folder or of the nearest one above it; null when there is none. */
async function readNearestManifest(world: World, start: string) {
  for (let directory = start; ; directory = parentPath(directory)) {
    const place = joinPath(directory, manifestPath);
    const text = await world.files.readText(place);
    if (text !== null) return { directory, text, ...parseManifest(text, place) };
    if (directory === '/' || (await world.files.exists(joinPath(directory, '.git')))) return null;
  }
}

function missingManifest(start: string): never {
  throw new UsageError('MANIFEST_MISSING', `no ${manifestPath} in ${start} or above it in the repository`, {
    place: joinPath(start, manifestPath),
    nextStep: 'run `benchgate init` to write a first one, or pass --project DIR',
  });
}

/** The ledger that a manifest and the options name. Throws MANIFEST_INVALID, USAGE (64). */
export async function ledgerOf(world: World, options: ProjectOptions, repository: Repository, manifest: Manifest) {
  const branch = options.ledgerBranch ?? manifest.ledger.branch ?? 'bench-data';
  const remote =
    options.ledgerRemote === null
      ? await manifestRemote(repository, manifest.ledger.remote)
      : await remoteAddress(repository, options.ledgerRemote);
  // By the clone and not by the remote: what was measured before a remote existed is pushed once there is one.
  const name = `${world.sha256(repository.gitDirectory).slice(0, 16)}.git`;
  const ledgerDirectory = options.ledgerDirectory ?? joinPath(world.dataDirectory, 'ledgers', name);
  const open = (offline: boolean) => world.openLedger({ directory: ledgerDirectory, branch, remote, offline });
  return { ledger: open(options.offline), localLedger: open(true), ledgerDirectory };
}

/**
 * The manifest may only name a remote that this clone has: it comes with the code that is judged, and an address of its
 * choosing would have git run that repository's hooks and take its records for the ledger.
 */
async function manifestRemote(repository: Repository, name: string | null): Promise<string | null> {
  if (name === 'none') return null;
  const url = await repository.remoteUrl(name ?? 'origin');
  if (url !== null) return remoteAddress(repository, url);
  if (name === null) return null;
  throw new UsageError(
    'MANIFEST_INVALID',
    `ledger.remote names ${JSON.stringify(name)}, which is no remote of this clone`,
    {
      place: manifestPath,
      nextStep: 'write the name of a remote, or "none"; an address can only be given by --ledger-remote',
    },
  );
}

/** A remote's name becomes its address; relative paths are taken from the repository's top, as git does. */
async function remoteAddress(repository: Repository, wanted: string): Promise<string | null> {
  if (wanted === 'none') return null;
  const address = (await repository.remoteUrl(wanted)) ?? wanted;
  const file = /^file:\/\/(\/.*)$/.exec(address)?.[1];
  const isPath = !/^[a-z][a-z0-9+.-]*:\/\//i.test(address) && !/^[^/]+:/.test(address);
  const path = file ?? (isPath ? joinPath(repository.top, address) : null);
  if (path === null) return address;
  const inside = relativePath(repository.top, path);
  if (inside === null || relativePath(repository.gitDirectory, path) !== null) return path;
  throw new UsageError('USAGE', `the ledger's remote ${path} lies in the work tree that is measured`, {
    place: '--ledger-remote',
    nextStep: 'keep the ledger outside of the project',
  });
}

/** The named benchmarks in manifest order, or all. Throws UNKNOWN_BENCHMARK (64). */
export function selectBenchmarks(manifest: Manifest, names: readonly string[]): readonly Benchmark[] {
  for (const name of names) {
    if (!manifest.benchmarks.some((benchmark) => benchmark.name === name)) {
      throw new UsageError('UNKNOWN_BENCHMARK', `no benchmark is named ${JSON.stringify(name)}`, {
        place: manifestPath,
        nextStep: `choose from: ${manifest.benchmarks.map((benchmark) => benchmark.name).join(', ')}`,
      });
    }
  }
  return names.length === 0 ? manifest.benchmarks : manifest.benchmarks.filter(({ name }) => names.includes(name));
}
