// What a release tag means, as lines for GITHUB_OUTPUT. Fails when the tag is not the version in package.json.
//
//   GITHUB_REF_NAME=v1.4.2 node scripts/release-plan.mjs
//
//   version     1.4.2
//   major       the tag that users of the action name (v1), when it should move here; else empty
//   channel     npm's dist-tag: latest, next (pre-releases) or release-1 (a repair of an older line)
//   prerelease  true or false
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pattern = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/;

function parse(tag) {
  const [, major, minor, patch, suffix] = pattern.exec(tag) ?? [];
  return major === undefined ? null : { numbers: [major, minor, patch].map(Number), suffix: suffix ?? '' };
}

/** Whether no version in the list is higher. Pre-releases in the list do not count. */
function isNewest(version, others) {
  return others.every((other) => {
    const index = other.numbers.findIndex((number, place) => number !== version.numbers[place]);
    return index === -1 || other.numbers[index] < version.numbers[index];
  });
}

/**
 * @param {string} tag the tag that was pushed
 * @param {string} packageVersion `version` of package.json
 * @param {readonly string[]} tags every tag of the repository
 * @returns {{ version: string, major: string, channel: string, prerelease: boolean }}
 */
export function releasePlan(tag, packageVersion, tags) {
  const version = parse(tag);
  if (version === null) throw new Error(`${tag} is not a tag like v1.2.3`);
  if (tag !== `v${packageVersion}`) throw new Error(`the tag is ${tag}, but package.json says ${packageVersion}`);
  const stable = tags.map(parse).filter((other) => other !== null && other.suffix === '');
  const [major] = version.numbers;
  const prerelease = version.suffix !== '';
  const newestOfLine = isNewest(
    version,
    stable.filter((other) => other.numbers[0] === major),
  );
  const channel = prerelease ? 'next' : isNewest(version, stable) ? 'latest' : `release-${major}`;
  return { version: packageVersion, major: !prerelease && newestOfLine ? `v${major}` : '', channel, prerelease };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const tags = execFileSync('git', ['tag', '--list'], { encoding: 'utf8' }).split('\n');
  try {
    const plan = releasePlan(process.env.GITHUB_REF_NAME ?? '', version, tags);
    for (const [name, value] of Object.entries(plan)) console.log(`${name}=${value}`);
  } catch (error) {
    console.error(`release-plan: ${error.message}; next: push a tag that is v and the version of package.json`);
    process.exitCode = 1;
  }
}
