import type { Clock } from '../../ports/clock.ts';
import type { Sandbox, Session, SessionOptions } from '../../ports/sandbox.ts';
import { openDirect } from './direct.ts';
import { grantedPaths } from './grants.ts';
import { openNamespaces } from './namespaces.ts';
import { type Ladder, machineLadder } from './rungs.ts';

export interface SandboxSettings {
  /** `auto` isolates where the machine can. */
  readonly isolation: 'auto' | 'none';
  readonly clock: Clock;
  /** The ways to isolate; those of this machine unless a test says otherwise. */
  readonly ladder?: Ladder;
}

/**
 * The process runner. Tries bubblewrap, then bubblewrap through sudo (for systems that keep user namespaces from
 * ordinary users), and remembers what worked. There is no rung for a machine without bubblewrap: what unshare, mount and
 * setpriv of util-linux give does not hide the supervisor from the command it runs.
 */
export function createSandbox(settings: SandboxSettings): Sandbox {
  const direct = (options: SessionOptions, reason: string): Session => {
    // What is refused does not depend on the machine.
    grantedPaths(options);
    return openDirect(options, settings.clock, reason);
  };
  if (settings.isolation === 'none') return { open: async (options) => direct(options, 'isolation was switched off') };
  const { rungs, reason } = settings.ladder ?? machineLadder();
  let left = rungs;
  const reasons = reason === '' ? [] : [reason];
  return {
    open: async (options) => {
      for (const rung of left) {
        const opened = await openNamespaces(options, settings.clock, rung);
        if (opened.ok) return opened.session;
        reasons.push(opened.detail);
        left = left.filter((other) => other !== rung);
      }
      return direct(options, reasons.join('; '));
    },
  };
}
