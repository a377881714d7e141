import { count } from '../domain/quantity.ts';
import type { CheckCost, RunReport } from './view.ts';

/** What the check cost; what is not known says so. Plain text of our own. */
export function costWords({ measuredSeconds, trials, calls, costUsd }: CheckCost): string {
  return [
    `Cost: ${known(measuredSeconds, minutes, 'minutes')}`,
    count(trials, 'trial'),
    known(calls, (amount) => (amount === 0 ? 'no model calls' : count(amount, 'model call')), 'model calls'),
    ...(calls === 0 && costUsd === 0
      ? []
      : [known(costUsd, (dollars) => `${dollars.toFixed(2)} US dollars`, 'dollars')]),
  ].join(', ');
}

function minutes(seconds: number): string {
  return seconds < 6 ? 'under 0.1 minutes' : `${(seconds / 60).toFixed(1)} minutes`;
}

function known(value: number | null, show: (value: number) => string, what: string): string {
  return value === null || !Number.isFinite(value) ? `${what} not known` : show(value);
}

/** Whether the numbers are in the ledger. Plain text of our own. */
export function ledgerWords({ ledger }: RunReport): string {
  if (ledger.sequence === null) return 'not recorded';
  return `recorded as ${ledger.sequence}${ledger.push === 'offline' ? ' (offline: not pushed yet)' : ''}`;
}

/** How measured code was kept apart. Hostile text. */
export function isolationWords({ isolation }: RunReport): string {
  return isolation ?? 'isolation: nothing was run here';
}

/** The run's address when it is a plain https address that needs no escape in any rendering; null otherwise. */
export function safeRunUrl({ runUrl }: RunReport): string | null {
  return runUrl !== null && runUrl.length <= 500 && /^https:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:\/[\w.~/-]*)?$/.test(runUrl)
    ? runUrl
    : null;
}
