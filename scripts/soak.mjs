// Repeated tries and simulations. usage: node scripts/soak.mjs [--seconds N] [--only NAME]
// Without --seconds every planned try is made. With it each part gets its share of the time and may be cut short, which is said; a
// part that fails, or makes no try at all, fails the soak.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { seconds: { type: 'string' }, only: { type: 'string' } } });
const budget = values.seconds === undefined ? Number.POSITIVE_INFINITY : Number(values.seconds);
const begin = Date.now();
const elapsed = () => (Date.now() - begin) / 1000;
const requireAll = process.env.BENCHGATE_REQUIRE_ALL === '1';
const conformance = new URL('../../shared/perfsim/conformance.mjs', import.meta.url).pathname;

/** Runs one command; returns whether it exited 0. Its output is shown when it failed or when `show` says so. */
function attempt(program, args, show = false) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0 || show) process.stdout.write(`${stdout}${stderr}`);
  return status === 0;
}

/** `tries` tries, fewer when this part's share of the time is up; says how many went well. */
function repeat(name, tries, share, once) {
  const until = elapsed() + budget * share;
  let done = 0;
  let good = 0;
  while (done < tries && (done === 0 || elapsed() < until)) {
    if (once(done)) good++;
    done++;
  }
  const short = done < tries ? ` (CUT SHORT: ${tries} were planned, run it without --seconds)` : '';
  console.log(
    `${good === done ? 'ok   ' : 'FAIL '} ${name}: ${good} of ${done} tries${short}, ${elapsed().toFixed(0)} s so far`,
  );
  return good === done;
}

const parts = {
  demo: () =>
    repeat('demo shows PASS, FAIL and PASS', 20, 0.35, () => attempt(process.execPath, ['dist/cli.js', 'demo'])),
  decisions() {
    if (!existsSync(conformance)) {
      console.log(`${requireAll ? 'FAIL ' : 'skip '} decision quality: the noise simulator is not at ${conformance}`);
      return !requireAll;
    }
    return repeat('decision quality meets all 18 goals', 6, 0.1, (index) =>
      attempt(process.execPath, [
        conformance,
        '--impl',
        'scripts/perfsim-decider.mjs',
        ...(index === 0 ? [] : ['--seed', `soak-${Date.now()}-${index}`]),
      ]),
    );
  },
  ledger: () => {
    // About ten seconds a try.
    const tries = Math.max(1, Math.min(20, Math.floor((budget * 0.45) / 12)));
    const good = attempt(process.execPath, ['scripts/soak/ledger-writers.mjs', '--tries', String(tries)], true);
    console.log(
      `${good ? 'ok   ' : 'FAIL '} ledger: sixteen writers and killed writers, ${tries} tries each${tries < 20 ? ' (CUT SHORT: 20 were planned)' : ''}, ${elapsed().toFixed(0)} s so far`,
    );
    return good;
  },
  properties: () =>
    repeat('properties with many more runs', 1, 0.1, () => {
      process.env.BENCHGATE_PROPERTY_RUNS = '2000';
      return attempt('npx', [
        'vitest',
        'run',
        'src/statistics',
        'src/gates',
        'src/manifest',
        'src/ledger',
        'src/planning',
      ]);
    }),
};

const chosen =
  values.only === undefined ? Object.entries(parts) : Object.entries(parts).filter(([name]) => name === values.only);
if (chosen.length === 0) throw new Error(`no part is named ${values.only}; there are ${Object.keys(parts).join(', ')}`);
const results = chosen.map(([, run]) => run());
console.log(`${results.filter(Boolean).length} passed, ${results.filter((good) => !good).length} failed`);
process.exitCode = results.every(Boolean) ? 0 : 1;
