import type { Gpu } from '../manifest/manifest.ts';

export interface ResourceRequest {
  readonly threads: number;
  readonly gpu: Gpu;
}

export interface Capacity {
  readonly threads: number;
  readonly gpus: number;
}

/**
 * Why a benchmark can't run beside the active ones on this machine, or null when it can. benchstone's rules: the sum of
 * threads stays within the capacity, each `direct` GPU user has a device of its own, `ollama` shares one.
 */
export function refusal(
  request: ResourceRequest,
  active: readonly ResourceRequest[],
  capacity: Capacity,
): string | null {
  if (request.gpu === 'direct') {
    if (capacity.gpus === 0) return 'it needs a GPU of its own and this machine is said to have none';
    const used = active.filter((other) => other.gpu === 'direct').length;
    if (used >= capacity.gpus) return `it needs a GPU of its own and all ${capacity.gpus} are in use`;
  }
  const used = active.reduce((sum, other) => sum + other.threads, 0);
  if (used + request.threads > capacity.threads) {
    return `it asks for ${request.threads} threads with ${used} in use, and the machine has ${capacity.threads}`;
  }
  return null;
}
