import { EnvironmentError } from '../../domain/errors.ts';
import type { Sandbox } from '../../ports/sandbox.ts';

/** Refuses (69) to run measured code where it can't be isolated. */
export function onlyIsolated(sandbox: Sandbox): Sandbox {
  return {
    async open(options) {
      const session = await sandbox.open(options);
      if (session.isolation.level !== 'none') return session;
      await session.close();
      throw new EnvironmentError('TOOL_MISSING', `measured code can't be isolated here: ${session.isolation.detail}`, {
        place: '--isolation required',
        nextStep: 'install bubblewrap and allow user namespaces, or pass --isolation auto',
      });
    },
  };
}
