import { availableParallelism, cpus, homedir, hostname, tmpdir, totalmem } from 'node:os';
import type { Machine } from '../../ports/workspace.ts';

function home(): string {
  try {
    return homedir();
  } catch {
    return tmpdir(); // a user without a passwd entry, as some containers have
  }
}

/** Facts of this machine and process, taken once. `cpuCount` is what this process may use (affinity counts). */
export function readMachine(): Machine {
  const model = cpus()[0]?.model.trim();
  return {
    host: {
      platform: process.platform,
      architecture: process.arch,
      cpuModel: model === undefined || model === '' ? 'unknown' : model,
      cpuCount: availableParallelism(),
      memoryBytes: totalmem(),
      name: hostname(),
      nodeVersion: process.version,
    },
    environment: { ...process.env },
    homeDirectory: home(),
  };
}
