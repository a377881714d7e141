import { IntegrityError } from '../domain/errors.ts';
import type { Benchmark } from '../manifest/manifest.ts';
import { joinPath } from './paths.ts';
import type { World } from './world.ts';

export type CorpusStatus = 'n/a' | 'ok' | 'drift' | 'missing';

/** State of a benchmark's corpus for a list: never throws. `n/a` when nothing is declared to verify. */
export async function corpusStatus(
  world: World,
  projectDirectory: string,
  benchmark: Benchmark,
): Promise<CorpusStatus> {
  const { corpus } = benchmark;
  if (corpus === null || corpus.hash === null) return 'n/a';
  if (corpus.path === null) return 'missing';
  const reading = await world.corpora.read(projectDirectory, corpus.path, corpus.type);
  if (reading.status !== 'hashed') return 'missing';
  return reading.hash === corpus.hash ? 'ok' : 'drift';
}

/**
 * The absolute corpus path of a benchmark, verified when a hash is declared; empty when there is none.
 * Throws CORPUS_MISSING or CORPUS_DRIFT (65), the latter with both hashes.
 */
export async function verifiedCorpus(world: World, projectDirectory: string, benchmark: Benchmark): Promise<string> {
  const { corpus } = benchmark;
  if (corpus === null) return '';
  const place = `benchmark ${JSON.stringify(benchmark.name)}, bench/manifest.toml:${benchmark.line}`;
  if (corpus.path === null) {
    throw new IntegrityError('CORPUS_MISSING', `${benchmark.name} declares corpus_hash without corpus_path`, {
      place,
      nextStep: 'add corpus_path, or remove corpus_hash',
    });
  }
  if (corpus.hash === null) return joinPath(projectDirectory, corpus.path);
  const reading = await world.corpora.read(projectDirectory, corpus.path, corpus.type);
  switch (reading.status) {
    case 'missing':
    case 'unusable':
      throw new IntegrityError('CORPUS_MISSING', `the corpus of ${benchmark.name} can't be used: ${reading.detail}`, {
        place: `${reading.path} (${place})`,
        nextStep:
          'bring the data there; `benchgate corpus hash PATH --type bytes|spec|tree` prints what a path hashes to',
      });
    case 'hashed':
      if (reading.hash === corpus.hash) return reading.path;
      throw new IntegrityError(
        'CORPUS_DRIFT',
        `the corpus of ${benchmark.name} is not the declared one:\n  declared  ${corpus.hash}\n  on disk   ${reading.hash}\n  path      ${reading.path}\n  type      ${corpus.type}`,
        { place, nextStep: 'restore the data; if the change is meant, update corpus_hash' },
      );
  }
}

/** This arm's own copy of the corpus; data that git does not carry may be the work tree's, when its declared hash holds. */
export async function corpusOf(
  world: World,
  arm: { readonly directory: string },
  project: { readonly directory: string },
  benchmark: Benchmark,
): Promise<string> {
  const { corpus } = benchmark;
  const declared = corpus !== null && corpus.path !== null && corpus.hash !== null;
  if (!declared || (await world.files.exists(joinPath(arm.directory, corpus.path)))) {
    return verifiedCorpus(world, arm.directory, benchmark);
  }
  return verifiedCorpus(world, project.directory, benchmark);
}
