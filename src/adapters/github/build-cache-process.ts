// Runs in a process of its own (build-cache.ts starts it with `node -e`), because @actions/cache prints commands of the
// runner to `process.stdout`, reads `process.env`, hands its tokens to the programs it starts and can't be stopped.
//
// Nothing may import values of this file other than by `import()`: only then the bundler gives it a module of its own,
// and `import.meta.url` its address.

export interface BuildCacheRequest {
  readonly operation: 'restore' | 'save';
  readonly key: string;
}

export type BuildCacheAnswer =
  | { readonly kind: 'unavailable' }
  /** `key` is the one whose archive was unpacked. */
  | { readonly kind: 'restored'; readonly key: string }
  | { readonly kind: 'missed' }
  | { readonly kind: 'present' }
  | { readonly kind: 'saved' }
  /** Neither the library nor the service took it; why is in what the library printed. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly message: string };

/** What is cached, seen from the working folder. An entry is only found again under the same paths. */
const paths = ['.'];

async function perform({ operation, key }: BuildCacheRequest): Promise<BuildCacheAnswer> {
  const cache = await import('@actions/cache');
  if (!cache.isFeatureAvailable()) return { kind: 'unavailable' };
  if (operation === 'restore') {
    const found = await cache.restoreCache([...paths], key);
    return found === undefined ? { kind: 'missed' } : { kind: 'restored', key: found };
  }
  // `saveCache` packs everything before it asks whether the key is taken.
  if ((await cache.restoreCache([...paths], key, [], { lookupOnly: true })) === key) return { kind: 'present' };
  return { kind: (await cache.saveCache([...paths], key)) >= 0 ? 'saved' : 'refused' };
}

/** Does what the request, as JSON, says; the answer goes to the parent process, without which this one ends. */
async function answer(request: string): Promise<void> {
  process.on('disconnect', () => process.exit(1));
  const result = await perform(JSON.parse(request) as BuildCacheRequest).catch(
    (error: unknown): BuildCacheAnswer => ({
      kind: 'failed',
      message: error instanceof Error ? error.message : String(error),
    }),
  );
  // The service's connections would keep the process for a while.
  process.send?.(result, () => process.exit(0));
}

export const buildCacheProcess = { url: import.meta.url, answer };
