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
    nextStep: 'mend the lines above; `benchgate init --help` shows a complete example',
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
  const { ledger, ledgerDirectory } = await ledgerOf(world, options, repository, manifest);
  return {
    directory,
    pathInRepository,
    repository,
    manifest,
    manifestHash: `sha256:${world.sha256(text)}`,
    manifestWarnings: warnings,
    ledger,
    ledgerDirectory,
  };
}

/** The manifest of the folder or of the nearest one above it; null when there is none. */
async function readNearestManifest(world: World, start: string) {
  for (let directory = start; ; directory = parentPath(directory)) {
    const place = joinPath(directory, manifestPath);
    const text = await world.files.readText(place);
    if (text !== null) return { directory, text, ...parseManifest(text, place) };
    if (directory === '/') return null;
  }
}

function missingManifest(start: string): never {
  throw new UsageError('MANIFEST_MISSING', `no ${manifestPath} in ${start} or above it in the repository`, {
    place: joinPath(start, manifestPath),
    nextStep: 'run `benchgate init` to write a first one, or pass --project DIR',
  });
}

async function ledgerOf(world: World, options: ProjectOptions, repository: Repository, manifest: Manifest) {
  const branch = options.ledgerBranch ?? manifest.ledger.branch ?? 'bench-data';
  const wanted = options.ledgerRemote ?? manifest.ledger.remote;
  const remote = await remoteAddress(repository, wanted);
  const identity = remote ?? repository.gitDirectory;
  const ledgerDirectory =
    options.ledgerDirectory ?? joinPath(world.dataDirectory, 'ledgers', `${world.sha256(identity).slice(0, 16)}.git`);
  const ledger = world.openLedger({ directory: ledgerDirectory, branch, remote, offline: options.offline });
  return { ledger, ledgerDirectory };
}

/** A remote's name becomes its address; relative paths are taken from the repository's top, as git does. */
async function remoteAddress(repository: Repository, wanted: string | null): Promise<string | null> {
  if (wanted === 'none') return null;
  const url = await repository.remoteUrl(wanted ?? 'origin');
  const address = url ?? wanted;
  if (address === null) return null;
  const isPath = !/^[a-z][a-z0-9+.-]*:\/\//i.test(address) && !/^[^/]+:/.test(address);
  return isPath ? joinPath(repository.top, address) : address;
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
