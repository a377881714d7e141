// Repeated tries and simulations, bounded in time. usage: node scripts/soak.mjs [--seconds N] [--only NAME]
// Every part runs at least once; a part that fails fails the soak.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '900' }, only: { type: 'string' } } });
const budget = Number(values.seconds);
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

/** `tries` tries, fewer when the time is up; says how many went well. */
function repeat(name, tries, once) {
  let done = 0;
  let good = 0;
  while (done < tries && (done === 0 || elapsed() < budget)) {
    if (once(done)) good++;
    done++;
  }
  const short = done < tries ? ` (of ${tries} planned; the time was up)` : '';
  console.log(
    `${good === done ? 'ok   ' : 'FAIL '} ${name}: ${good} of ${done} tries${short}, ${elapsed().toFixed(0)} s so far`,
  );
  return good === done;
}

const parts = {
  demo: () => repeat('demo shows PASS, FAIL and PASS', 20, () => attempt(process.execPath, ['dist/cli.js', 'demo'])),
  decisions() {
    if (!existsSync(conformance)) {
      console.log(`${requireAll ? 'FAIL ' : 'skip '} decision quality: the noise simulator is not at ${conformance}`);
      return !requireAll;
    }
    return repeat('decision quality meets all 18 goals', 6, (index) =>
      attempt(process.execPath, [
        conformance,
        '--impl',
        'scripts/perfsim-decider.mjs',
        ...(index === 0 ? [] : ['--seed', `soak-${Date.now()}-${index}`]),
      ]),
    );
  },
  ledger: () => {
    const tries = budget >= 600 ? 20 : 4;
    const good = attempt(process.execPath, ['scripts/soak/ledger-writers.mjs', '--tries', String(tries)], true);
    console.log(
      `${good ? 'ok   ' : 'FAIL '} ledger: sixteen writers and killed writers, ${tries} tries each, ${elapsed().toFixed(0)} s so far`,
    );
    return good;
  },
  properties: () =>
    repeat('properties with many more runs', 1, () => {
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
